//! Where each fact of a lock stands in its text.

use std::collections::BTreeMap;

use crate::model::StoredAs;

/// The line of each fact of a lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    events: BTreeMap<(String, String), usize>,
    versions: BTreeMap<StoredAs, usize>,
    parts: BTreeMap<StoredAs, BTreeMap<String, usize>>,
}

impl Lines {
    /// The line of an event's header, by aggregate and event.
    #[must_use]
    pub fn event(&self, aggregate: &str, event: &str) -> Option<usize> {
        self.events.get(&(aggregate.to_owned(), event.to_owned())).copied()
    }

    /// The line of a version's header.
    #[must_use]
    pub fn version(&self, stored: &StoredAs) -> Option<usize> {
        self.versions.get(stored).copied()
    }

    /// The line of a part of a version: a field by its name, a part of a named type as `Holder.email`. Where it has
    /// no line of its own, the line of the nearest thing that it is part of.
    #[must_use]
    pub fn part(&self, stored: &StoredAs, part: &str) -> Option<usize> {
        let parts = self.parts.get(stored)?;
        let mut part = part;
        loop {
            if let Some(line) = parts.get(part) {
                return Some(*line);
            }
            match part.rfind('.') {
                Some(dot) => part = &part[..dot],
                None => return self.version(stored),
            }
        }
    }

    pub(super) fn place_event(&mut self, aggregate: &str, event: &str, line: usize) {
        self.events.insert((aggregate.to_owned(), event.to_owned()), line);
    }

    pub(super) fn place_version(&mut self, stored: StoredAs, line: usize) {
        self.versions.insert(stored, line);
    }

    pub(super) fn place_parts(&mut self, stored: StoredAs, parts: BTreeMap<String, usize>) {
        self.parts.insert(stored, parts);
    }
}
