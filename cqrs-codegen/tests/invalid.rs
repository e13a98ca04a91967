//! Every kind of mistake has a schema that makes it, and the report of it stands beside that schema.
//!
//! A case is `invalid/<topic>/<sentence>.yaml` with `<sentence>.stderr`; parts that cases import lie in folders below.
//! Reports are rewritten with `UPDATE_EXPECT=1`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cqrs_codegen::code;
use cqrs_codegen::load::{Disk, InMemory, LARGEST, Load, LoadError};
use cqrs_codegen::render::{Colour, human_all};
use cqrs_codegen::yaml::MOST_VALUES;
use cqrs_codegen::{Outcome, check};

/// The folder of the cases, so that reports name files from there and not from the root of somebody's disk.
struct Cases(PathBuf);

impl Load for Cases {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        Disk.load(&self.0.join(path))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

/// Every case by its path without extension.
fn outcomes() -> BTreeMap<PathBuf, Outcome> {
    let mut outcomes = BTreeMap::new();
    for topic in std::fs::read_dir(root()).unwrap() {
        let topic = topic.unwrap().path();
        for case in std::fs::read_dir(&topic).unwrap() {
            let case = case.unwrap().path();
            if case.extension().is_some_and(|it| it == "yaml") {
                let path = case.strip_prefix(root()).unwrap().to_owned();
                outcomes.insert(path.with_extension(""), check(&Cases(root()), &path));
            }
        }
    }
    for (name, file) in made_cases() {
        let path = Path::new("file").join(name).with_extension("yaml");
        let files = InMemory::default().with(path.clone(), file);
        outcomes.insert(path.with_extension(""), check(&files, &path));
    }
    outcomes
}

/// Cases that are too large to be kept, or that no editor would keep as they are.
fn made_cases() -> Vec<(&'static str, Vec<u8>)> {
    let start = "cqrs: 1\ndomain: example\n";
    let many = format!("{start}roles:\n{}", "- a\n".repeat(MOST_VALUES));
    vec![
        ("a_file_may_not_be_larger_than_the_limit", vec![b'#'; LARGEST + 1]),
        ("a_file_may_not_hold_more_values_than_the_limit", many.into_bytes()),
        ("a_file_is_utf_8", [start.as_bytes(), b"doc: caf\xe9\n"].concat()),
    ]
}

#[test]
fn every_case_is_reported_as_it_stands_beside_it() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for (case, outcome) in outcomes() {
        let found = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
        let path = root().join(&case).with_extension("stderr");
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            if update {
                std::fs::write(&path, &found).unwrap();
            } else {
                wrong.push(format!("{}\n--- expected\n{expected}\n--- found\n{found}", case.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ; UPDATE_EXPECT=1 rewrites them\n\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_case_is_refused_or_warned_of() {
    for (case, outcome) in outcomes() {
        assert!(!outcome.diagnostics.is_empty(), "{} finds nothing", case.display());
        assert_eq!(outcome.checked.is_none(), outcome.diagnostics.has_errors(), "{}", case.display());
    }
}

#[test]
fn no_report_is_without_its_case() {
    let cases = outcomes();
    for topic in std::fs::read_dir(root()).unwrap() {
        for file in std::fs::read_dir(topic.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|it| it == "stderr") {
                let case = file.strip_prefix(root()).unwrap().with_extension("");
                assert!(cases.contains_key(&case), "{} has no schema", file.display());
            }
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let found: BTreeSet<&str> = outcomes()
        .values()
        .flat_map(|it| it.diagnostics.iter())
        .map(|diagnostic| diagnostic.code.id)
        .collect();
    let missing: Vec<&str> = code::all().map(|code| code.id).filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn the_example_of_every_code_makes_the_mistake_and_its_repair_does_not() {
    let mut faults = Vec::new();
    for code in code::all() {
        let codes = |text: &str| -> Vec<&str> {
            outcome_of(text).diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()
        };
        if !code.wrong.is_empty() && !codes(code.wrong).contains(&code.id) {
            faults.push(format!("{}: the wrong example gives {:?}", code.id, codes(code.wrong)));
        }
        let right = codes(code.right);
        if right.iter().any(|id| id.starts_with('E') || *id == code.id) {
            let outcome = outcome_of(code.right);
            let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
            faults.push(format!("{}: the right example gives {right:?}\n{report}", code.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn outcome_of(example: &str) -> Outcome {
    let text = match example.starts_with("cqrs") || example.starts_with('#') {
        true => example.to_owned(),
        false => format!("cqrs: 1\ndomain: example\n{example}\n"),
    };
    let path = Path::new("example.yaml");
    check(&InMemory::default().with(path, text), path)
}
