//! Control over the tables in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::tables::superseded;
use super::{Inner, MemoryStore, locked, page};
use crate::batch::{BatchBuilder, BatchRow, EventBatch};
use crate::envelope::Position;
use crate::projector::Projector;
use crate::store::{
    BoxFuture, DeadLetter, DeadLetterQuery, FeedPage, FeedPlace, FoldError, Generation, ReadAll,
    ReadModelControl, Retried, RowFeeds, StoreError, TableDefinition, TableState, TableStatus,
};

/// Who has which lease, and until when.
#[derive(Default)]
pub(super) struct Leases(Mutex<HashMap<String, (Uuid, Instant)>>);

impl Leases {
    fn take(&self, name: String, holder: Uuid, span: Duration) -> bool {
        let mut leases = locked(&self.0);
        let now = Instant::now();
        match leases.get(&name) {
            Some((other, until)) if *other != holder && *until > now => false,
            _ => {
                leases.insert(name, (holder, now + span));
                true
            }
        }
    }
}

impl Inner {
    /// The events at some positions, in their order.
    fn events_at(&self, positions: impl Iterator<Item = Position>) -> EventBatch {
        let mut builder = BatchBuilder::default();
        for position in positions {
            let before = Position::new(position.get().saturating_sub(1));
            let read = ReadAll { until: position, limit: 1, ..ReadAll::after(before) };
            for event in page::read_all(&self.writer, &read).iter() {
                let stored = event.stored_type();
                let row = BatchRow {
                    position,
                    version: event.version(),
                    recorded_at_micros: event.recorded_at().as_microsecond(),
                    event_id: event.event_id(),
                    type_index: builder.stored_type(&stored.name, stored.version),
                    stream_index: builder.stream(event.stream()),
                    origin_index: event.origin().map_or(u32::MAX, |origin| builder.origin(origin.clone())),
                };
                builder.push(row, event.payload());
            }
        }
        builder.finish(Position::START)
    }

    fn retry(&self, projector: &dyn Projector, after: Position, limit: usize) -> Result<Retried, FoldError> {
        let definition = projector.table();
        let table = self.tables.find(&definition, Generation::Live);
        let table = table.ok_or_else(|| superseded(&definition, Position::START, None))?;
        let mut positions: Vec<_> = table.letters_after(after, limit).into_iter().map(|(at, _)| at).collect();
        positions.dedup();
        if positions.is_empty() {
            return Ok(Retried::default());
        }
        let batch = self.events_at(positions.into_iter());
        table.retry(projector, after, &batch, &self.changes)
    }
}

impl ReadModelControl for MemoryStore {
    fn table_status(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableStatus, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.tables.status(&table))
        })
    }

    fn begin_rebuild(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.tables.begin_rebuild(table))
        })
    }

    fn set_paused(&self, table: Arc<TableDefinition>, paused: bool) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            self.inner.tables.live(&table)?.set_paused(paused);
            Ok(())
        })
    }

    fn lease(&self, name: String, holder: Uuid, span: Duration) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.leases.take(name, holder, span))
        })
    }

    fn dead_letters(&self, query: DeadLetterQuery) -> BoxFuture<'_, Result<Vec<DeadLetter>, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.tables.serving(&query.table)?.dead_letters(&query))
        })
    }

    fn retry_dead_letters(
        &self,
        projector: Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Retried, FoldError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            self.inner.retry(&*projector, after, limit)
        })
    }

    fn skip_dead_letter(
        &self,
        table: Arc<TableDefinition>,
        position: Position,
        reason: String,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.tables.serving(&table)?.skip(position, &reason))
        })
    }
}

impl RowFeeds for MemoryStore {
    fn open_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<FeedPlace, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            let table = self.inner.tables.serving(&table)?;
            Ok(FeedPlace { generation: table.id(), revision: table.with_feed(|feed| feed.open(reader)) })
        })
    }

    fn feed_changes(
        &self,
        table: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<FeedPage, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            let table = self.inner.tables.serving(&table)?;
            let changes = table.with_feed(|feed| feed.after(after, limit));
            Ok(FeedPage { generation: table.id(), changes })
        })
    }

    fn acknowledge_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
        generation: u64,
        revision: u64,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            let table = self.inner.tables.serving(&table)?;
            if table.id() == generation {
                table.with_feed(|feed| feed.acknowledge(&reader, revision));
            }
            Ok(())
        })
    }

    fn close_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            self.inner.tables.live(&table)?.with_feed(|feed| feed.close(&reader));
            Ok(())
        })
    }
}
