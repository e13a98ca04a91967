//! No slip of the hand makes the compiler panic or fall silent.
//!
//! Every line of every sample schema is dropped and doubled, every scalar swapped for another, every key and name
//! misspelt. Each mutant is either accepted or reported at a place that is in the text.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use cqrs_codegen::diagnostic::{Diagnostics, Severity};
use cqrs_codegen::load::InMemory;
use cqrs_codegen::render::{Colour, human_all, json};
use cqrs_codegen::source::{SourceMap, Span};
use cqrs_codegen::yaml::{self, Kind, Node};
use cqrs_codegen::{Outcome, check};
use proptest::prelude::*;

/// The sample schemas, by name.
fn samples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let mut samples = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "yaml") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            samples.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    samples.sort();
    assert!(!samples.is_empty());
    samples
}

fn outcome(text: &str) -> Outcome {
    let path = Path::new("schema.yaml");
    check(&InMemory::default().with(path, text), path)
}

/// Checks a mutant; what it may not do is said with what was done to it.
fn survive(text: &str, what: &str) -> Outcome {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let outcome = outcome(text);
        for diagnostic in outcome.diagnostics.iter() {
            let _report = json(diagnostic, &outcome.sources);
        }
        outcome
    }))
    .unwrap_or_else(|_| panic!("panics with {what}"));
    let errors = outcome.diagnostics.count(Severity::Error);
    assert_eq!(outcome.checked.is_none(), errors > 0, "neither accepted nor reported with {what}");
    for diagnostic in outcome.diagnostics.iter() {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        for Span { file, start, end } in labels.map(|label| label.span) {
            let text = outcome.sources.file(file).text();
            let range = start as usize..end as usize;
            assert!(
                text.get(range).is_some(),
                "{} is placed outside of the text with {what}",
                diagnostic.code.id
            );
        }
    }
    outcome
}

/// Every scalar and every key of the text, by place.
fn words(text: &str) -> (Vec<Span>, Vec<Span>) {
    fn visit(node: &Node, scalars: &mut Vec<Span>, keys: &mut Vec<Span>) {
        match &node.kind {
            Kind::Scalar(_) if node.span.start < node.span.end => scalars.push(node.span),
            Kind::List(items) => items.iter().for_each(|item| visit(item, scalars, keys)),
            Kind::Map(entries) => {
                for entry in entries {
                    keys.push(entry.key.span());
                    visit(&entry.value, scalars, keys);
                }
            }
            Kind::Scalar(_) | Kind::Hole => {}
        }
    }
    let mut sources = SourceMap::default();
    let file = sources.add("schema.yaml", text);
    let root = yaml::parse(&sources, file, &mut Diagnostics::default()).unwrap();
    let (mut scalars, mut keys) = (Vec::new(), Vec::new());
    visit(&root, &mut scalars, &mut keys);
    (scalars, keys)
}

fn replaced(text: &str, span: Span, by: &str) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    format!("{}{by}{}", &text[..start], &text[end..])
}

#[test]
fn the_samples_are_accepted() {
    for (name, text) in samples() {
        let outcome = outcome(&text);
        let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
        assert!(outcome.checked.is_some(), "{name}\n{report}");
    }
}

#[test]
fn a_line_more_or_less_is_accepted_or_reported() {
    for (name, text) in samples() {
        let lines: Vec<&str> = text.lines().collect();
        for index in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(index);
            survive(&fewer.join("\n"), &format!("line {} of {name} dropped", index + 1));
            let mut more = lines.clone();
            more.insert(index, lines[index]);
            survive(&more.join("\n"), &format!("line {} of {name} doubled", index + 1));
        }
    }
}

