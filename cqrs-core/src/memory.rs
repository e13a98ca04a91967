//! A store in memory: for tests, for prototypes, and for measuring the engine without a database.
//!
//! It keeps every promise of a store but one: what it holds ends with the process. An append is done when the call
//! returns, its future is ready at once. It never evicts: memory grows with the log.

mod changes;
mod control;
mod feed;
mod letters;
mod log;
mod page;
mod rows;
mod segment;
mod table;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use self::changes::Changes;
use self::log::Log;
use self::table::{Attached, Table};
use self::tables::Tables;
use crate::batch::EventBatch;
use crate::envelope::{Position, StreamId, StreamVersion};
use crate::projector::Projector;
use crate::store::{
    Append, AppendError, Appended, BoxFuture, Chain, EventStore, FoldError, Generation, ReadAll,
    ReadModelStore, ReadStream, RowPage, RowQuery, SetAside, Snapshot, SnapshotStore, StoreError,
    TableChange, TableDefinition, TableState,
};

/// A store in memory. A clone is a handle on the same store.
///
/// ```
/// use cqrs_core::store::{Append, EventStore, NewEvent};
/// use cqrs_core::{ExpectedVersion, MemoryStore, Origin, StreamId};
/// use uuid::Uuid;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = MemoryStore::new();
/// let opened = NewEvent { event_id: Uuid::now_v7(), name: "Opened".into(), version: 1, payload: b"{}".into() };
/// let appended = store
///     .append(Append {
///         stream: StreamId::new("Door", "front"),
///         expected: ExpectedVersion::NoStream,
///         events: vec![opened],
///         origin: Origin::default(),
///         command_id: None,
///         chain: None,
///     })
///     .await
///     .unwrap();
/// assert_eq!(appended.version.get(), 1);
/// # });
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    inner: Arc<Inner>,
}

/// Locks are taken in this order: writer, tables, one table. None is held across an await.
#[derive(Default)]
struct Inner {
    writer: Mutex<Writer>,
    tables: Tables,
    changes: Changes,
    snapshots: Mutex<HashMap<StreamId, Snapshot>>,
    leases: control::Leases,
    closed: AtomicBool,
}

/// What an append changes; one append at a time.
struct Writer {
    log: Log,
    attached: Vec<Attached>,
    /// Dropped when the store closes, which ends every watch.
    head: Option<watch::Sender<Position>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Default for Writer {
    fn default() -> Self {
        let head = Some(watch::Sender::new(Position::START));
        Self { log: Log::default(), attached: Vec::new(), head }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = locked(&self.inner.writer).log.head();
        formatter.debug_struct("MemoryStore").field("head", &head.get()).finish_non_exhaustive()
    }
}

impl Writer {
    fn append(&mut self, append: Append, now: i64, changes: &Changes) -> Result<Appended, AppendError> {
        let Self { log, attached, head } = self;
        let head = head.as_ref().ok_or_else(StoreError::closed)?;
        if let Some(first) = append.command_id.and_then(|id| log.command(id)) {
            return Ok(Appended { duplicate: true, ..first });
        }
        let prepared = log.prepare(&append, now)?;
        if append.events.is_empty() {
            return Ok(log.commit(append, prepared));
        }
        // Every fold is done before anything changes, so that a refusal leaves nothing behind.
        let folded = table::fold_append(attached, &append, &prepared)?;
        let appended = log.commit(append, prepared);
        table::write_all(folded, appended.position, changes);
        // Whoever begins to watch is told where the head is: without anybody, there is nobody to tell.
        if head.receiver_count() > 0 {
            head.send_replace(appended.position);
        }
        Ok(appended)
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        let now = self.log.head();
        match &self.head {
            Some(head) => {
                head.send_if_modified(|head| std::mem::replace(head, now) != now);
                head.subscribe()
            }
            None => watch::channel(now).1,
        }
    }
}

impl Inner {
    fn ensure_open(&self) -> Result<(), StoreError> {
        if self.closed.load(Ordering::Acquire) { Err(StoreError::closed()) } else { Ok(()) }
    }

    fn append(&self, mut append: Append) -> Result<Appended, AppendError> {
        let within_limits = append.check_limits();
        let chain = append.chain.take();
        let now = Timestamp::now().as_microsecond();
        let mut writer = locked(&self.writer);
        let outcome = if chain.as_ref().is_some_and(Chain::is_broken) {
            Err(AppendError::Unfounded { stream: append.stream })
        } else {
            within_limits.map_err(AppendError::Store).and_then(|()| writer.append(append, now, &self.changes))
        };
        if let Some(chain) = chain
            && outcome.as_ref().map_or(true, |appended| appended.duplicate)
        {
            chain.break_off();
        }
        outcome
    }

