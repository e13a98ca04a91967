//! Whatever single thing of the past is deleted from the last release, it is missed.

use std::ops::Range;

use cqrs_codegen::diagnostic::Diagnostics;
use cqrs_codegen::source::SourceMap;
use cqrs_codegen::yaml::{self, Entry, Kind, Node};

use crate::{check, errors, last, report};

/// The bytes of every single thing that the schema says of the past, with a name for each.
fn things_of_the_past(schema: &str) -> Vec<(String, Range<usize>)> {
    let mut sources = SourceMap::default();
    let file = sources.add("bank.yaml", schema);
    let root = yaml::parse(&sources, file, &mut Diagnostics::default()).unwrap();
    let mut things = Vec::new();
    for aggregate in entries(&value(&root, "aggregates").value) {
        for event in entries(&value(&aggregate.value, "events").value) {
            let name = event.key.text();
            let keys = entries(&event.value);
            for key in keys.iter().filter(|it| ["history", "retired", "version"].contains(&it.key.text())) {
                collect(schema, &event.value, key, &format!("{name}.{}", key.key.text()), &mut things);
            }
        }
    }
    things
}

/// An entry, and every entry in it.
fn collect(schema: &str, of: &Node, entry: &Entry, path: &str, things: &mut Vec<(String, Range<usize>)>) {
    things.push((path.to_owned(), with_separator(schema, of, entry)));
    for inner in entries(&entry.value) {
        collect(schema, &entry.value, inner, &format!("{path}.{}", inner.key.text()), things);
    }
}

/// What has to go for an entry to be gone: its lines, or the entry and a comma.
fn with_separator(schema: &str, of: &Node, entry: &Entry) -> Range<usize> {
    let whole = entry.key.span().to(entry.value.span).range();
    if !schema[of.span.range()].starts_with('{') {
        let start = schema[..whole.start].rfind('\n').map_or(0, |at| at + 1);
        let end = schema[whole.end..].find('\n').map_or(schema.len(), |at| whole.end + at + 1);
        return start..end;
    }
    let after = &schema[whole.end..];
    let comma = after.len() - after.trim_start().len();
    if after[comma..].starts_with(',') {
        return whole.start..whole.end + comma + 1;
    }
    let before = schema[..whole.start].trim_end();
    let start = before.strip_suffix(',').map_or(whole.start, str::len);
    start..whole.end
}

fn value<'n>(node: &'n Node, key: &str) -> &'n Entry {
    entries(node).iter().find(|entry| entry.key.text() == key).unwrap()
}

fn entries(node: &Node) -> &[Entry] {
    match &node.kind {
        Kind::Map(entries) => entries,
        _ => &[],
    }
}

/// What may go without anything being lost: fields that carry over in any case.
const HARMLESS: &[&str] = &["Moved.retired.MoneyWithdrawn.cents", "Moved.retired.MoneySent.to"];

#[test]
fn each_single_thing_of_the_past_that_is_deleted_is_missed() {
    let (schema, lock) = last();
    let things = things_of_the_past(&schema);
    assert!(things.len() > 40, "{}", things.len());
    let mut unmissed = Vec::new();
    for (name, range) in &things {
        let mut without = schema.clone();
        without.replace_range(range.clone(), "");
        let outcome = check(&without, &lock);
        if errors(&outcome).is_empty() {
            unmissed.push(name.as_str());
        }
    }
    assert_eq!(unmissed, HARMLESS);
}

#[test]
fn each_line_of_the_lock_that_is_deleted_is_missed() {
    let (schema, lock) = last();
    let lines: Vec<&str> = lock.lines().collect();
    let facts = lines.iter().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    for (at, line) in facts {
        let rest: Vec<&str> =
            lines.iter().enumerate().filter(|(it, _)| *it != at).map(|(_, it)| *it).collect();
        let outcome = check(&schema, &(rest.join("\n") + "\n"));
        assert!(!errors(&outcome).is_empty(), "`{line}`:\n{}", report(&outcome));
    }
}
