//! What the writer remembers of the database, so that an append looks nothing up that the last one already knew.
//!
//! It is a cache and no more: versions are forgotten whenever another process has written, or may have. It is
//! bounded, however many streams a store has.

use std::collections::HashMap;

use cqrs_core::StreamId;

/// A stream as the writer needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    /// Its row; `None` when it has none yet.
    pub(super) id: Option<i64>,
    /// How many events it has.
    pub(super) version: i64,
}

/// Streams that were written to lately, in two generations: the older one is dropped whole when the newer is full.
#[derive(Default)]
pub(super) struct KnownStreams {
    newer: HashMap<StreamId, Stream>,
    older: HashMap<StreamId, Stream>,
}

/// How many streams one generation holds.
const STREAMS: usize = 32_768;

impl KnownStreams {
    pub(super) fn get(&self, stream: &StreamId) -> Option<Stream> {
        self.newer.get(stream).or_else(|| self.older.get(stream)).copied()
    }

    pub(super) fn set(&mut self, stream: &StreamId, known: Stream) {
        if let Some(place) = self.newer.get_mut(stream) {
            *place = known;
            return;
        }
        if self.newer.len() >= STREAMS {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(stream.clone(), known);
    }

    pub(super) fn clear(&mut self) {
        self.newer.clear();
        self.older.clear();
    }
}

/// The ids of stored event types, by aggregate type, name and version: all that there are, which are hundreds.
#[derive(Default)]
pub(super) struct KnownTypes {
    by_aggregate: HashMap<String, HashMap<String, Vec<(u32, i64)>>>,
    newest: i64,
}

impl KnownTypes {
    pub(super) fn get(&self, aggregate_type: &str, name: &str, version: u32) -> Option<i64> {
        let versions = self.by_aggregate.get(aggregate_type)?.get(name)?;
        versions.iter().find(|(known, _)| *known == version).map(|(_, id)| *id)
    }

    pub(super) fn set(&mut self, aggregate_type: &str, name: &str, version: u32, id: i64) {
        let names = self.by_aggregate.entry(aggregate_type.to_owned()).or_default();
        names.entry(name.to_owned()).or_default().push((version, id));
        self.newest = self.newest.max(id);
    }

    /// The newest row that is known; all before it are known too.
    pub(super) fn newest(&self) -> i64 {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_streams_are_remembered_and_the_oldest_forgotten() {
        let mut known = KnownStreams::default();
        let stream = |number: usize| StreamId::new("Door", number.to_string());
        for number in 0..=2 * STREAMS {
            known.set(&stream(number), Stream { id: Some(1), version: 1 });
        }
        assert_eq!(known.get(&stream(0)), None);
        assert!(known.get(&stream(2 * STREAMS)).is_some());
        assert!(known.newer.len() + known.older.len() <= 2 * STREAMS);
    }

    #[test]
    fn a_type_is_known_by_its_version_too() {
        let mut known = KnownTypes::default();
        known.set("Door", "Opened", 1, 7);
        known.set("Door", "Opened", 2, 8);
        assert_eq!(known.get("Door", "Opened", 2), Some(8));
        assert_eq!(known.get("Gate", "Opened", 2), None);
    }
}