#[test]
fn a_scalar_in_the_place_of_another_is_accepted_or_reported() {
    let strangers = [
        "", "~", "true", "-1", "1e400", "'", "[]", "{}", "Ä🦀", "list<", "&a", "*a", "!!int 1", "\"\\x", "|",
        "state.x",
    ];
    for (name, text) in samples() {
        let (scalars, _) = words(&text);
        for (index, span) in scalars.iter().enumerate() {
            let other = scalars[(index * 7 + 3) % scalars.len()];
            let other = &text[other.start as usize..other.end as usize];
            let stranger = strangers[index % strangers.len()];
            for by in [other, stranger] {
                survive(&replaced(&text, *span, by), &format!("scalar {index} of {name} replaced by `{by}`"));
            }
        }
    }
}

#[test]
fn a_misspelt_key_is_accepted_or_met_with_a_suggestion() {
    let mut faults = Vec::new();
    for (name, text) in samples() {
        let (_, keys) = words(&text);
        for (index, span) in keys.into_iter().enumerate() {
            let key = &text[span.start as usize..span.end as usize];
            if let Some(misspelt) = misspelling(key, index) {
                let what = format!("the key `{key}` of {name} as `{misspelt}`");
                faults.extend(unhelped(&replaced(&text, span, &misspelt), &what));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_misspelt_name_is_accepted_or_met_with_a_suggestion() {
    let mut faults = Vec::new();
    for (name, text) in samples() {
        let (scalars, _) = words(&text);
        for (index, span) in scalars.into_iter().enumerate() {
            let word = &text[span.start as usize..span.end as usize];
            let is_name = word.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
            if !is_name || word.len() < 3 || word.parse::<u64>().is_ok() {
                continue;
            }
            if let Some(misspelt) = misspelling(word, index) {
                let what = format!("the name `{word}` of {name} as `{misspelt}`");
                faults.extend(unhelped(&replaced(&text, span, &misspelt), &what));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The word with two letters swapped, with one left out, or with one doubled, by turns.
fn misspelling(word: &str, turn: usize) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    if letters.len() < 2 || !letters.iter().all(|it| it.is_ascii_alphanumeric() || *it == '_') {
        return None;
    }
    match turn % 3 {
        0 if letters[middle - 1] != letters[middle] => letters.swap(middle - 1, middle),
        1 => {
            letters.remove(middle);
        }
        _ => letters.insert(middle, letters[middle]),
    }
    Some(letters.into_iter().collect())
}

/// What is wrong with the report of a mutant, if anything.
fn unhelped(text: &str, what: &str) -> Option<String> {
    let outcome = survive(text, what);
    let suggests =
        outcome.diagnostics.iter().flat_map(|it| &it.help).any(|help| help.starts_with("did you mean"));
    let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
    (outcome.checked.is_none() && !suggests).then(|| format!("nothing is suggested for {what}\n{report}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_compiler_panic(pieces in proptest::collection::vec(piece(), 0..60)) {
        survive(&format!("cqrs: 1\ndomain: example\n{}", pieces.concat()), "made-up text");
    }
}

/// Bits of schemas, in any order.
fn piece() -> impl Strategy<Value = String> {
    let bits = [
        "types:",
        "aggregates:",
        "events:",
        "commands:",
        "fields:",
        "state:",
        "history:",
        "upcast:",
        "apply:",
        "emit:",
        "require:",
        "projections:",
        "key:",
        "from:",
        "on:",
        "set:",
        "queries:",
        "scenarios:",
        "- name: x",
        "given:",
        "when:",
        "then:",
        "rows:",
        "Account:",
        "Opened:",
        "Opened",
        "count",
        "{ ",
        " }",
        "[",
        "]",
        ": ",
        ", ",
        "\n",
        "\n  ",
        "\n    ",
        "\n      ",
        "\n        ",
        "- ",
        "1",
        "version: 2",
        "decimal",
        "list<",
        "map<string, u8>",
        "?",
        "event.amount",
        "state.",
        "'",
        "\"",
        "|\n",
        ">-\n",
        "# ",
        "\t",
        "\r\n",
        "é🦀",
        "&a ",
        "*a",
        "!t ",
        "---",
        "~",
    ];
    prop_oneof![4 => proptest::sample::select(bits.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
}
