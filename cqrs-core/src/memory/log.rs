//! The log: every event in order, found by position, by stream and version, and by command id.
//!
//! Events lie in segments, of which only the newest changes. Nothing here locks or waits, and nothing that
//! was written ever moves.

use std::collections::HashMap;
use std::sync::Arc;

use quick_cache::DefaultHashBuilder;
use uuid::Uuid;

use super::segment::Segment;
use crate::batch::{BatchBuilder, BatchRow, EventBatch, timestamp_from_micros};
use crate::envelope::{Origin, Position, StreamId, StreamVersion};
use crate::store::{Append, AppendError, Appended, NewEvent};

#[derive(Default)]
pub(super) struct Log {
    full: Vec<Arc<Segment>>,
    newest: Segment,
    streams: Vec<Stream>,
    by_id: HashMap<Arc<StreamId>, usize, DefaultHashBuilder>,
    commands: HashMap<Uuid, Outcome>,
    recorded_at: i64,
}

struct Stream {
    id: Arc<StreamId>,
    /// Where its events lie: the first at version 1.
    places: Vec<Place>,
    /// The segment that its newest event lies in, and its index there.
    kept: (u32, u16),
}

/// Where an event lies.
#[derive(Clone, Copy)]
pub(super) struct Place {
    segment: u32,
    row: u32,
}

/// What an append with a command id led to.
enum Outcome {
    /// So many events, of which the last lies here.
    Events(Place, u32),
    Nothing(Box<Appended>),
}

/// What an append may record: its stream is as it expects.
pub(super) struct Prepared {
    stream: Option<usize>,
    before: StreamVersion,
    after: Position,
    recorded_at: i64,
}

impl Log {
    /// Checks that an append's stream is as it expects.
    pub(super) fn prepare(&self, append: &Append, now: i64) -> Result<Prepared, AppendError> {
        let known = self.by_id.get(&append.stream).copied();
        let actual = StreamVersion::new(known.map_or(0, |index| self.streams[index].places.len() as u64));
        if !append.expected.allows(actual) {
            let (stream, expected) = (append.stream.clone(), append.expected);
            return Err(AppendError::Conflict { stream, expected, actual });
        }
        let recorded_at = self.recorded_at.max(now);
        Ok(Prepared { stream: known, before: actual, after: self.head(), recorded_at })
    }

    /// Records what was prepared just before.
    pub(super) fn commit(&mut self, append: Append, prepared: Prepared) -> Appended {
        let Append { stream, events, origin, command_id, .. } = append;
        let appended = Appended {
            version: prepared.before.plus(events.len() as u64),
            events: events.len() as u64,
            position: prepared.after.plus(events.len() as u64),
            recorded_at: timestamp_from_micros(prepared.recorded_at),
            duplicate: false,
            stream,
        };
        self.recorded_at = prepared.recorded_at;
        let last =
            if events.is_empty() { None } else { self.write(&appended.stream, events, origin, &prepared) };
        if let Some(command_id) = command_id {
            let outcome = match last {
                Some(place) => Outcome::Events(place, appended.events as u32),
                None => Outcome::Nothing(Box::new(appended.clone())),
            };
            self.commands.insert(command_id, outcome);
        }
        appended
    }

    /// Writes the events of one append and says where the last one lies.
    fn write(
        &mut self,
        stream: &StreamId,
        events: Vec<NewEvent>,
        origin: Origin,
        prepared: &Prepared,
    ) -> Option<Place> {
        let index = prepared.stream.unwrap_or_else(|| self.add_stream(stream));
        let origin = self.newest.as_kept(origin);
        let mut last = None;
        for (version, event) in (prepared.before.get() + 1..).zip(events) {
            if self.newest.is_full() {
                self.begin_segment();
            }
            let segment = self.full.len() as u32;
            let stream = &mut self.streams[index];
            if stream.places.is_empty() || stream.kept.0 != segment {
                stream.kept = (segment, self.newest.keep_stream(&stream.id));
            }
            let origin = self.newest.keep_origin(&origin);
            let row = self.newest.push(event, version, prepared.recorded_at, stream.kept.1, origin);
            last = Some(Place { segment, row: row as u32 });
            stream.places.extend(last);
        }
        last
    }

    fn add_stream(&mut self, stream: &StreamId) -> usize {
        let id = Arc::new(stream.clone());
        self.by_id.insert(Arc::clone(&id), self.streams.len());
        self.streams.push(Stream { id, places: Vec::new(), kept: (0, 0) });
        self.streams.len() - 1
    }

    fn begin_segment(&mut self) {
        let next = Segment::following(&self.newest);
        let mut full = std::mem::replace(&mut self.newest, next);
        full.shrink();
        self.full.push(Arc::new(full));
    }

    /// What an earlier append with this command id led to.
    pub(super) fn command(&self, command_id: Uuid) -> Option<Appended> {
        match self.commands.get(&command_id)? {
            Outcome::Nothing(appended) => Some(Appended::clone(appended)),
            Outcome::Events(place, events) => {
                let segment = self.segment(*place)?;
                let row = segment.row(place.row());
                Some(Appended {
                    stream: StreamId::clone(&segment.streams()[usize::from(row.stream)]),
                    version: StreamVersion::new(row.version),
                    events: u64::from(*events),
                    position: segment.position(place.row()),
                    recorded_at: timestamp_from_micros(row.recorded_at),
                    duplicate: false,
                })
            }
        }
    }

    /// The highest position, which is the number of events, as positions have no gaps here.
    pub(super) fn head(&self) -> Position {
        self.newest.end()
    }

    /// Where the events of a stream lie, in order.
    pub(super) fn places(&self, stream: &StreamId) -> &[Place] {
        self.by_id.get(stream).map_or(&[], |index| &self.streams[*index].places)
    }

    /// The segment of a place, if there is one.
    pub(super) fn segment(&self, place: Place) -> Option<&Segment> {
        let segment = place.segment as usize;
        if segment == self.full.len() {
            Some(&self.newest)
        } else {
            self.full.get(segment).map(|full| &**full)
        }
    }

    /// The full segment that holds the event after a position, if it does not lie in the newest one.
    pub(super) fn full_after(&self, position: Position) -> Option<Arc<Segment>> {
        let index = self.full.partition_point(|segment| segment.end() <= position);
        self.full.get(index).cloned()
    }

    pub(super) fn newest(&self) -> &Segment {
        &self.newest
    }
}

impl Place {
    pub(super) fn row(self) -> usize {
        self.row as usize
    }
}

impl Prepared {
    /// The events of an append as projections read them, before they are in the log.
    pub(super) fn batch(&self, append: &Append) -> EventBatch {
        let mut builder = BatchBuilder::with_capacity(append.events.len());
        let stream_index = builder.stream(&append.stream);
        let origin_index = builder.origin(append.origin.clone());
        for (number, event) in (1..).zip(&append.events) {
            let row = BatchRow {
                position: self.after.plus(number),
                version: self.before.plus(number),
                recorded_at_micros: self.recorded_at,
                event_id: event.event_id,
                type_index: builder.stored_type(&event.name, event.version),
                stream_index,
                origin_index,
            };
            builder.push(row, &event.payload);
        }
        builder.finish(self.after)
    }
}
