//! The store itself: a handle that turns each call into a read on a reader's connection or a job for the writer.
//!
//! It decides nothing about events or rows. What it sees to is the life of the store: opening, the order in which
//! appends are queued, and an end that finishes what was begun.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use cqrs_core::store::{
    Append, AppendError, Appended, BoxFuture, EventStore, FoldError, Generation, NewEvent, ReadAll,
    ReadModelStore, ReadStream, RowPage, RowQuery, SetAside, Snapshot, SnapshotStore, StoreError,
    StoreErrorKind, TableChange, TableDefinition, TableState,
};
use cqrs_core::{EventBatch, Position, Projector, StreamId, StreamVersion};
use tokio::sync::{broadcast, oneshot, watch};
use uuid::Uuid;

use crate::builder::SqliteStoreBuilder;
use crate::error::{OrStoreError, Outcome};
use crate::queue::Queue;
use crate::readers::Readers;
use crate::writer::{self, AppendJob, FoldJob, Grouped, Job, Listeners, Reply, SnapshotJob, Writer};
use crate::{fold, query, read, tables};

/// How many changes a slow listener may fall behind before it is told so.
const CHANGES: usize = 1024;

/// A store in an SQLite file. A clone is a handle on the same open store.
///
/// See the [crate's documentation](crate) for what it promises and how it keeps it.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    queue: Arc<Queue<Job>>,
    readers: Readers,
    closed: AtomicBool,
    head: watch::Receiver<Position>,
    changes: broadcast::WeakSender<Arc<TableChange>>,
    thread: Mutex<Option<JoinHandle<Outcome<()>>>>,
}

