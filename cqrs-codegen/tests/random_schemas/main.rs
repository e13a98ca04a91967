//! A schema that passes the check compiles: random schemas, and a real compiler that is told to deny every warning.
//!
//! Each schema is made up from a seed, line by line; lines that the check refuses are left out until it refuses none. What is
//! left is written out as Rust and compiled with Clippy, its scenarios included. `CQRS_RANDOM_SCHEMAS` says how many are
//! made, `CQRS_RANDOM_SEED` with which seed the first.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod expressions;
mod members;
mod random;
mod rustc;
mod types;

use std::collections::BTreeSet;
use std::path::Path;

use cqrs_codegen::diagnostic::Severity;
use cqrs_codegen::load::InMemory;
use cqrs_codegen::{Outcome, check};

/// How many schemas are compiled at once.
const BATCH: u64 = 12;

#[test]
fn a_schema_that_passes_the_check_compiles() {
    let number = |name: &str, otherwise: u64| match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("`{name}` is no number")),
        Err(_) => otherwise,
    };
    let (count, first) = (number("CQRS_RANDOM_SCHEMAS", BATCH), number("CQRS_RANDOM_SEED", 1));
    let compiler = rustc::Compiler::find();
    let (mut made, mut kept) = (0, 0);
    let mut failed = Vec::new();
    for start in (first..first + count).step_by(BATCH as usize) {
        let schemas = (start..(start + BATCH).min(first + count)).map(|seed| {
            let lines = members::schema(seed);
            made += lines.len();
            let (text, rust) = accepted(&lines);
            kept += text.lines().count();
            rustc::Schema { seed, text, rust }
        });
        let schemas: Vec<rustc::Schema> = schemas.collect();
        failed.extend(compiler.refused(&schemas));
    }
    println!("{kept} of {made} lines were kept");
    assert!(kept * 2 > made, "too little is left of what was made up: {kept} of {made} lines");
    assert!(
        failed.is_empty(),
        "{} schemas pass the check and do not compile\n\n{}",
        failed.len(),
        failed.join("\n\n")
    );
}

/// The schema without the lines that are refused, and its Rust.
fn accepted(lines: &[String]) -> (String, String) {
    let mut lines = lines.to_vec();
    loop {
        let text = lines.join("\n") + "\n";
        let path = Path::new("random.yaml");
        let Outcome { sources, diagnostics, checked } =
            check(&InMemory::default().with(path, text.as_str()), path);
        if let Some(checked) = checked {
            return (text, cqrs_codegen::emit::rust::module(&checked, &sources));
        }
        let refused: BTreeSet<usize> = diagnostics
            .iter()
            .filter(|it| it.severity() == Severity::Error)
            .map(|it| sources.start(it.primary.span).line - 1)
            .collect();
        // What the one refusal brings about in other lines is not known: the first goes, and the rest is looked at again.
        let first = *refused.first().unwrap_or_else(|| panic!("refused without an error\n{text}"));
        if std::env::var_os("CQRS_RANDOM_SHOW").is_some() {
            let error = diagnostics.iter().find(|it| it.severity() == Severity::Error).unwrap();
            eprintln!("{}: {}\n    {}", error.code.id, error.message, lines[first]);
        }
        lines.remove(first);
    }
}
