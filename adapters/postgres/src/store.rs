//! The store itself: a handle that turns each call into a read on a lent connection or a job for the writer.
//!
//! It decides nothing about events or rows. What it sees to is the life of the store: opening, the order in which
//! appends are queued, and an end that finishes what was begun.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_core::store::{
    Append, AppendError, Appended, BoxFuture, EventStore, NewEvent, ReadAll, ReadStream, Snapshot,
    SnapshotStore, StoreError, StoreErrorKind,
};
use cqrs_core::{EventBatch, Position, StreamId, StreamVersion};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::builder::PostgresStoreBuilder;
use crate::changes::Changes;
use crate::connect::Setup;
use crate::error::Outcome;
use crate::notice::Noticing;
use crate::queue::Queue;
use crate::read::{self, TypeNames};
use crate::schema;
use crate::sessions::{Lent, Sessions};
use crate::writer::{AppendJob, Job, Writer};

/// A store in a schema of a PostgreSQL database. A clone is a handle on the same open store.
///
/// See the [crate's documentation](crate) for what it promises and how it keeps it.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    setup: Arc<Setup>,
    queue: Arc<Queue<Job>>,
    sessions: Sessions,
    names: TypeNames,
    changes: Arc<Changes>,
    closed: AtomicBool,
    head: watch::Receiver<Position>,
    noticing: JoinHandle<()>,
    writing: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    /// Lets the writer finish what is queued and end by itself; nobody waits for it.
    fn drop(&mut self) {
        self.noticing.abort();
        self.queue.close();
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PostgresStore").field("setup", &self.inner.setup).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens a store with the settings that suit most; makes its tables where there are none.
    ///
    /// The address is one that `psql` takes, such as `postgres://role:password@host/database`. Call it within a tokio runtime.
    ///
    /// # Errors
    ///
    /// As [`PostgresStoreBuilder::open`].
    pub async fn connect(address: impl Into<String>) -> Result<Self, StoreError> {
        Self::builder(address).open().await
    }

    /// The settings of a store that is about to be opened.
    pub fn builder(address: impl Into<String>) -> PostgresStoreBuilder {
        PostgresStoreBuilder::new(address.into())
    }

    pub(crate) async fn open_with(builder: PostgresStoreBuilder) -> Outcome<Self> {
        let setup = Arc::new(builder.setup()?);
        let sessions = Sessions::new(Arc::clone(&setup), builder.connections);
        let session = sessions.lend().await?;
        let found = schema::prepare(&session, &setup, builder.migrate).await?;
        let (told, head) = watch::channel(read::head(&session).await?);
        drop(session);
        let noticing = Noticing {
            setup: Arc::clone(&setup),
            head: told.clone(),
            interval: builder.notice_within,
            is_standby: found.is_standby,
        };
        let queue = Arc::new(Queue::new(builder.bounds));
        let changes = Arc::new(Changes::default());
        let writer = Writer::new(
            Arc::clone(&setup),
            builder.retry_for,
            told,
            Arc::clone(&changes),
            Arc::clone(&queue),
        );
        let inner = Inner {
            setup,
            queue,
            sessions,
            names: TypeNames::default(),
            changes,
            closed: AtomicBool::new(false),
            head,
            noticing: tokio::spawn(noticing.run()),
            writing: Mutex::new(Some(tokio::spawn(writer.run()))),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Lends a connection for one call.
    pub(crate) async fn session(&self) -> Outcome<Lent> {
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(StoreError::closed());
        }
        self.inner.sessions.lend().await
    }

    /// The event types that were seen.
    pub(crate) fn names(&self) -> &TypeNames {
        &self.inner.names
    }

    /// The listeners of row changes.
    pub(crate) fn changes(&self) -> &Changes {
        &self.inner.changes
    }

    /// What waits for the writer.
    pub(crate) fn queue(&self) -> &Queue<Job> {
        &self.inner.queue
    }

    /// Queues an append; what cannot be queued breaks its chain at once.
    fn enqueue(&self, append: Append) -> Outcome<oneshot::Receiver<Result<Appended, AppendError>>> {
        let chain = append.chain.clone();
        let queue = || {
            append.check_limits()?;
            check_origin(&append)?;
            let bytes = bytes_of(&append);
            let (sender, outcome) = oneshot::channel();
            let job = AppendJob::new(append, sender);
            self.inner.queue.push(Job::Append(job), bytes)?;
            Ok(outcome)
        };
        queue().inspect_err(|_| {
            if let Some(chain) = chain {
                chain.break_off();
            }
        })
    }

    async fn close(&self) -> Outcome<()> {
        self.inner.closed.store(true, Ordering::Release);
        self.inner.sessions.close().await;
        self.inner.queue.close();
        let writing = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writing) = writing else { return Ok(()) };
        let ended = writing.await;
        self.inner.noticing.abort();
        self.inner.changes.close();
        ended.map_err(|_| writer_ended())
    }
}

/// PostgreSQL's text holds no NUL.
fn check_origin(append: &Append) -> Outcome<()> {
    for (what, text) in [("actor", &append.origin.actor), ("tenant", &append.origin.tenant)] {
        if text.as_ref().is_some_and(|text| text.contains('\0')) {
            return Err(StoreError::invalid(format!("the {what} {text:?} holds a NUL character")));
        }
    }
    Ok(())
}

/// The memory that an append keeps while it waits.
fn bytes_of(append: &Append) -> usize {
    let event = |event: &NewEvent| event.payload.len() + size_of::<NewEvent>();
    size_of::<Append>() + append.events.iter().map(event).sum::<usize>()
}

/// The failure of a call whose writer ended before it answered.
pub(crate) fn writer_ended() -> StoreError {
    StoreError::new(StoreErrorKind::Closed, "the store's writer has ended").with_unknown_outcome()
}

impl EventStore for PostgresStore {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        match self.enqueue(append) {
            Ok(outcome) => {
                Box::pin(async move { outcome.await.map_err(|_| AppendError::Store(writer_ended()))? })
            }
            Err(error) => Box::pin(std::future::ready(Err(error.into()))),
        }
    }

    fn find_command(&self, command_id: Uuid) -> BoxFuture<'_, Result<Option<Appended>, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::find_command(&session, command_id).await
        })
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::read_stream(&session, self.names(), &read).await
        })
    }

    fn stream_version(&self, stream: StreamId) -> BoxFuture<'_, Result<StreamVersion, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::stream_version(&session, &stream).await
        })
    }

    fn read_all(&self, read: ReadAll) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::page_of_all(&session, self.names(), &read).await
        })
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::head(&session).await
        })
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

impl SnapshotStore for PostgresStore {
    fn load_snapshot(&self, stream: StreamId) -> BoxFuture<'_, Result<Option<Snapshot>, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::load_snapshot(&session, &stream).await
        })
    }

    fn save_snapshot(&self, stream: StreamId, snapshot: Snapshot) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            read::save_snapshot(&session, &stream, &snapshot).await
        })
    }
}
