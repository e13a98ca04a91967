//! A page of events while it is filled from rows.
//!
//! Types and streams are looked up once a page, an origin once for neighbouring events that share it.

use std::collections::HashMap;

use cqrs_core::store::{Detail, ReadStream, StoreError};
use cqrs_core::{BatchBuilder, BatchRow, EventBatch, Metadata, Origin, Position, StreamId, StreamVersion};
use rusqlite::{CachedStatement, Connection, Row};
use uuid::Uuid;

use super::TypeNames;
use super::cells::{self, EventCells, OriginCells};
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
    /// The newest origin, to tell whether the next event has the same.
    origin: Option<(OriginCells, u32)>,
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

    /// Adds the event of a row, to which this thread has stepped last.
    pub(super) fn push(&mut self, row: &Row<'_>) -> Outcome<()> {
        cells::of_newest(row, |cells| self.push_cells(cells))
    }

    fn push_cells(&mut self, cells: &EventCells) -> Outcome<()> {
        let position = Position::from_i64(cells.position);
        let mut event = BatchRow {
            position,
            version: StreamVersion::from_i64(cells.version),
            recorded_at_micros: 0,
            event_id: Uuid::nil(),
            type_index: self.type_index(cells.event_type)?,
            stream_index: self.stream.map_or(0, |(_, index)| index),
            origin_index: u32::MAX,
        };
        if self.detail == Detail::Full {
            event.recorded_at_micros = cells.recorded_at;
            event.stream_index = self.stream_index(cells.stream)?;
            event.event_id = cells.event_id.ok_or_else(|| no_id(position))?;
            event.origin_index = self.origin_index(position, &cells.origin)?;
        }
        if !cells.has_payload {
            return Err(corrupt(format!("the event at position {position} has no payload")));
        }
        self.builder.push(event, &cells.payload);
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

    fn origin_index(&mut self, position: Position, cells: &OriginCells) -> Outcome<u32> {
        if let Some((known, index)) = &self.origin
            && known == cells
        {
            return Ok(*index);
        }
        let index = self.builder.origin(Origin {
            correlation_id: cells.correlation_id.ok_or_else(|| no_id(position))?,
            causation_id: cells.causation_id.ok_or_else(|| no_id(position))?,
            tenant: cells.tenant.clone(),
            actor: cells.actor.clone(),
            metadata: match &cells.metadata {
                Some(json) => serde_json::from_str(json).map_err(|error| {
                    corrupt(format!("the metadata of the event at position {position} is not a JSON object"))
                        .because(error)
                })?,
                None => Metadata::new(),
            },
        });
        self.origin = Some((cells.clone(), index));
        Ok(index)
    }
}

fn no_id(position: Position) -> StoreError {
    corrupt(format!("an id of the event at position {position} is not 16 bytes"))
}
