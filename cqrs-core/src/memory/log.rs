//! The log: every commit in order, found by position, by stream and by command id.
//!
//! Events lie in runs of a fixed length that are shared once they are full, so that a reader takes a run out of the
//! lock instead of copying events under it. Nothing here locks or waits.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::batch::timestamp_from_micros;
use crate::envelope::{Origin, Position, StreamId, StreamVersion};
use crate::store::{Append, AppendError, Appended, NewEvent};

/// How many events a run has when it is full.
const RUN: usize = 1024;

#[derive(Default)]
pub(super) struct Log {
    full: Vec<Arc<[Entry]>>,
    newest: Vec<Entry>,
    /// The positions of each stream's events: the first at version 1.
    streams: HashMap<Arc<StreamId>, Vec<u64>>,
    commands: HashMap<Uuid, Arc<Commit>>,
    recorded_at: i64,
}

/// One event of the log.
#[derive(Clone)]
pub(super) struct Entry {
    commit: Arc<Commit>,
    index: u32,
}

/// What one append recorded.
pub(super) struct Commit {
    pub(super) stream: Arc<StreamId>,
    pub(super) origin: Origin,
    pub(super) events: Vec<NewEvent>,
    /// The stream's version with the last event.
    pub(super) version: u64,
    /// The position of the last event; without events, the head.
    pub(super) position: Position,
    pub(super) recorded_at: i64,
    command_id: Option<Uuid>,
}

impl Log {
    /// What an append would record, when the stream is as expected.
    pub(super) fn prepare(&self, append: Append, now: i64) -> Result<Commit, AppendError> {
        let Append { stream, expected, events, origin, command_id, chain: _ } = append;
        let known = self.streams.get_key_value(&stream);
        let actual = known.map_or(0, |(_, positions)| positions.len() as u64);
        if !expected.allows(StreamVersion::new(actual)) {
            return Err(AppendError::Conflict { stream, expected, actual: StreamVersion::new(actual) });
        }
        let stream = known.map_or_else(|| Arc::new(stream), |(stream, _)| Arc::clone(stream));
        let count = events.len() as u64;
        Ok(Commit {
            stream,
            origin,
            events,
            version: actual + count,
            position: self.head().plus(count),
            recorded_at: self.recorded_at.max(now),
            command_id,
        })
    }

    /// Records what was prepared just before.
    pub(super) fn commit(&mut self, commit: Commit) -> Arc<Commit> {
        let commit = Arc::new(commit);
        self.recorded_at = commit.recorded_at;
        if let Some(command_id) = commit.command_id {
            self.commands.insert(command_id, Arc::clone(&commit));
        }
        if !commit.events.is_empty() {
            let positions = self.streams.entry(Arc::clone(&commit.stream)).or_default();
            for index in 0..commit.events.len() as u32 {
                positions.push(commit.position_of(index).get());
                self.newest.push(Entry { commit: Arc::clone(&commit), index });
                if self.newest.len() == RUN {
                    self.full.push(std::mem::replace(&mut self.newest, Vec::with_capacity(RUN)).into());
                }
            }
        }
        commit
    }

    pub(super) fn command(&self, command_id: Uuid) -> Option<&Arc<Commit>> {
        self.commands.get(&command_id)
    }

    /// Positions have no gaps here, so the highest one is the number of events.
    pub(super) fn head(&self) -> Position {
        Position::new((self.full.len() * RUN + self.newest.len()) as u64)
    }

    pub(super) fn stream_version(&self, stream: &StreamId) -> StreamVersion {
        StreamVersion::new(self.streams.get(stream).map_or(0, |positions| positions.len() as u64))
    }

    /// The events after a position, as far as the end of their run; the first `skip` of the run are at or below it.
    pub(super) fn run_after(&self, position: Position) -> (Arc<[Entry]>, usize) {
        let index = usize::try_from(position.get()).unwrap_or(usize::MAX);
        match self.full.get(index / RUN) {
            Some(run) => (Arc::clone(run), index % RUN),
            None => {
                let start = index.saturating_sub(self.full.len() * RUN);
                (self.newest.get(start..).unwrap_or_default().into(), 0)
            }
        }
    }

    /// The positions of a stream's events in order.
    pub(super) fn positions(&self, stream: &StreamId) -> &[u64] {
        self.streams.get(stream).map_or(&[], Vec::as_slice)
    }

    /// The event at a position of the log.
    pub(super) fn entry(&self, position: u64) -> Option<&Entry> {
        let index = usize::try_from(position).ok()?.checked_sub(1)?;
        match self.full.get(index / RUN) {
            Some(run) => run.get(index % RUN),
            None => self.newest.get(index - self.full.len() * RUN),
        }
    }
}

impl Entry {
    pub(super) fn commit(&self) -> &Commit {
        &self.commit
    }

    pub(super) fn index(&self) -> u32 {
        self.index
    }

    pub(super) fn event(&self) -> &NewEvent {
        &self.commit.events[self.index as usize]
    }

    pub(super) fn position(&self) -> Position {
        self.commit.position_of(self.index)
    }
}

impl Commit {
    pub(super) fn position_of(&self, index: u32) -> Position {
        Position::new(self.position.get() - self.events_after(index))
    }

    pub(super) fn version_of(&self, index: u32) -> StreamVersion {
        StreamVersion::new(self.version - self.events_after(index))
    }

    fn events_after(&self, index: u32) -> u64 {
        self.events.len() as u64 - 1 - u64::from(index)
    }

    pub(super) fn outcome(&self, duplicate: bool) -> Appended {
        Appended {
            stream: StreamId::clone(&self.stream),
            version: StreamVersion::new(self.version),
            events: self.events.len() as u64,
            position: self.position,
            recorded_at: timestamp_from_micros(self.recorded_at),
            duplicate,
        }
    }
}
