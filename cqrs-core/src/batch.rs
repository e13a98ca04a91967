//! A batch of recorded events in few allocations: what stores hand out and the engine decodes from.
//!
//! All payloads lie in one buffer; streams, types and origins are kept once each. A batch is bounded by the
//! page that was asked for, so that a reader's memory does not grow with the log.

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;
use uuid::Uuid;

use crate::envelope::{Meta, Origin, Position, RecordedEvent, StreamId, StreamVersion};

/// Recorded events in the order in which they were read.
#[derive(Debug, Clone, Default)]
pub struct EventBatch {
    payloads: Vec<u8>,
    rows: Vec<Row>,
    types: Vec<StoredType>,
    streams: Vec<StreamId>,
    origins: Vec<Origin>,
    end: Position,
}

/// The stored type of events: a name and the version of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoredType {
    /// The event's stored name.
    pub name: String,
    /// The version of the shape.
    pub version: u32,
}

#[derive(Debug, Clone)]
struct Row {
    position: Position,
    version: StreamVersion,
    recorded_at: i64,
    event_id: Uuid,
    payload: Range<usize>,
    type_index: u32,
    stream_index: u32,
    origin_index: u32,
}

impl EventBatch {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How far the reader got in the order of all events, filtered ones included.
    ///
    /// For a read of all events: nothing that the filter lets through lies between the last event of the batch and
    /// this position. For a read of one stream: the position of the last event.
    pub fn end(&self) -> Position {
        self.end
    }

    /// The bytes that the payloads take.
    pub fn payload_bytes(&self) -> usize {
        self.payloads.len()
    }

    /// The distinct stored types in the batch; [`EventRef::type_index`] points into them.
    pub fn types(&self) -> &[StoredType] {
        &self.types
    }

    /// The distinct streams in the batch; [`EventRef::stream_index`] points into them.
    pub fn streams(&self) -> &[StreamId] {
        &self.streams
    }

    /// The event at an index.
    pub fn get(&self, index: usize) -> Option<EventRef<'_>> {
        self.rows.get(index).map(|row| EventRef { batch: self, row })
    }

    /// The first event.
    pub fn first(&self) -> Option<EventRef<'_>> {
        self.get(0)
    }

    /// The last event.
    pub fn last(&self) -> Option<EventRef<'_>> {
        self.len().checked_sub(1).and_then(|index| self.get(index))
    }

    /// The events in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = EventRef<'_>> + DoubleEndedIterator {
        self.rows.iter().map(|row| EventRef { batch: self, row })
    }

    /// The events as values of their own.
    pub fn to_vec(&self) -> Vec<RecordedEvent> {
        self.iter().map(|event| event.to_recorded()).collect()
    }
}

/// One event of a batch.
#[derive(Debug, Clone, Copy)]
pub struct EventRef<'a> {
    batch: &'a EventBatch,
    row: &'a Row,
}

impl<'a> EventRef<'a> {
    /// The event's place among all events of the store.
    pub fn position(&self) -> Position {
        self.row.position
    }

    /// The stream's version with this event.
    pub fn version(&self) -> StreamVersion {
        self.row.version
    }

    /// The event's stored name and version.
    pub fn stored_type(&self) -> &'a StoredType {
        &self.batch.types[self.row.type_index as usize]
    }

    /// The index of the stored type in [`EventBatch::types`].
    pub fn type_index(&self) -> usize {
        self.row.type_index as usize
    }

    /// The stream.
    pub fn stream(&self) -> &'a StreamId {
        &self.batch.streams[self.row.stream_index as usize]
    }

    /// The index of the stream in [`EventBatch::streams`].
    pub fn stream_index(&self) -> usize {
        self.row.stream_index as usize
    }

    /// The payload: JSON in the shape of the stored version.
    pub fn payload(&self) -> &'a [u8] {
        &self.batch.payloads[self.row.payload.clone()]
    }

    /// When the event was recorded.
    pub fn recorded_at(&self) -> Timestamp {
        timestamp_from_micros(self.row.recorded_at)
    }

    /// Who caused the event; [`None`] when the batch was read for its payloads only.
    pub fn origin(&self) -> Option<&'a Origin> {
        self.batch.origins.get(self.row.origin_index as usize)
    }

    /// The event's own id; nil when the batch was read for its payloads only.
    pub fn event_id(&self) -> Uuid {
        self.row.event_id
    }

    /// Everything that is known of the event besides its payload.
    pub fn to_meta(&self) -> Meta {
        let mut metas = Metas::default();
        metas.of(*self);
        metas.meta
    }

    /// The event as a value of its own.
    pub fn to_recorded(&self) -> RecordedEvent {
        RecordedEvent { meta: self.to_meta(), payload: self.payload().to_vec() }
    }
}

/// What is known of one event after another of a batch: what an event has in common with the one before it is not copied again.
#[derive(Default)]
pub(crate) struct Metas {
    meta: Meta,
    /// The indexes of the type, the stream and the origin that `meta` is of.
    shared: Option<[u32; 3]>,
}

