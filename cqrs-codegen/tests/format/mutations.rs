//! What holds for every text: nothing is lost, nothing is changed, and once is enough.

use std::path::{Path, PathBuf};

use cqrs_codegen::format::Refusal;
use proptest::prelude::*;

use super::formatted;

/// A schema with most of what YAML can do.
const OBSTACLES: &str = include_str!("obstacles.yaml");

/// The sample schemas of the project, and the obstacles.
fn samples() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|it| it.path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    let mut samples: Vec<_> =
        yaml.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect();
    samples.sort();
    samples.push((PathBuf::from("obstacles.yaml"), OBSTACLES.to_owned()));
    samples
}

/// Asserts that a text that can be formatted has nothing left to format.
fn assert_settles(name: &Path, text: &str) {
    match formatted(text) {
        Ok(once) => assert_eq!(formatted(&once).as_deref(), Ok(once.as_str()), "{}:\n{text}", name.display()),
        Err(Refusal::NotYaml) => {}
        Err(Refusal::WouldChange) => panic!("{}: the formatter gave up on\n{text}", name.display()),
    }
}

#[test]
fn every_sample_settles_at_once() {
    for (name, text) in samples() {
        assert!(formatted(&text).is_ok(), "{}", name.display());
        assert_settles(&name, &text);
        assert_settles(&name, &text.replace('\n', "\r\n"));
        assert_settles(&name, &text.replace('\n', "\r"));
    }
}

#[test]
fn a_comment_at_the_end_of_any_line_is_kept() {
    for (name, text) in samples() {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let mut lines = lines.clone();
            let marked = format!("{}  # märk", lines[at]);
            lines[at] = &marked;
            assert_settles(&name, &format!("{}\n", lines.join("\n")));
        }
    }
}

#[test]
fn a_comment_above_any_line_at_any_depth_is_kept() {
    for (name, text) in samples() {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..=lines.len() {
            let marked = format!("{}# märk", " ".repeat(at * 7 % 11));
            let mut lines = lines.clone();
            lines.insert(at, &marked);
            assert_settles(&name, &format!("{}\n", lines.join("\n")));
        }
    }
}

#[test]
fn a_line_that_is_dropped_doubled_or_indented_differently_does_no_harm() {
    for (name, text) in samples() {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let dropped: Vec<&str> =
                lines.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, it)| *it).collect();
            assert_settles(&name, &dropped.join("\n"));
            let mut doubled = lines.clone();
            doubled.insert(at, lines[at]);
            assert_settles(&name, &doubled.join("\n"));
            let moved = format!("  {}  ", lines[at]);
            let mut indented = lines.clone();
            indented[at] = &moved;
            assert_settles(&name, &indented.join("\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_splice_of_two_samples_is_harmed(from in 0..10_000usize, length in 0..400usize, into in 0..10_000usize) {
        let samples = samples();
        let (name, text) = &samples[from % samples.len()];
        let (_, other) = &samples[into % samples.len()];
        let boundary = |text: &str, at: usize| (0..=at % (text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = boundary(other, from);
        let end = boundary(other, (start + length).min(other.len()));
        let at = boundary(text, into);
        let piece = other.get(start..end).unwrap_or("");
        assert_settles(name, &format!("{}{piece}{}", &text[..at], &text[at..]));
    }

    #[test]
    fn no_text_of_punctuation_is_harmed(text in "([a-z\"'#:\\-,{}\\[\\]|>+&*!? \n\t]|: |- |\n  |# ){0,60}") {
        assert_settles(Path::new("random"), &text);
    }
}
