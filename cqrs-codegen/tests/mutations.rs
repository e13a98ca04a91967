//! No slip of the hand makes the compiler panic or fall silent.
//!
//! Every line of every sample schema is dropped and doubled, every scalar swapped for another, every key and name
//! misspelt. Each mutant is either accepted or reported at a place that is in the text.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use cqrs_codegen::diagnostic::{Diagnostics, Severity};
use cqrs_codegen::load::InMemory;
use cqrs_codegen::model::{FilterKind, Scalar, SummaryKind};
use cqrs_codegen::render::{Colour, human_all, json};
use cqrs_codegen::source::{SourceMap, Span};
use cqrs_codegen::yaml::{self, Entry, Kind, Node};
use cqrs_codegen::{Outcome, check};
use proptest::prelude::*;

/// A file of the samples, and the schema that reads it: itself, or the one that imports it.
struct Sample {
    name: String,
    text: String,
    schema: String,
    /// All the files, for schemas that import others.
    files: InMemory,
}

fn samples() -> Vec<Sample> {
    let files = files();
    let is_schema = |text: &str| text.lines().any(|line| line.starts_with("domain:"));
    let reader = |name: &str, text: &str| match is_schema(text) {
        true => name.to_owned(),
        false => {
            let importing = files.iter().find(|(_, text)| is_schema(text) && text.contains(name));
            importing.unwrap_or_else(|| panic!("no sample imports {name}")).0.clone()
        }
    };
    let all = files.iter().fold(InMemory::default(), |all, (name, text)| all.with(name, text.as_str()));
    let sample = |(name, text): &(String, String)| Sample {
        files: all.clone(),
        name: name.clone(),
        text: text.clone(),
        schema: reader(name, text),
    };
    files.iter().map(sample).collect()
}

/// Every file of the samples with its text, by name.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "yaml") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    assert!(!files.is_empty());
    files
}

/// What comes of the sample with `text` in the place of its own.
fn outcome(sample: &Sample, text: &str) -> Outcome {
    check(&sample.files.clone().with(&sample.name, text), Path::new(&sample.schema))
}

/// Checks a mutant; what it may not do is said with what was done to it.
fn survive(sample: &Sample, text: &str, what: &str) -> Outcome {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let outcome = outcome(sample, text);
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

/// The words of a text, by place.
#[derive(Default)]
struct Words {
    scalars: Vec<Span>,
    keys: Vec<Span>,
    /// What a name in a scalar can be: every key, and the items under `roles` and `enum`.
    names: BTreeSet<String>,
}

fn words(text: &str) -> Words {
    fn visit(node: &Node, words: &mut Words) {
        match &node.kind {
            Kind::Scalar(_) if node.span.start < node.span.end => words.scalars.push(node.span),
            Kind::List(items) => items.iter().for_each(|item| visit(item, words)),
            Kind::Map(entries) => {
                for Entry { key, value } in entries {
                    words.keys.push(key.span());
                    words.names.insert(key.text().to_owned());
                    if let (true, Kind::List(items)) = (["roles", "enum"].contains(&key.text()), &value.kind)
                    {
                        words.names.extend(items.iter().filter_map(|item| match &item.kind {
                            Kind::Scalar(scalar) => Some(scalar.text.text().to_owned()),
                            _ => None,
                        }));
                    }
                    visit(value, words);
                }
            }
            Kind::Scalar(_) | Kind::Hole => {}
        }
    }
    let mut sources = SourceMap::default();
    let file = sources.add("schema.yaml", text);
    let root = yaml::parse(&sources, file, &mut Diagnostics::default()).unwrap();
    let mut words = Words::default();
    visit(&root, &mut words);
    words
}

/// Whether a scalar is a word of the language and not a value.
fn is_language(word: &str) -> bool {
    let types = Scalar::ALL.iter().map(|it| it.name());
    let summaries = SummaryKind::ALL.iter().map(|it| it.word());
    let filters = FilterKind::ALL.iter().map(|it| it.word());
    let others = ["true", "false", "custom", "drop", "delete", "continuous", "manual", "month"];
    types.chain(summaries).chain(filters).chain(others).any(|it| it == word)
}

fn replaced(text: &str, span: Span, by: &str) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    format!("{}{by}{}", &text[..start], &text[end..])
}

#[test]
fn the_samples_are_accepted() {
    for sample in samples() {
        let outcome = outcome(&sample, &sample.text);
        let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
        assert!(outcome.checked.is_some(), "{}\n{report}", sample.name);
    }
}