impl Metas {
    /// Everything that is known of an event besides its payload; each call must be about the same batch.
    pub(crate) fn of(&mut self, event: EventRef<'_>) -> &Meta {
        let (meta, row) = (&mut self.meta, event.row);
        let shared = [row.type_index, row.stream_index, row.origin_index];
        if self.shared != Some(shared) {
            let (stored_type, stream) = (event.stored_type(), event.stream());
            stream.aggregate_type.as_ref().clone_into(&mut meta.aggregate_type);
            meta.aggregate_id.clone_from(&stream.aggregate_id);
            meta.event_type.clone_from(&stored_type.name);
            meta.event_version = stored_type.version;
            match event.origin() {
                Some(origin) => meta.origin.clone_from(origin),
                None => meta.origin = Origin::default(),
            }
            self.shared = Some(shared);
        }
        meta.event_id = row.event_id;
        meta.version = row.version;
        meta.position = row.position;
        meta.recorded_at = event.recorded_at();
        meta
    }
}

/// Collects the events of one batch; for store adapters.
///
/// Register a stream, a type and an origin once, then push events by their indexes.
#[derive(Debug, Default)]
pub struct BatchBuilder {
    batch: EventBatch,
    types: HashMap<(String, u32), u32>,
    streams: HashMap<StreamId, u32>,
}

/// One event to push into a [`BatchBuilder`].
#[derive(Debug, Clone, Copy)]
pub struct BatchRow {
    /// The event's position.
    pub position: Position,
    /// The stream's version with this event.
    pub version: StreamVersion,
    /// When it was recorded: microseconds since 1970 in UTC.
    pub recorded_at_micros: i64,
    /// The event's id, or nil where only payloads are read.
    pub event_id: Uuid,
    /// What [`BatchBuilder::stored_type`] returned.
    pub type_index: u32,
    /// What [`BatchBuilder::stream`] returned.
    pub stream_index: u32,
    /// What [`BatchBuilder::origin`] returned, or `u32::MAX` where only payloads are read.
    pub origin_index: u32,
}

/// The bytes of a payload that an empty batch reserves.
const PAYLOAD: usize = 64;

impl BatchBuilder {
    /// An empty batch with room for `events` events.
    pub fn with_capacity(events: usize) -> Self {
        let mut builder = Self::default();
        builder.batch.rows.reserve(events);
        builder.batch.payloads.reserve(events * PAYLOAD);
        builder
    }

    /// The index of a stored type, which is kept once.
    pub fn stored_type(&mut self, name: &str, version: u32) -> u32 {
        if let Some(&index) = self.types.get(&(name.to_owned(), version)) {
            return index;
        }
        let index = index_of_next(&self.batch.types);
        self.batch.types.push(StoredType { name: name.to_owned(), version });
        self.types.insert((name.to_owned(), version), index);
        index
    }

    /// The index of a stream, which is kept once.
    pub fn stream(&mut self, stream: &StreamId) -> u32 {
        if let Some(&index) = self.streams.get(stream) {
            return index;
        }
        let index = index_of_next(&self.batch.streams);
        self.batch.streams.push(stream.clone());
        self.streams.insert(stream.clone(), index);
        index
    }

    /// The index of a stream that is not in the batch yet; quicker than [`stream`](Self::stream), which looks whether it is.
    pub fn new_stream(&mut self, stream: StreamId) -> u32 {
        let index = index_of_next(&self.batch.streams);
        self.batch.streams.push(stream);
        index
    }

    /// The index of an origin; one equal to the origin before it, as in the events of one decision, is kept once.
    pub fn origin(&mut self, origin: Origin) -> u32 {
        if self.batch.origins.last() != Some(&origin) {
            self.batch.origins.push(origin);
        }
        index_of_next(&self.batch.origins).saturating_sub(1)
    }

    /// Adds an event; its payload is copied.
    pub fn push(&mut self, row: BatchRow, payload: &[u8]) {
        let start = self.batch.payloads.len();
        self.batch.payloads.extend_from_slice(payload);
        self.batch.end = self.batch.end.max(row.position);
        self.batch.rows.push(Row {
            position: row.position,
            version: row.version,
            recorded_at: row.recorded_at_micros,
            event_id: row.event_id,
            payload: start..self.batch.payloads.len(),
            type_index: row.type_index,
            stream_index: row.stream_index,
            origin_index: row.origin_index,
        });
    }

    /// How many events were pushed.
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Whether no event was pushed.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// The bytes that the payloads take so far.
    pub fn payload_bytes(&self) -> usize {
        self.batch.payload_bytes()
    }

    /// The batch, read as far as `end`; a lower `end` than the last event's position counts as that position.
    pub fn finish(mut self, end: Position) -> EventBatch {
        self.batch.end = self.batch.end.max(end);
        self.batch
    }
}

/// The instant that a store kept as microseconds since 1970; one out of jiff's range counts as its nearest end.
pub fn timestamp_from_micros(micros: i64) -> Timestamp {
    let nearest = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(nearest)
}

fn index_of_next<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
