//! A page of events: its rows as they come from the server, and the batch that is made of them.
//!
//! Types and streams are looked up once a page, an origin once for neighbouring events that share it. A page whose payloads take
//! enough memory ends early, and with it the connection, which would have to carry the rest to nobody.

use std::collections::{HashMap, HashSet};
use std::pin::pin;

use cqrs_core::store::{Detail, ReadStream};
use cqrs_core::{BatchBuilder, BatchRow, EventBatch, Metadata, Origin, Position, StreamId, StreamVersion};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, RowStream};
use uuid::Uuid;

use super::{Micros, TypeNames};
use crate::connect::Session;
use crate::error::{OrStoreError, Outcome, corrupt};

/// Rows of events, in the order in which they were read.
pub(super) struct Rows {
    rows: Vec<Row>,
    /// Whether there is nothing behind them that the query wanted.
    pub(super) is_all: bool,
}

/// Where the payload stands among the columns.
const PAYLOAD: usize = 3;

impl Rows {
    /// Reads rows until there are enough of them, or their payloads take enough memory.
    pub(super) async fn read(session: &Session, sql: &str, cells: &[&(dyn ToSql + Sync)]) -> Outcome<Self> {
        let statement = session.prepared(sql).await.or_store_error()?;
        let stream = session.client().query_raw(&statement, cells.iter().copied()).await.or_store_error()?;
        Self::collect(session, stream).await
    }

    async fn collect(session: &Session, stream: RowStream) -> Outcome<Self> {
        let mut stream = pin!(stream);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while bytes < ReadStream::PAGE_BYTES {
            let Some(row) = next(stream.as_mut()).await else { return Ok(Self { rows, is_all: true }) };
            let row = row.or_store_error()?;
            bytes += row.try_get::<_, &[u8]>(PAYLOAD).or_store_error()?.len();
            rows.push(row);
        }
        session.note_unread();
        Ok(Self { rows, is_all: false })
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The position of the last row.
    pub(super) fn last(&self) -> Outcome<Option<Position>> {
        self.rows.last().map(position).transpose().or_store_error()
    }

    /// Leaves out what lies above a position.
    pub(super) fn cut(&mut self, end: Position) {
        let is_within = |row: &Row| position(row).is_ok_and(|position| position <= end);
        let kept = self.rows.partition_point(is_within);
        self.rows.truncate(kept);
    }

    /// Makes a batch of the rows, all of one stream where that is said.
    pub(super) async fn batch(
        &self,
        session: &Session,
        names: &TypeNames,
        detail: Detail,
        stream: Option<&StreamId>,
        end: Position,
    ) -> Outcome<EventBatch> {
        let mut page = Page::with_capacity(self.rows.len());
        page.add_types(session, names, &self.rows).await?;
        match stream {
            Some(stream) => page.stream = Some(page.builder.stream(stream)),
            None => page.add_streams(session, &self.rows).await?,
        }
        for row in &self.rows {
            page.push(row, detail).or_store_error()??;
        }
        Ok(page.builder.finish(end))
    }
}

async fn next(stream: std::pin::Pin<&mut RowStream>) -> Option<Result<Row, tokio_postgres::Error>> {
    let mut stream = stream;
    std::future::poll_fn(|context| futures_core::Stream::poll_next(stream.as_mut(), context)).await
}

fn position(row: &Row) -> Result<Position, tokio_postgres::Error> {
    Ok(Position::from_i64(row.try_get(0)?))
}

/// A page while it is filled.
struct Page {
    builder: BatchBuilder,
    types: HashMap<i64, u32>,
    streams: HashMap<i64, u32>,
    /// The stream of all rows, where they are of one.
    stream: Option<u32>,
    origin: Option<(Origin, Option<String>, u32)>,
}

impl Page {
    fn with_capacity(events: usize) -> Self {
        let builder = BatchBuilder::with_capacity(events);
        Self { builder, types: HashMap::new(), streams: HashMap::new(), stream: None, origin: None }
    }

