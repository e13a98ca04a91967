//! Faults of the store and of callers: nothing is decided upon events that were not recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cqrs_core::store::{
    Append, AppendError, Appended, BoxFuture, DeadLetter, DeadLetterQuery, EventStore, FeedPage, FeedPlace,
    FoldError, Generation, ReadAll, ReadModelControl, ReadModelStore, ReadStream, Retried, RowFeeds, RowPage,
    RowQuery, SetAside, Snapshot, SnapshotStore, StoreError, StoreErrorKind, TableChange, TableDefinition,
    TableState, TableStatus,
};
use cqrs_core::{App, EventBatch, ExecuteError, MemoryStore, Position, Projector, StreamId, StreamVersion};
use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

use crate::bank::{Account, AccountError, deposit, id, open, withdraw};

/// The in-memory store, whose appends can be made to wait or to fail.
struct Flaky {
    store: MemoryStore,
    failing: AtomicU32,
    slow: Option<Arc<Notify>>,
}

impl Flaky {
    fn new(slow: Option<Arc<Notify>>) -> Arc<Self> {
        Arc::new(Self { store: MemoryStore::new(), failing: AtomicU32::new(0), slow })
    }
}

impl EventStore for Flaky {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let fails =
            self.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
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
        self.store.fold(projector, generation, from, batch)
    }

    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        self.store.promote(projector)
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

async fn app_on(store: &Arc<Flaky>) -> App {
    App::builder(Arc::clone(store)).aggregate::<Account>().build().await.unwrap()
}

#[tokio::test]
async fn a_failed_append_is_reported_and_leaves_no_trace_in_memory() {
    let store = Flaky::new(None);
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    store.failing.store(1, Ordering::SeqCst);
    let error = app.execute(deposit("ada", 50)).await.unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    let error = app.execute(withdraw("ada", 50)).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Refused(AccountError::Insufficient { cents: 0 })), "{error}");
    app.execute(deposit("ada", 50)).await.unwrap();
    app.execute(withdraw("ada", 50)).await.unwrap();
}

#[tokio::test]
async fn what_was_decided_upon_a_failed_append_is_decided_again() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    store.failing.store(1, Ordering::SeqCst);
    let failing = tokio::spawn({
        let app = app.clone();
        async move { app.execute(deposit("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    // The deposit is not heard of yet, and the withdrawal can only be accepted upon it.
    let withdrawal = tokio::spawn({
        let app = app.clone();
        async move { app.execute(withdraw("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    for _ in 0..4 {
        gate.notify_one();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(matches!(failing.await.unwrap(), Err(ExecuteError::Store(_))));
    let refused = withdrawal.await.unwrap().unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(AccountError::Insufficient { cents: 0 })), "{refused}");
}

#[tokio::test]
async fn a_refusal_is_not_told_before_what_it_rests_on_is_recorded() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    let pending = tokio::spawn({
        let app = app.clone();
        async move { app.execute(deposit("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let refusal = tokio::spawn({
        let app = app.clone();
        async move { app.execute(withdraw("ada", 99)).await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!refusal.is_finished());
    gate.notify_one();
    pending.await.unwrap().unwrap();
    let refused = refusal.await.unwrap().unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(AccountError::Insufficient { cents: 50 })), "{refused}");
}

#[tokio::test]
async fn a_caller_that_goes_away_half_way_blocks_nobody() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    let abandoned =
        tokio::time::timeout(Duration::from_millis(10), app.execute(deposit("ada", 50)).into_future()).await;
    assert!(abandoned.is_err());
    let next = tokio::spawn({
        let app = app.clone();
        async move { app.execute(withdraw("ada", 50)).await.map(drop) }
    });
    for _ in 0..4 {
        gate.notify_one();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    next.await.unwrap().unwrap();
    assert_eq!(app.load::<Account>(&id("ada")).await.unwrap().state.cents, 0);
}

#[tokio::test]
async fn shutting_down_waits_for_commands_under_way() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    let pending = tokio::spawn({
        let app = app.clone();
        async move { app.execute(deposit("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let stop = tokio::spawn({
        let app = app.clone();
        async move { app.shutdown().await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!stop.is_finished());
    gate.notify_one();
    pending.await.unwrap().unwrap();
    stop.await.unwrap().unwrap();
}
