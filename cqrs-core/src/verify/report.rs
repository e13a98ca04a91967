//! What a verification has found, and how it differs from an earlier one.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::NAMED;
use crate::batch::EventRef;
use crate::envelope::Position;
use crate::shape::Fingerprint;

/// What a verification has found. It is kept as JSON, to be compared after a release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// The newest event when it began.
    pub head: Position,
    /// How many events were read.
    pub events: u64,
    /// The stored shapes, by aggregate, name and version.
    pub types: Vec<ReadType>,
    /// How many events cannot be read.
    pub failed: u64,
    /// The first thousand of them.
    pub failures: Vec<ReadFailure>,
    /// Tables that this code would build anew.
    pub to_build: Vec<String>,
    /// What the store means to today's code: events, states and rows, each in one number.
    pub fingerprints: Fingerprints,
}

/// One stored shape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadType {
    /// The aggregate's stored type.
    pub aggregate_type: String,
    /// The event's stored name.
    pub name: String,
    /// The version of its shape.
    pub version: u32,
    /// How many records have it.
    pub events: u64,
    /// How many upcasts lead from it to today's shape.
    pub upcasts: u16,
    /// How many of the records cannot be read.
    pub failed: u64,
}

/// An event that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFailure {
    /// Its stream.
    pub stream: String,
    /// Its version in the stream.
    pub version: u64,
    /// Its position.
    pub position: u64,
    /// Its stored name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: u32,
    /// Why.
    pub reason: String,
}

/// Sums of fingerprints by what they are of; the order of what was added does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprints(BTreeMap<String, String>);

impl Fingerprints {
    pub(super) fn add(&mut self, name: &str, part: Fingerprint) {
        let sum = self.0.get(name).and_then(|sum| u64::from_str_radix(sum, 16).ok()).unwrap_or_default();
        self.0.insert(name.to_owned(), format!("{:016x}", sum.wrapping_add(part.to_bits())));
    }

    /// Each thing with its fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, sum)| (name.as_str(), sum.as_str()))
    }
}

impl Verification {
    pub(super) fn fail(&mut self, event: EventRef<'_>, reason: String) {
        self.failed += 1;
        if self.failures.len() < NAMED {
            let stored = event.stored_type();
            self.failures.push(ReadFailure {
                stream: event.stream().to_string(),
                version: event.version().get(),
                position: event.position().get(),
                event_type: stored.name.clone(),
                event_version: stored.version,
                reason,
            });
        }
    }

    /// Whether every event can be read.
    pub fn is_readable(&self) -> bool {
        self.failed == 0
    }

    /// What means something else to this code than it did in an earlier verification of the same events, one sentence each. What was
    /// not there before, or is not any more, is no difference.
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let other = |(name, sum): (&str, &str)| {
            let (_, now) = self.fingerprints.iter().find(|(known, _)| *known == name)?;
            (now != sum).then(|| format!("the {name} are no longer what they were"))
        };
        let mut differences: Vec<_> = before.fingerprints.iter().filter_map(other).collect();
        if self.head != before.head {
            let message = format!(
                "the earlier verification ended at position {}, this one at {}: they are not of the same events",
                before.head, self.head
            );
            differences.insert(0, message);
        }
        differences
    }
}

/// A table for a person.
impl fmt::Display for Verification {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&ReadType) -> usize, least: usize| {
            self.types.iter().map(of).max().unwrap_or(0).max(least)
        };
        let name = |read: &ReadType| format!("{}.{} v{}", read.aggregate_type, read.name, read.version);
        let names = self.types.iter().map(|read| name(read).len()).max().unwrap_or(0).max(5);
        let digits = width(|read| read.events.to_string().len(), 6);
        writeln!(formatter, "{:names$}  {:>digits$}  upcasts  failed", "shape", "events")?;
        for read in &self.types {
            let (name, ReadType { events, upcasts, failed, .. }) = (name(read), read);
            writeln!(formatter, "{name:names$}  {events:>digits$}  {upcasts:>7}  {failed:>6}")?;
        }
        for failure in &self.failures {
            let ReadFailure { stream, version, position, event_type, event_version, reason } = failure;
            writeln!(
                formatter,
                "position {position}: {event_type} v{event_version} of {stream} (version {version}): {reason}"
            )?;
        }
        for table in &self.to_build {
            writeln!(formatter, "`{table}` is of another definition and would be built anew")?;
        }
        match self.failed {
            0 => write!(formatter, "all {} events can be read", self.events),
            failed => write!(formatter, "{failed} of {} events cannot be read", self.events),
        }
    }
}
