//! A store with faults to order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cqrs_core::store::{
    Append, AppendError, Appended, BoxFuture, DeadLetter, DeadLetterQuery, EventStore, FeedPage, FeedPlace,
    FoldError, Generation, ReadAll, ReadModelControl, ReadModelStore, ReadStream, Retried, RowFeeds, RowPage,
    RowQuery, SetAside, Snapshot, SnapshotStore, StoreError, StoreErrorKind, TableChange, TableDefinition,
    TableState, TableStatus,
};
use cqrs_core::{EventBatch, MemoryStore, Position, Projector, StreamId, StreamVersion};
use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

/// The in-memory store, whose appends can be made to wait or to fail, whose folds can be made to panic, and whose swaps can be held up.
pub(crate) struct Flaky {
    pub(crate) store: MemoryStore,
    /// How many of the next appends fail.
    pub(crate) failing: AtomicU32,
    /// How many of the next folds panic.
    pub(crate) panicking: AtomicU32,
    /// How many folds there were.
    pub(crate) folds: AtomicU32,
    /// Whether tables that are built may take the live ones' place.
    pub(crate) swapping: watch::Sender<bool>,
    slow: Option<Arc<Notify>>,
}

impl Flaky {
    pub(crate) fn new(slow: Option<Arc<Notify>>) -> Arc<Self> {
        Self::over(MemoryStore::new(), slow)
    }

    /// With the events and rows of a store that others may use too.
    pub(crate) fn over(store: MemoryStore, slow: Option<Arc<Notify>>) -> Arc<Self> {
        Arc::new(Self {
            store,
            failing: AtomicU32::new(0),
            panicking: AtomicU32::new(0),
            folds: AtomicU32::new(0),
            swapping: watch::Sender::new(true),
            slow,
        })
    }
}

/// Takes one of what is left; says whether there was one.
fn take_one(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl EventStore for Flaky {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let fails = take_one(&self.failing);
        let first = append.expected.allows(StreamVersion::EMPTY);
        let outcome = if fails {
            append.chain.iter().for_each(cqrs_core::store::Chain::break_off);
            Box::pin(async { Err(StoreError::new(StoreErrorKind::Full, "the disk is full").into()) })
        } else {
            self.store.append(append)
        };
        let gate = self.slow.clone().filter(|_| !first);
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.notified().await;
            }
            outcome.await
        })
    }

    fn find_command(&self, command_id: Uuid) -> BoxFuture<'_, Result<Option<Appended>, StoreError>> {
        self.store.find_command(command_id)
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        self.store.read_stream(read)
    }

    fn stream_version(&self, stream: StreamId) -> BoxFuture<'_, Result<StreamVersion, StoreError>> {
        self.store.stream_version(stream)
    }

    fn read_all(&self, read: ReadAll) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        self.store.read_all(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, StoreError>> {
        self.store.head()
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.store.watch_head()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.close()
    }
}

impl SnapshotStore for Flaky {
    fn load_snapshot(&self, stream: StreamId) -> BoxFuture<'_, Result<Option<Snapshot>, StoreError>> {
        self.store.load_snapshot(stream)
    }

    fn save_snapshot(&self, stream: StreamId, snapshot: Snapshot) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.save_snapshot(stream, snapshot)
    }
}

impl ReadModelStore for Flaky {
    fn open_table(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        self.store.open_table(table)
    }

    fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> BoxFuture<'_, Result<Vec<SetAside>, FoldError>> {
        self.folds.fetch_add(1, Ordering::SeqCst);
        assert!(!take_one(&self.panicking), "the store fell over");
        self.store.fold(projector, generation, from, batch)
    }

    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(async move {
            drop(self.swapping.subscribe().wait_for(|may_swap| *may_swap).await);
            self.store.promote(projector).await
        })
    }

    fn attach(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        self.store.attach(projector)
    }

    fn checkpoint(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<Position, StoreError>> {
        self.store.checkpoint(table)
    }

    fn rows(&self, query: RowQuery) -> BoxFuture<'_, Result<RowPage, StoreError>> {
        self.store.rows(query)
    }

    fn count_rows(&self, query: RowQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.count_rows(query)
    }

    fn table_changes(&self) -> broadcast::Receiver<Arc<TableChange>> {
        self.store.table_changes()
    }
}

impl RowFeeds for Flaky {
    fn open_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<FeedPlace, StoreError>> {
        self.store.open_feed(table, reader)
    }

    fn feed_changes(
        &self,
        table: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<FeedPage, StoreError>> {
        self.store.feed_changes(table, after, limit)
    }

    fn acknowledge_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
        generation: u64,
        revision: u64,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.acknowledge_feed(table, reader, generation, revision)
    }

    fn close_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.close_feed(table, reader)
    }
}

impl ReadModelControl for Flaky {
    fn table_status(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableStatus, StoreError>> {
        self.store.table_status(table)
    }

    fn begin_rebuild(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        self.store.begin_rebuild(table)
    }

    fn set_paused(&self, table: Arc<TableDefinition>, paused: bool) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.set_paused(table, paused)
    }

    fn lease(&self, name: String, holder: Uuid, span: Duration) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.store.lease(name, holder, span)
    }

    fn dead_letters(&self, query: DeadLetterQuery) -> BoxFuture<'_, Result<Vec<DeadLetter>, StoreError>> {
        self.store.dead_letters(query)
    }

    fn retry_dead_letters(
        &self,
        projector: Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Retried, FoldError>> {
        self.store.retry_dead_letters(projector, after, limit)
    }

    fn skip_dead_letter(
        &self,
        table: Arc<TableDefinition>,
        position: Position,
        reason: String,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.skip_dead_letter(table, position, reason)
    }
}