#[test]
fn a_line_that_is_missing_is_accepted_or_reported() {
    for sample in samples() {
        let lines: Vec<&str> = sample.text.lines().collect();
        for index in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(index);
            survive(&sample, &fewer.join("\n"), &format!("line {} of {} dropped", index + 1, sample.name));
        }
    }
}

#[test]
fn a_line_that_is_there_twice_is_accepted_or_reported() {
    for sample in samples() {
        let lines: Vec<&str> = sample.text.lines().collect();
        for index in 0..lines.len() {
            let mut more = lines.clone();
            more.insert(index, lines[index]);
            survive(&sample, &more.join("\n"), &format!("line {} of {} doubled", index + 1, sample.name));
        }
    }
}

#[test]
fn a_scalar_in_the_place_of_another_is_accepted_or_reported() {
    let strangers = [
        "", "~", "true", "-1", "1e400", "'", "[]", "{}", "Ä🦀", "list<", "&a", "*a", "!!int 1", "\"\\x", "|",
        "state.x",
    ];
    for sample in samples() {
        let Sample { name, text, .. } = &sample;
        let Words { scalars, .. } = words(text);
        for (index, span) in scalars.iter().enumerate() {
            let other = scalars[(index * 7 + 3) % scalars.len()];
            let other = &text[other.start as usize..other.end as usize];
            let stranger = strangers[index % strangers.len()];
            let by = if index % 2 == 0 { other } else { stranger };
            let what = format!("scalar {index} of {name} replaced by `{by}`");
            survive(&sample, &replaced(text, *span, by), &what);
        }
    }
}

#[test]
fn a_misspelt_key_is_accepted_or_met_with_a_suggestion() {
    let mut faults = Vec::new();
    for sample in samples() {
        let Sample { name, text, .. } = &sample;
        let Words { keys, .. } = words(text);
        for (index, span) in keys.into_iter().enumerate() {
            let key = &text[span.start as usize..span.end as usize];
            if let Some(misspelt) = misspelling(key, index) {
                let what = format!("the key `{key}` of {name} as `{misspelt}`");
                faults.extend(unhelped(&sample, &replaced(text, span, &misspelt), &what));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_misspelt_name_is_accepted_or_met_with_a_suggestion() {
    let mut faults = Vec::new();
    for sample in samples() {
        let Sample { name, text, .. } = &sample;
        let Words { scalars, names, .. } = words(text);
        for (index, span) in scalars.into_iter().enumerate() {
            let word = &text[span.start as usize..span.end as usize];
            if word.len() < 3 || !(names.contains(word) || is_language(word)) {
                continue;
            }
            if let Some(misspelt) = misspelling(word, index) {
                let what = format!("the name `{word}` of {name} as `{misspelt}`");
                faults.extend(unhelped(&sample, &replaced(text, span, &misspelt), &what));
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
fn unhelped(sample: &Sample, text: &str, what: &str) -> Option<String> {
    let outcome = survive(sample, text, what);
    let suggests =
        outcome.diagnostics.iter().flat_map(|it| &it.help).any(|help| help.starts_with("did you mean"));
    let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
    (outcome.checked.is_none() && !suggests).then(|| format!("nothing is suggested for {what}\n{report}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_compiler_panic(pieces in proptest::collection::vec(piece(), 0..60)) {
        let name = String::from("made_up.yaml");
        let sample = Sample { schema: name.clone(), name, text: String::new(), files: InMemory::default() };
        survive(&sample, &format!("cqrs: 1\ndomain: example\n{}", pieces.concat()), "made-up text");
    }

    #[test]
    fn noise_in_a_sample_is_accepted_or_reported((which, place, noise) in noisy()) {
        let samples = samples();
        let sample = &samples[which % samples.len()];
        let places: Vec<usize> = sample.text.char_indices().map(|(at, _)| at).collect();
        let (before, after) = sample.text.split_at(places[place % places.len()]);
        let what = format!("{noise:?} in {} after {} bytes", sample.name, before.len());
        survive(sample, &format!("{before}{noise}{after}"), &what);
    }
}

/// A sample with a few characters of any kind somewhere in it.
fn noisy() -> impl Strategy<Value = (usize, usize, String)> {
    let noise = prop_oneof![
        "[\\PC]{1,4}",
        "[\\x00-\\x1f\\x7f\\u{85}\\u{a0}\\u{feff}\\u{2028}\\u{202e}]{1,3}",
        "[-+:,{}\\[\\]'\"#&*!|>%@`?\\\\ \n]{1,6}",
        any::<String>(),
    ];
    (any::<usize>(), any::<usize>(), noise)
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
        "downcast:",
        "published: true",
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