    async fn add_types(&mut self, session: &Session, names: &TypeNames, rows: &[Row]) -> Outcome<()> {
        let ids: Result<HashSet<i64>, _> = rows.iter().map(|row| row.try_get(2)).collect();
        let ids = ids.or_store_error()?;
        if ids.iter().any(|id| names.get(*id).is_none()) {
            names.refresh(session).await?;
        }
        for id in ids {
            let name = names.get(id);
            let name =
                name.ok_or_else(|| corrupt(format!("there is no event type {id}, which events have")))?;
            self.types.insert(id, self.builder.stored_type(&name.name, name.version));
        }
        Ok(())
    }

    async fn add_streams(&mut self, session: &Session, rows: &[Row]) -> Outcome<()> {
        let ids: Result<HashSet<i64>, _> = rows.iter().map(|row| row.try_get(5)).collect();
        let ids: Vec<i64> = ids.or_store_error()?.into_iter().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let sql = "SELECT id, aggregate_type, aggregate_id FROM cqrs_streams WHERE id = ANY($1)";
        for row in session.query(sql, &[&ids]).await? {
            let read = || {
                Ok((
                    row.try_get(0)?,
                    StreamId::new(row.try_get::<_, String>(1)?, row.try_get::<_, String>(2)?),
                ))
            };
            let (id, stream) = read().or_store_error()?;
            self.streams.insert(id, self.builder.stream(&stream));
        }
        Ok(())
    }

    fn push(&mut self, row: &Row, detail: Detail) -> Result<Outcome<()>, tokio_postgres::Error> {
        let type_index = self.types.get(&row.try_get(2)?).copied().unwrap_or_default();
        let mut event = BatchRow {
            position: position(row)?,
            version: StreamVersion::from_i64(row.try_get(1)?),
            recorded_at_micros: 0,
            event_id: Uuid::nil(),
            type_index,
            stream_index: self.stream.unwrap_or_default(),
            origin_index: u32::MAX,
        };
        if detail == Detail::Full {
            event.recorded_at_micros = row.try_get::<_, Micros>(4)?.0;
            if self.stream.is_none() {
                let id: i64 = row.try_get(5)?;
                let Some(index) = self.streams.get(&id) else {
                    return Ok(Err(corrupt(format!("there is no stream {id}, which events have"))));
                };
                event.stream_index = *index;
            }
            event.event_id = row.try_get(6)?;
            event.origin_index = match self.origin_index(event.position, row)? {
                Ok(index) => index,
                Err(error) => return Ok(Err(error)),
            };
        }
        self.builder.push(event, row.try_get(PAYLOAD)?);
        Ok(Ok(()))
    }

    fn origin_index(&mut self, position: Position, row: &Row) -> Result<Outcome<u32>, tokio_postgres::Error> {
        let (correlation_id, causation_id): (Uuid, Uuid) = (row.try_get(7)?, row.try_get(8)?);
        let (tenant, actor): (Option<&str>, Option<&str>) = (row.try_get(9)?, row.try_get(10)?);
        let json: Option<&str> = row.try_get(11)?;
        if let Some((known, metadata, index)) = &self.origin
            && (known.correlation_id, known.causation_id) == (correlation_id, causation_id)
            && (tenant, actor, json) == (known.tenant.as_deref(), known.actor.as_deref(), metadata.as_deref())
        {
            return Ok(Ok(*index));
        }
        let metadata = match json.map(serde_json::from_str) {
            Some(Ok(metadata)) => metadata,
            None => Metadata::new(),
            Some(Err(error)) => {
                let message =
                    format!("the metadata of the event at position {position} is not a JSON object");
                return Ok(Err(corrupt(message).because(error)));
            }
        };
        let (tenant, actor) = (tenant.map(str::to_owned), actor.map(str::to_owned));
        let origin = Origin { correlation_id, causation_id, tenant, actor, metadata };
        let index = self.builder.origin(origin.clone());
        self.origin = Some((origin, json.map(str::to_owned), index));
        Ok(Ok(index))
    }
}
