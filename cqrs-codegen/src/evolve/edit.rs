//! Changes of a text that leave everything else of it as it stands.

use std::ops::Range;

use crate::yaml::{Entry, Kind, Node};

use super::text::{Yaml, flow_entries, lines};

/// Where in a mapping something is added.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'n> {
    /// Before the first entry.
    First,
    /// After this entry.
    After(&'n Entry),
    /// After the last entry.
    Last,
}

/// Changes that have been decided upon.
pub(super) struct Edits<'t> {
    text: &'t str,
    newline: &'static str,
    changes: Vec<(Range<usize>, String)>,
}

impl<'t> Edits<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let first = text.split_inclusive('\n').next().unwrap_or("");
        let newline = if first.ends_with("\r\n") { "\r\n" } else { "\n" };
        Self { text, newline, changes: Vec::new() }
    }

    /// The text with every change made.
    pub(super) fn apply(mut self) -> String {
        self.changes.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, new) in &self.changes {
            text.push_str(self.text.get(done..range.start).unwrap_or(""));
            text.push_str(new);
            done = range.end.max(done);
        }
        text.push_str(self.text.get(done..).unwrap_or(""));
        text
    }

    pub(super) fn replace(&mut self, range: Range<usize>, new: String) {
        self.changes.push((range, new));
    }

    /// Adds entries to the mapping that is an entry's value, in the style in which it is written.
    pub(super) fn add(&mut self, owner: &Entry, place: Place<'_>, entries: Vec<(String, Yaml)>) {
        if entries.is_empty() {
            return;
        }
        let node = &owner.value;
        let Kind::Map(there) = &node.kind else {
            return self.give(owner, entries);
        };
        if there.is_empty() {
            return self.give(owner, entries);
        }
        if self.text.get(node.span.range()).is_some_and(|text| text.starts_with('{')) {
            self.add_in_brackets(node, place, &entries);
            return;
        }
        let below = self.end_of_line(owner.key.span().end as usize);
        self.add_lines(there, place, below, &entries);
    }

    /// Adds entries to the whole document, which is a mapping.
    pub(super) fn add_to_root(&mut self, root: &Node, place: Place<'_>, entries: Vec<(String, Yaml)>) {
        let Kind::Map(there) = &root.kind else { return };
        self.add_lines(there, place, 0, &entries);
    }

    /// Gives an entry a mapping that has none yet.
    fn give(&mut self, owner: &Entry, entries: Vec<(String, Yaml)>) {
        let span = owner.value.span.range();
        let text = Yaml::Map(entries).flow();
        if !span.is_empty() {
            return self.replace(span, text);
        }
        let after = owner.key.span().end as usize;
        let colon = self.text.get(after..).and_then(|rest| rest.find(':')).map_or(after, |at| after + at + 1);
        self.replace(colon..colon, format!(" {text}"));
    }

    fn add_in_brackets(&mut self, node: &Node, place: Place<'_>, entries: &[(String, Yaml)]) {
        let added = flow_entries(entries);
        let after = match (place, &node.kind) {
            (Place::After(entry), _) => Some(entry),
            (Place::Last, Kind::Map(there)) => there.last(),
            _ => None,
        };
        match after {
            Some(entry) => {
                let at = end(entry);
                self.replace(at..at, format!(", {added}"));
            }
            None => {
                let at = node.span.start as usize + 1;
                self.replace(at..at, format!(" {added},"));
            }
        }
    }

    /// Adds lines, as deep as those that are there; `below` is the end of the line above the first of them.
    fn add_lines(&mut self, there: &[Entry], place: Place<'_>, below: usize, entries: &[(String, Yaml)]) {
        let Some(first) = there.first() else { return };
        let start = first.key.span().start as usize;
        let line = self.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let indent = start - line;
        let after = match place {
            Place::First => None,
            Place::After(entry) => Some(entry),
            Place::Last => there.last(),
        };
        let at = after.map_or(below, |entry| self.end_of_line(end(entry)));
        self.replace(at..at, lines(entries, indent, self.newline));
    }

    /// The end of the line on which a byte stands, before its line break.
    fn end_of_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }
}

/// Where an entry ends, the value included.
fn end(entry: &Entry) -> usize {
    entry.key.span().to(entry.value.span).end as usize
}