impl Drop for Inner {
    /// Lets the writer finish what is queued and close the file by itself; nobody waits for it.
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a store with the settings that suit most; creates the file where there is none.
    ///
    /// Call it within a tokio runtime.
    ///
    /// # Errors
    ///
    /// As [`SqliteStoreBuilder::open`].
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::builder(path).open().await
    }

    /// The settings of a store that is about to be opened.
    pub fn builder(path: impl Into<PathBuf>) -> SqliteStoreBuilder {
        SqliteStoreBuilder::new(path.into())
    }

    pub(crate) async fn open_with(builder: SqliteStoreBuilder) -> Outcome<Self> {
        let SqliteStoreBuilder { setup, readers, notice_within, bounds } = builder;
        let setup = Arc::new(setup);
        let queue = Arc::new(Queue::new(bounds));
        let (head_sender, head) = watch::channel(Position::START);
        let change_sender = broadcast::Sender::new(CHANGES);
        let changes = change_sender.downgrade();
        let listeners = Listeners { head: head_sender, changes: change_sender };
        let (begun, has_begun) = oneshot::channel();
        let thread = std::thread::Builder::new().name("cqrs-sqlite-writer".to_owned()).spawn({
            let (setup, queue) = (Arc::clone(&setup), Arc::clone(&queue));
            move || writer::run(&setup, &queue, notice_within, listeners, begun)
        });
        let thread = thread.map_err(|error| {
            StoreError::new(StoreErrorKind::Unavailable, "the writer's thread cannot be started")
                .because(error)
        })?;
        // If the caller gives up here, the dropped handle ends the thread.
        let inner = Inner {
            path: setup.path.clone(),
            queue,
            readers: Readers::new(setup, readers),
            closed: AtomicBool::new(false),
            head,
            changes,
            thread: Mutex::new(Some(thread)),
        };
        has_begun.await.map_err(|_| writer_ended())??;
        Ok(Self { inner: Arc::new(inner) })
    }

    fn ensure_open(&self) -> Result<(), StoreError> {
        if self.inner.closed.load(Ordering::Acquire) { Err(StoreError::closed()) } else { Ok(()) }
    }

    /// Reads on a reader's connection.
    pub(crate) async fn reading<T, E>(
        &self,
        read: impl FnOnce(&mut crate::readers::Reader) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ensure_open()?;
        self.inner.readers.run(read).await
    }

    /// Reads, and keeps what was read until everything up to the position that it rests on is on the disk: a commit can be
    /// read a moment before it is synced, and must not be told to anybody who would outlive a loss of power.
    pub(crate) async fn settled<T>(
        &self,
        read: impl FnOnce(&mut crate::readers::Reader) -> Outcome<(T, Position)> + Send + 'static,
    ) -> Outcome<T>
    where
        T: Send + 'static,
    {
        let (found, position) = self.reading(read).await?;
        if *self.inner.head.borrow() < position {
            // Another process may have committed it, which the writer is to see now.
            self.inner.queue.nudge();
            let mut head = self.inner.head.clone();
            head.wait_for(|head| *head >= position).await.map_err(|_| StoreError::closed())?;
        }
        Ok(found)
    }

    /// Has the writer do something between two groups.
    pub(crate) async fn writing<T, E>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, outcome) = oneshot::channel();
        let work = Box::new(move |writer: &mut Writer<'_>| {
            // An error says that the caller no longer waits.
            let _ = sender.send(work(writer));
        });
        self.inner.queue.push(Job::Alone(work), 0)?;
        outcome.await.map_err(|_| writer_ended())?
    }

    /// Has the writer do something as part of a group.
    async fn grouped<T, E: From<StoreError>>(
        &self,
        bytes: usize,
        job: impl FnOnce(Reply<T, E>) -> Grouped,
    ) -> Result<T, E> {
        let (sender, outcome) = oneshot::channel();
        self.inner.queue.push(Job::Grouped(job(Reply::to(sender))), bytes)?;
        outcome.await.map_err(|_| writer_ended())?
    }

    /// Queues an append; what cannot be queued breaks its chain at once.
    fn enqueue(
        &self,
        append: Append,
    ) -> Result<oneshot::Receiver<Result<Appended, AppendError>>, StoreError> {
        let chain = append.chain.clone();
        let queue = || {
            append.check_limits()?;
            let bytes = bytes_of(&append);
            let (sender, outcome) = oneshot::channel();
            let job = AppendJob::new(append, sender);
            self.inner.queue.push(Job::Grouped(Grouped::Append(Box::new(job))), bytes)?;
            Ok(outcome)
        };
        queue().inspect_err(|_| {
            if let Some(chain) = chain {
                chain.break_off();
            }
        })
    }

    async fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> Result<Vec<SetAside>, FoldError> {
        let end = batch.end();
        let bytes = batch.payload_bytes();
        let (table, standing, folded) = self
            .reading(move |reader| fold::fold_at(&reader.connection, &*projector, generation, from, &batch))
            .await?;
        let epoch = standing.epoch;
        let job = |reply| Grouped::Fold(Box::new(FoldJob { table, from, epoch, end, folded, reply }));
        self.grouped(bytes, job).await
    }

    /// Folds most of what a table lacks beside the writer, which then folds the rest and keeps the table.
    async fn attach(&self, projector: Arc<dyn Projector>) -> Result<(), FoldError> {
        let definition = projector.table();
        loop {
            let after = self.checkpoint(Arc::clone(&definition)).await;
            let after = after.map_err(|error| match error.kind() {
                StoreErrorKind::Superseded => tables::superseded(&definition, Position::START, None),
                _ => error.into(),
            })?;
            let batch = self
                .read_all(ReadAll { filter: projector.filter().clone(), ..ReadAll::after(after) })
                .await?;
            if batch.len() < ReadAll::PAGE && batch.end() >= *self.inner.head.borrow() {
                break;
            }
            let projector = Arc::clone(&projector);
            match self.fold(projector, Generation::Live, after, Arc::new(batch)).await {
                // Somebody else folds the same table: go on from where they left it.
                Ok(_) | Err(FoldError::Superseded { actual: Some(_), .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.writing(move |writer| writer.attach(projector, &definition)).await
    }

    async fn close(&self) -> Outcome<()> {
        self.inner.closed.store(true, Ordering::Release);
        // Folds that have been read are written before the queue closes; readers end before the writer empties the log.
        self.inner.readers.close().await;
        self.inner.queue.close();
        let thread = self.inner.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return Ok(()) };
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        match ended {
            Ok(Ok(outcome)) => outcome,
            _ => Err(writer_ended()),
        }
    }
}

/// The memory that an append keeps while it waits.
fn bytes_of(append: &Append) -> usize {
    let event = |event: &NewEvent| event.payload.len() + size_of::<NewEvent>();
    size_of::<Append>() + append.events.iter().map(event).sum::<usize>()
}

/// The failure of a call whose writer ended before it answered.
fn writer_ended() -> StoreError {
    StoreError::new(StoreErrorKind::Closed, "the store's writer has ended").with_unknown_outcome()
}

impl EventStore for SqliteStore {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        match self.enqueue(append) {
            Ok(outcome) => {
                Box::pin(async move { outcome.await.map_err(|_| AppendError::Store(writer_ended()))? })
            }
            Err(error) => Box::pin(std::future::ready(Err(error.into()))),
        }
    }

    fn find_command(&self, command_id: Uuid) -> BoxFuture<'_, Result<Option<Appended>, StoreError>> {
        Box::pin(self.settled(move |reader| {
            let found = read::find_command(&reader.connection, command_id)?;
            let position = found.as_ref().map_or(Position::START, |found| found.position);
            Ok((found, position))
        }))
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        Box::pin(self.settled(move |reader| {
            let batch = read::read_stream(&reader.connection, &mut reader.names, &read)?;
            let end = batch.end();
            Ok((batch, end))
        }))
    }

    fn stream_version(&self, stream: StreamId) -> BoxFuture<'_, Result<StreamVersion, StoreError>> {
        Box::pin(self.settled(move |reader| read::stream_version(&reader.connection, &stream)))
    }

    fn read_all(&self, read: ReadAll) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        Box::pin(self.settled(move |reader| {
            // Head, types and events are of one moment.
            let _snapshot = reader.connection.unchecked_transaction().or_store_error()?;
            let batch = read::page_of_all(&reader.connection, &mut reader.names, &read)?;
            let seen = if batch.end() > read.after { batch.end() } else { Position::START };
            Ok((batch, seen))
        }))
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, StoreError>> {
        Box::pin(self.settled(|reader| read::head(&reader.connection).map(|head| (head, head))))
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        let mut head = self.inner.head.clone();
        head.mark_unchanged();
        head
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.close())
    }
}