    /// Folds what a table has not seen yet, and makes it part of every append. Appends only wait while the events are folded
    /// that came in the meantime.
    async fn attach(&self, projector: Arc<dyn Projector>) -> Result<(), FoldError> {
        let head = locked(&self.writer).log.head();
        while let table = self.attachable(&*projector)?
            && table.checkpoint() < head
        {
            self.fold_page(&*projector, &table, |read| page::read_all(&self.writer, read))?;
            tokio::task::yield_now().await;
        }
        let mut writer = locked(&self.writer);
        let table = self.attachable(&*projector)?;
        while table.checkpoint() < writer.log.head() {
            self.fold_page(&*projector, &table, |read| page::read_all_of(&writer.log, read))?;
        }
        writer.attached.retain(|attached| !Arc::ptr_eq(&attached.table, &table));
        writer.attached.push(Attached { projector, table });
        Ok(())
    }

    fn attachable(&self, projector: &dyn Projector) -> Result<Arc<Table>, FoldError> {
        self.ensure_open()?;
        let definition = projector.table();
        let live = self.tables.find(&definition, Generation::Live);
        live.ok_or_else(|| tables::superseded(&definition, Position::START, None))
    }

    fn fold_page(
        &self,
        projector: &dyn Projector,
        table: &Table,
        page: impl FnOnce(&ReadAll) -> EventBatch,
    ) -> Result<(), FoldError> {
        let from = table.checkpoint();
        let read = ReadAll { filter: projector.filter().clone(), ..ReadAll::after(from) };
        match table.fold(projector, from, &page(&read), &self.changes) {
            // Somebody else folds the same table: the caller goes on from where they left it.
            Err(FoldError::Superseded { actual: Some(_), .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn promote(&self, projector: &dyn Projector) -> Result<(), FoldError> {
        let mut writer = locked(&self.writer);
        self.ensure_open()?;
        let definition = projector.table();
        let gone = || tables::superseded(&definition, Position::START, None);
        let next = self.tables.find(&definition, Generation::Next).ok_or_else(gone)?;
        while next.checkpoint() < writer.log.head() {
            self.fold_page(projector, &next, |read| page::read_all_of(&writer.log, read))?;
        }
        let replaced = self.tables.promote(&definition).ok_or_else(gone)?;
        let promoted = self.tables.serving(&definition)?;
        writer.attached.retain_mut(|attached| {
            if !Arc::ptr_eq(&attached.table, &replaced) {
                return true;
            }
            attached.table = Arc::clone(&promoted);
            promoted.is_defined_as(&attached.projector.table())
        });
        Ok(())
    }

    fn close(&self) {
        let mut writer = locked(&self.writer);
        self.closed.store(true, Ordering::Release);
        writer.head = None;
        self.changes.close();
    }
}

impl EventStore for MemoryStore {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        Box::pin(std::future::ready(self.inner.append(append)))
    }

    fn find_command(&self, command_id: Uuid) -> BoxFuture<'_, Result<Option<Appended>, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(locked(&self.inner.writer).log.command(command_id))
        })
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(page::read_stream(&self.inner.writer, &read))
        })
    }

    fn stream_version(&self, stream: StreamId) -> BoxFuture<'_, Result<StreamVersion, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            let version = locked(&self.inner.writer).log.places(&stream).len();
            Ok(StreamVersion::new(version as u64))
        })
    }

    fn read_all(&self, read: ReadAll) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(page::read_all(&self.inner.writer, &read))
        })
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(locked(&self.inner.writer).log.head())
        })
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        locked(&self.inner.writer).watch_head()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.inner.close();
            Ok(())
        })
    }
}

impl SnapshotStore for MemoryStore {
    fn load_snapshot(&self, stream: StreamId) -> BoxFuture<'_, Result<Option<Snapshot>, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(locked(&self.inner.snapshots).get(&stream).cloned())
        })
    }

    fn save_snapshot(&self, stream: StreamId, snapshot: Snapshot) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            let mut snapshots = locked(&self.inner.snapshots);
            let is_news = snapshots.get(&stream).is_none_or(|kept| {
                kept.fingerprint != snapshot.fingerprint || kept.version < snapshot.version
            });
            if is_news {
                snapshots.insert(stream, snapshot);
            }
            Ok(())
        })
    }
}

impl ReadModelStore for MemoryStore {
    fn open_table(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.tables.open(table))
        })
    }

    fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> BoxFuture<'_, Result<Vec<SetAside>, FoldError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            let definition = projector.table();
            let table = self.inner.tables.find(&definition, generation);
            let table = table.ok_or_else(|| tables::superseded(&definition, from, None))?;
            table.fold(&*projector, from, &batch, &self.inner.changes)
        })
    }

    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(async move { self.inner.promote(&*projector) })
    }

    fn attach(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(self.inner.attach(projector))
    }

    fn checkpoint(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<Position, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            Ok(self.inner.tables.serving(&table)?.checkpoint())
        })
    }

    fn rows(&self, query: RowQuery) -> BoxFuture<'_, Result<RowPage, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            self.inner.tables.serving(&query.table)?.read(&query)
        })
    }

    fn count_rows(&self, query: RowQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            self.inner.ensure_open()?;
            self.inner.tables.serving(&query.table)?.count(&query)
        })
    }

    fn table_changes(&self) -> broadcast::Receiver<Arc<TableChange>> {
        self.inner.changes.listen()
    }
}

/// Locks a mutex; one that a panic poisoned too, as nothing is changed before all that can panic is done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
