//! A stretch of the log: some hundred events in a row, with what they have in common kept once.
//!
//! Everything that reading takes is in the segment, so that a full one is read without the store's lock. It knows
//! neither versions nor command ids; the log does.

use std::borrow::Cow;
use std::sync::Arc;

use uuid::Uuid;

use crate::envelope::{Metadata, Origin, Position, StreamId};
use crate::store::NewEvent;

/// A segment is full at so many events, or at so many bytes of payloads.
const MOST_EVENTS: usize = 1024;
const MOST_BYTES: usize = 4 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Segment {
    /// The position before its first event.
    after: u64,
    rows: Vec<Row>,
    payloads: Vec<u8>,
    streams: Vec<Arc<StreamId>>,
    types: Vec<(Cow<'static, str>, u32)>,
    origins: Vec<KeptOrigin>,
}

/// One event; its payload begins where the one before it ends.
pub(super) struct Row {
    pub(super) event_id: Uuid,
    pub(super) recorded_at: i64,
    pub(super) version: u64,
    payload_end: usize,
    pub(super) stream: u16,
    pub(super) stored_type: u16,
    pub(super) origin: u16,
}

/// An origin without what most origins share.
#[derive(Clone, PartialEq)]
pub(super) struct KeptOrigin {
    correlation_id: Uuid,
    causation_id: Uuid,
    caller: Option<Arc<Caller>>,
}

#[derive(Default, PartialEq)]
struct Caller {
    actor: Option<String>,
    tenant: Option<String>,
    metadata: Metadata,
}

impl Segment {
    /// An empty segment that follows another, with room for as much.
    pub(super) fn following(full: &Self) -> Self {
        Self {
            after: full.after + full.rows.len() as u64,
            rows: Vec::with_capacity(MOST_EVENTS),
            payloads: Vec::with_capacity(full.payloads.len()),
            streams: Vec::with_capacity(full.streams.len()),
            origins: Vec::with_capacity(full.origins.len()),
            ..Self::default()
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= MOST_EVENTS || self.payloads.len() >= MOST_BYTES
    }

    /// Gives back the room that a full segment did not use.
    pub(super) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.payloads.shrink_to_fit();
        self.streams.shrink_to_fit();
        self.origins.shrink_to_fit();
    }

    /// Keeps a stream's id; the caller asks once for each stream.
    pub(super) fn keep_stream(&mut self, stream: &Arc<StreamId>) -> u16 {
        self.streams.push(Arc::clone(stream));
        self.streams.len() as u16 - 1
    }

    /// Keeps an origin; one equal to the newest is that one.
    pub(super) fn keep_origin(&mut self, origin: &KeptOrigin) -> u16 {
        if self.origins.last() != Some(origin) {
            self.origins.push(origin.clone());
        }
        self.origins.len() as u16 - 1
    }

    /// An origin as it is kept; a caller equal to that of the newest origin is shared with it.
    pub(super) fn as_kept(&self, origin: Origin) -> KeptOrigin {
        let Origin { correlation_id, causation_id, actor, tenant, metadata } = origin;
        let caller = Caller { actor, tenant, metadata };
        let newest = self.origins.last().and_then(|origin| origin.caller.as_ref());
        let caller = match newest {
            _ if caller == Caller::default() => None,
            Some(newest) if **newest == caller => Some(Arc::clone(newest)),
            _ => Some(Arc::new(caller)),
        };
        KeptOrigin { correlation_id, causation_id, caller }
    }

    /// Adds an event, whose stream and origin are kept here; returns its row.
    pub(super) fn push(
        &mut self,
        event: NewEvent,
        version: u64,
        recorded_at: i64,
        stream: u16,
        origin: u16,
    ) -> usize {
        let NewEvent { event_id, name, version: type_version, payload } = event;
        let known = self.types.iter().position(|(kept, of)| *of == type_version && *kept == name);
        let stored_type = known.unwrap_or_else(|| {
            self.types.push((name, type_version));
            self.types.len() - 1
        }) as u16;
        self.payloads.extend_from_slice(&payload);
        let payload_end = self.payloads.len();
        self.rows.push(Row { event_id, recorded_at, version, payload_end, stream, stored_type, origin });
        self.rows.len() - 1
    }

    /// The position of its last event, or the one before its first.
    pub(super) fn end(&self) -> Position {
        Position::new(self.after + self.rows.len() as u64)
    }

    /// How many of its first events lie at or below a position.
    pub(super) fn rows_until(&self, position: Position) -> usize {
        let count = position.get().saturating_sub(self.after);
        usize::try_from(count).map_or(self.rows.len(), |count| count.min(self.rows.len()))
    }

    pub(super) fn position(&self, row: usize) -> Position {
        Position::new(self.after + 1 + row as u64)
    }

    pub(super) fn row(&self, row: usize) -> &Row {
        &self.rows[row]
    }

    pub(super) fn payload(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.rows[before].payload_end);
        &self.payloads[start..self.rows[row].payload_end]
    }

    pub(super) fn streams(&self) -> &[Arc<StreamId>] {
        &self.streams
    }

    pub(super) fn types(&self) -> &[(Cow<'static, str>, u32)] {
        &self.types
    }

    pub(super) fn origin(&self, row: &Row) -> &KeptOrigin {
        &self.origins[usize::from(row.origin)]
    }
}

impl KeptOrigin {
    pub(super) fn tenant(&self) -> Option<&str> {
        self.caller.as_ref().and_then(|caller| caller.tenant.as_deref())
    }

    pub(super) fn to_origin(&self) -> Origin {
        let Self { correlation_id, causation_id, caller } = self;
        let (correlation_id, causation_id) = (*correlation_id, *causation_id);
        match caller.as_deref() {
            None => Origin { correlation_id, causation_id, ..Origin::default() },
            Some(Caller { actor, tenant, metadata }) => Origin {
                correlation_id,
                causation_id,
                actor: actor.clone(),
                tenant: tenant.clone(),
                metadata: metadata.clone(),
            },
        }
    }
}