impl SnapshotStore for SqliteStore {
    fn load_snapshot(&self, stream: StreamId) -> BoxFuture<'_, Result<Option<Snapshot>, StoreError>> {
        Box::pin(self.reading(move |reader| read::load_snapshot(&reader.connection, &stream)))
    }

    fn save_snapshot(&self, stream: StreamId, snapshot: Snapshot) -> BoxFuture<'_, Result<(), StoreError>> {
        let bytes = snapshot.state.len();
        let job = |reply| Grouped::Snapshot(Box::new(SnapshotJob { stream, snapshot, reply }));
        Box::pin(self.grouped(bytes, job))
    }
}

impl ReadModelStore for SqliteStore {
    fn open_table(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        Box::pin(
            self.writing(move |writer| writer.transact(|writer| tables::open(writer.connection(), &table))),
        )
    }

    fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> BoxFuture<'_, Result<Vec<SetAside>, FoldError>> {
        Box::pin(self.fold(projector, generation, from, batch))
    }

    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(self.writing(move |writer| writer.promote(&*projector)))
    }

    fn attach(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(self.attach(projector))
    }

    fn checkpoint(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<Position, StoreError>> {
        Box::pin(self.settled(move |reader| {
            let (_, standing) = tables::Table::serving(&reader.connection, &table)?;
            Ok((standing.checkpoint, standing.checkpoint))
        }))
    }

    fn rows(&self, query: RowQuery) -> BoxFuture<'_, Result<RowPage, StoreError>> {
        Box::pin(self.settled(move |reader| {
            let page = query::rows(&reader.connection, &query)?;
            let checkpoint = page.checkpoint;
            Ok((page, checkpoint))
        }))
    }

    fn count_rows(&self, query: RowQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(self.settled(move |reader| query::count(&reader.connection, &query)))
    }

    fn table_changes(&self) -> broadcast::Receiver<Arc<TableChange>> {
        match self.inner.changes.upgrade() {
            Some(sender) => sender.subscribe(),
            None => broadcast::channel(1).1,
        }
    }
}
