//! No promise is forgotten: each function that checks one is in the list from which tests are generated, once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::fs;
use std::path::Path;

/// The names that follow `start` in a text, in the order of the text.
fn names_after<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let name = |rest: &'a str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
    text.split(start).skip(1).map(name).collect()
}

#[test]
fn every_promise_is_tested() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(sources.join("promises.rs")).unwrap();
    let mut promises = 0;
    for topic in names_after(&fs::read_to_string(sources.join("lib.rs")).unwrap(), "\npub mod ") {
        let source = fs::read_to_string(sources.join(format!("{topic}.rs"))).unwrap();
        let written = names_after(&source, "\npub async fn ");
        let section = list.split(&format!("            {topic} {{\n")).nth(1).expect(topic);
        let listed: Vec<_> = section.lines().map_while(|line| line.trim().strip_suffix(',')).collect();
        assert_eq!(listed, written, "the list of `{topic}` differs from its functions");
        promises += written.len();
    }
    assert!(promises > 150, "only {promises} promises were found");
}
