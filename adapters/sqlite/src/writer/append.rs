//! One append within a group: judged first, so that one that fails leaves nothing half written, then recorded.
//!
//! Nothing here commits or rolls back.

use cqrs_core::store::{Append, AppendError, Appended, NewEvent};
use cqrs_core::{Origin, StreamId, StreamVersion};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::Writer;
use super::jobs::Recorded;
use super::known::Stream;
use crate::error::{OrStoreError, Outcome};
use crate::read::appended_from_row;

/// What is to become of an append.
pub(super) enum Verdict {
    /// Its events follow what the stream has.
    Record(Stream),
    /// Its command was recorded before.
    Known(Appended),
    /// It is refused.
    Refuse(AppendError),
}

impl Writer<'_> {
    pub(super) fn judge(&mut self, append: &Append) -> Outcome<Verdict> {
        if let Some(command_id) = append.command_id {
            let mut rows = self.sql.find_command.query([&command_id.as_bytes()[..]]).or_store_error()?;
            if let Some(row) = rows.next().or_store_error()? {
                return Ok(Verdict::Known(Appended { duplicate: true, ..appended_from_row(row)? }));
            }
        }
        if append.chain.as_ref().is_some_and(|chain| chain.is_broken()) {
            return Ok(Verdict::Refuse(AppendError::Unfounded { stream: append.stream.clone() }));
        }
        let stream = self.stream(&append.stream)?;
        let actual = StreamVersion::from_i64(stream.version);
        if !append.expected.allows(actual) {
            let (stream, expected) = (append.stream.clone(), append.expected);
            return Ok(Verdict::Refuse(AppendError::Conflict { stream, expected, actual }));
        }
        if !append.events.is_empty()
            && let Some(failure) = &self.stuck
        {
            return Ok(Verdict::Refuse(AppendError::Projection(failure.clone())));
        }
        Ok(Verdict::Record(stream))
    }

    /// Writes the events of an append that was judged fit, and the outcome of its command.
    pub(super) fn record(&mut self, append: &Append, stream: Stream, now: i64) -> Outcome<Recorded> {
        self.recorded_at = self.recorded_at.max(now);
        let id = match stream.id {
            Some(id) => id,
            None if append.events.is_empty() && append.command_id.is_none() => 0,
            None => self.insert_stream(&append.stream)?,
        };
        let mut version = stream.version;
        if !append.events.is_empty() {
            let origin = OriginCells::of(&append.origin)?;
            for event in &append.events {
                version += 1;
                self.insert_event(&append.stream, id, version, event, &origin)?;
            }
            self.streams.set(&append.stream, Stream { id: Some(id), version });
        }
        if let Some(command_id) = append.command_id {
            let events = version - stream.version;
            let cells = (&command_id.as_bytes()[..], id, version, events, self.head, self.recorded_at);
            self.sql.insert_command.execute(cells).or_store_error()?;
        }
        Ok(Recorded { version, position: self.head, recorded_at: self.recorded_at })
    }

    /// The row of a stream, which is put in where there is none yet.
    pub(super) fn stream_row(&mut self, stream: &StreamId) -> Outcome<i64> {
        match self.stream(stream)?.id {
            Some(id) => Ok(id),
            None => self.insert_stream(stream),
        }
    }

    fn stream(&mut self, stream: &StreamId) -> Outcome<Stream> {
        if let Some(known) = self.streams.get(stream) {
            return Ok(known);
        }
        let id = self
            .sql
            .find_stream
            .query_row((&*stream.aggregate_type, &*stream.aggregate_id), |row| row.get(0));
        let found = match id {
            Ok(id) => {
                let version = self.sql.stream_version.query_row([id], |row| row.get(0)).or_store_error()?;
                Stream { id: Some(id), version }
            }
            Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(Stream { id: None, version: 0 }),
            Err(error) => return Err(error).or_store_error(),
        };
        self.streams.set(stream, found);
        Ok(found)
    }

    fn insert_stream(&mut self, stream: &StreamId) -> Outcome<i64> {
        let id = self
            .sql
            .insert_stream
            .insert((&*stream.aggregate_type, &*stream.aggregate_id))
            .or_store_error()?;
        self.streams.set(stream, Stream { id: Some(id), version: 0 });
        Ok(id)
    }

    fn insert_event(
        &mut self,
        stream: &StreamId,
        stream_id: i64,
        version: i64,
        event: &NewEvent,
        origin: &OriginCells<'_>,
    ) -> Outcome<()> {
        let event_type = self.event_type(&stream.aggregate_type, &event.name, event.version)?;
        let position = self.head + 1;
        let cells = (
            position,
            stream_id,
            version,
            event_type,
            self.recorded_at,
            origin.tenant,
            origin.actor,
            &event.event_id.as_bytes()[..],
            origin.correlation_id,
            origin.causation_id,
            &origin.metadata,
            Text(&event.payload),
        );
        self.sql.insert_event.execute(cells).or_store_error()?;
        self.head = position;
        Ok(())
    }

    fn event_type(&mut self, aggregate_type: &str, name: &str, version: u32) -> Outcome<i64> {
        if let Some(id) = self.types.get(aggregate_type, name, version) {
            return Ok(id);
        }
        let cells = (aggregate_type, name, version);
        let id = match self.sql.find_type.query_row(cells, |row| row.get(0)) {
            Ok(id) => id,
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                self.sql.insert_type.insert(cells).or_store_error()?
            }
            Err(error) => return Err(error).or_store_error(),
        };
        self.types.set(aggregate_type, name, version, id);
        Ok(id)
    }
}

/// An origin as the log's columns hold it, made once for all events of an append.
struct OriginCells<'a> {
    tenant: Option<&'a str>,
    actor: Option<&'a str>,
    correlation_id: &'a [u8],
    causation_id: &'a [u8],
    metadata: Option<String>,
}

impl<'a> OriginCells<'a> {
    fn of(origin: &'a Origin) -> Outcome<Self> {
        let metadata = if origin.metadata.is_empty() {
            None
        } else {
            Some(serde_json::to_string(&origin.metadata).map_err(|error| {
                cqrs_core::store::StoreError::invalid("the metadata cannot be written as JSON").because(error)
            })?)
        };
        Ok(Self {
            tenant: origin.tenant.as_deref(),
            actor: origin.actor.as_deref(),
            correlation_id: origin.correlation_id.as_bytes(),
            causation_id: origin.causation_id.as_bytes(),
            metadata,
        })
    }
}

/// Bytes that are stored as text, as they are.
struct Text<'a>(&'a [u8]);

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}
