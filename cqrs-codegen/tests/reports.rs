//! Reports for machines name the same places as those for people, and there is an end to what one run tells.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::path::Path;

use cqrs_codegen::diagnostic::{MOST_ERRORS, Severity};
use cqrs_codegen::load::InMemory;
use cqrs_codegen::render::{Colour, human, human_all, json};
use cqrs_codegen::{Outcome, check};

fn outcome(body: &str) -> Outcome {
    let path = Path::new("schema.yaml");
    check(&InMemory::default().with(path, format!("cqrs: 1\ndomain: example\n{body}")), path)
}

#[test]
fn json_counts_columns_in_characters_and_offsets_in_bytes() {
    let outcome = outcome("types:\n  A: { doc: é🦀, type: strng }\n");
    let report = json(outcome.diagnostics.iter().next().unwrap(), &outcome.sources);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let text = outcome.sources.files().next().unwrap().1.text();
    let byte = text.find("strng").unwrap();
    assert_eq!(report["code"], "E0301");
    assert_eq!(report["severity"], "error");
    assert_eq!((&report["file"], &report["line"]), (&"schema.yaml".into(), &4.into()));
    assert_eq!((&report["column"], &report["end_column"]), (&23.into(), &28.into()));
    assert_eq!((&report["start_byte"], &report["end_byte"]), (&byte.into(), &(byte + 5).into()));
    assert_eq!(report["help"][0], "did you mean `string`?");
}

#[test]
fn json_names_the_other_places_too() {
    let outcome = outcome("types:\n  A: string\n  A: string\n");
    let report = json(outcome.diagnostics.iter().next().unwrap(), &outcome.sources);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["line"], &report["related"][0]["line"]), (&5.into(), &4.into()));
    assert_eq!(report["related"][0]["label"], "first written here");
}

#[test]
fn colours_are_there_only_where_they_are_asked_for() {
    let outcome = outcome("types: { A: strng }\n");
    let diagnostic = outcome.diagnostics.iter().next().unwrap();
    assert!(human(diagnostic, &outcome.sources, Colour::Ansi).contains('\u{1b}'));
    assert!(!human(diagnostic, &outcome.sources, Colour::Plain).contains('\u{1b}'));
}

#[test]
fn a_report_shows_the_lines_that_it_speaks_of_by_their_own_numbers() {
    let outcome = outcome(&format!("types:\n{}  B: strng\n", "  # a comment\n".repeat(2_000)));
    let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
    assert!(report.contains("schema.yaml:2004:6"), "{report}");
    assert!(report.contains("2004 |   B: strng"), "{report}");
}

#[test]
fn errors_beyond_the_limit_are_counted_and_not_told() {
    let types: String = (0..MOST_ERRORS + 7).map(|index| format!("  T{index}: nothing{index}x\n")).collect();
    let outcome = outcome(&format!("types:\n{types}"));
    assert_eq!(outcome.diagnostics.iter().count(), MOST_ERRORS);
    assert_eq!(outcome.diagnostics.count(Severity::Error), MOST_ERRORS + 7);
    let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
    assert!(
        report.ends_with("and 7 more errors, which are shown once these are gone\n\n507 errors\n"),
        "{report}"
    );
}
