//! A page of events while it is filled from rows.
//!
//! Types and streams are looked up once a page, an origin once for neighbouring events that share it.

use std::collections::HashMap;

use cqrs_core::store::{Detail, ReadStream};
use cqrs_core::{BatchBuilder, BatchRow, EventBatch, Metadata, Origin, Position, StreamId, StreamVersion};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row};
use uuid::Uuid;

use super::TypeNames;
use crate::error::{OrStoreError, Outcome, corrupt};

/// The most events that room is made for before they are there.
const MOST_RESERVED: usize = 4 * ReadStream::PAGE;

/// A page while it is filled.
pub(super) struct Page<'a> {
    connection: &'a Connection,
    names: &'a mut TypeNames,
    builder: BatchBuilder,
    detail: Detail,
    limit: usize,
    types: Vec<(i64, u32)>,
    streams: HashMap<i64, u32>,
    stream: Option<(i64, u32)>,
    find_stream: Option<CachedStatement<'a>>,
    origin: Option<KnownOrigin>,
}

/// The newest origin, to tell whether the next event has the same.
struct KnownOrigin {
    index: u32,
    correlation_id: Uuid,
    causation_id: Uuid,
    tenant: Option<String>,
    actor: Option<String>,
    metadata: Option<String>,
}

impl<'a> Page<'a> {
    /// An empty page, with room for as many events as are expected.
    pub(super) fn new(
        connection: &'a Connection,
        names: &'a mut TypeNames,
        detail: Detail,
        limit: usize,
        expected: usize,
    ) -> Self {
        Self {
            connection,
            names,
            builder: BatchBuilder::with_capacity(expected.min(limit).min(MOST_RESERVED)),
            detail,
            limit,
            types: Vec::new(),
            streams: HashMap::new(),
            stream: None,
            find_stream: None,
            origin: None,
        }
    }

    /// Says that the following rows are of this stream.
    pub(super) fn is_of(&mut self, id: i64, stream: &StreamId) {
        let index = self.builder.stream(stream);
        self.streams.insert(id, index);
        self.stream = Some((id, index));
    }

    pub(super) fn has_room(&self) -> bool {
        self.builder.len() < self.limit && self.builder.payload_bytes() < ReadStream::PAGE_BYTES
    }

    pub(super) fn finish(self, end: Position) -> EventBatch {
        self.builder.finish(end)
    }

    pub(super) fn push(&mut self, row: &Row<'_>) -> Outcome<()> {
        let position = Position::from_i64(row.get(0).or_store_error()?);
        let mut event = BatchRow {
            position,
            version: StreamVersion::from_i64(row.get(1).or_store_error()?),
            recorded_at_micros: 0,
            event_id: Uuid::nil(),
            type_index: self.type_index(row.get(2).or_store_error()?)?,
            stream_index: self.stream.map_or(0, |(_, index)| index),
            origin_index: u32::MAX,
        };
        if self.detail == Detail::Full {
            event.recorded_at_micros = row.get(4).or_store_error()?;
            event.stream_index = self.stream_index(row.get(5).or_store_error()?)?;
            event.event_id = uuid(position, row.get_ref(6).or_store_error()?)?;
            event.origin_index = self.origin_index(position, row)?;
        }
        match row.get_ref(3).or_store_error()? {
            ValueRef::Text(payload) | ValueRef::Blob(payload) => self.builder.push(event, payload),
            _ => return Err(corrupt(format!("the event at position {position} has no payload"))),
        }
        Ok(())
    }

    fn type_index(&mut self, id: i64) -> Outcome<u32> {
        // A page has few types, so looking through them is faster than hashing.
        if let Some((_, index)) = self.types.iter().find(|(known, _)| *known == id) {
            return Ok(*index);
        }
        let name = self.names.get(self.connection, id)?;
        let index = self.builder.stored_type(&name.name, name.version);
        self.types.push((id, index));
        Ok(index)
    }

    fn stream_index(&mut self, id: i64) -> Outcome<u32> {
        if let Some((known, index)) = self.stream
            && known == id
        {
            return Ok(index);
        }
        let index = match self.streams.get(&id) {
            Some(index) => *index,
            None => {
                let stream = self.find_stream(id)?;
                let index = self.builder.new_stream(stream);
                self.streams.insert(id, index);
                index
            }
        };
        self.stream = Some((id, index));
        Ok(index)
    }

    fn find_stream(&mut self, id: i64) -> Outcome<StreamId> {
        let sql = "SELECT aggregate_type, aggregate_id FROM cqrs_streams WHERE id = ?1";
        let statement = match &mut self.find_stream {
            Some(statement) => statement,
            none => none.insert(self.connection.prepare_cached(sql).or_store_error()?),
        };
        let cells = |row: &Row<'_>| Ok(StreamId::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        statement.query_row([id], cells).or_store_error()
    }

    fn origin_index(&mut self, position: Position, row: &Row<'_>) -> Outcome<u32> {
        let cell = |index| row.get_ref(index).or_store_error();
        let (correlation_id, causation_id) = (uuid(position, cell(7)?)?, uuid(position, cell(8)?)?);
        let (tenant, actor, metadata) = (text(cell(9)?), text(cell(10)?), text(cell(11)?));
        if let Some(known) = &self.origin
            && (correlation_id, causation_id) == (known.correlation_id, known.causation_id)
            && (tenant, actor, metadata)
                == (known.tenant.as_deref(), known.actor.as_deref(), known.metadata.as_deref())
        {
            return Ok(known.index);
        }
        let (tenant, actor) = (tenant.map(str::to_owned), actor.map(str::to_owned));
        let index = self.builder.origin(Origin {
            correlation_id,
            causation_id,
            tenant: tenant.clone(),
            actor: actor.clone(),
            metadata: match metadata {
                Some(json) => serde_json::from_str(json).map_err(|error| {
                    corrupt(format!("the metadata of the event at position {position} is not a JSON object"))
                        .because(error)
                })?,
                None => Metadata::new(),
            },
        });
        let metadata = metadata.map(str::to_owned);
        self.origin = Some(KnownOrigin { index, correlation_id, causation_id, tenant, actor, metadata });
        Ok(index)
    }
}

fn uuid(position: Position, cell: ValueRef<'_>) -> Outcome<Uuid> {
    let bytes = match cell {
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).ok(),
        _ => None,
    };
    bytes.ok_or_else(|| corrupt(format!("an id of the event at position {position} is not 16 bytes")))
}

fn text(cell: ValueRef<'_>) -> Option<&str> {
    match cell {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}
