//! What the engine asks of a database: to append, to read, to keep snapshots, to keep read models.
//!
//! Each trait is small and object-safe, so that an engine holds an `Arc<dyn Store>`. What a store promises is said
//! at each method, and checked by the conformance suite that all adapters share. Conveniences live in
//! [`EventStoreExt`].

mod append;
mod control;
mod dead_letters;
mod error;
mod feeds;
mod read;
mod read_models;
mod shared;
mod subscription;

use std::future::Future;
use std::pin::Pin;

use tokio::sync::watch;
use uuid::Uuid;

pub use append::{Append, AppendError, Appended, Chain, NewEvent};
pub use control::{DeadLetterQuery, ReadModelControl, Retried, TableStatus};
pub use dead_letters::{DeadLetter, DeadLetterCount, Lane, SetAside};
pub use error::{StoreError, StoreErrorKind};
pub use feeds::{FeedPage, FeedPlace, RowFeeds};
pub use read::{Detail, Direction, EventFilter, ReadAll, ReadStream, Until};
pub use read_models::{
    Column, FoldError, Generation, Order, ReadModelStore, RowChange, RowFilter, RowPage, RowQuery, RowTest,
    TableChange, TableDefinition, TableState,
};
pub use subscription::{EventStoreExt, Subscription};

use crate::batch::EventBatch;
use crate::envelope::{Position, StreamId, StreamVersion};
use crate::shape::Fingerprint;

/// A future on the heap, as object-safe traits need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A database that can keep everything an engine has: events, snapshots and read models.
pub trait Store: EventStore + SnapshotStore + ReadModelStore + ReadModelControl + RowFeeds {}

impl<S: EventStore + SnapshotStore + ReadModelStore + ReadModelControl + RowFeeds + ?Sized> Store for S {}

/// An append-only log of events, in streams.
pub trait EventStore: Send + Sync + 'static {
    /// Appends the events of one decision: all of them, or none.
    ///
    /// The append is queued when this method is called, not when the future is first polled; appends to one stream
    /// are attempted in the order of the calls. When the future yields `Ok`, the events are on disk as far as the database
    /// promises, and on-commit projections have taken them in. Dropping the future does not take the append back.
    ///
    /// An append with a `command_id` that was recorded before changes nothing and returns the first outcome, with
    /// [`Appended::duplicate`] set; this is checked before the expected version. An append without events records its
    /// `command_id` all the same.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] when the stream is not at the expected version, with both versions;
    /// [`AppendError::Unfounded`] when an earlier append of its [`Chain`] failed;
    /// [`AppendError::Projection`] when an on-commit projection cannot take an event; [`AppendError::Store`] otherwise. An
    /// error whose [`StoreError::outcome_unknown`] is set may have been committed; any other left nothing behind.
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>>;

    /// What an earlier append with this command id led to.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn find_command(&self, command_id: Uuid) -> BoxFuture<'_, Result<Option<Appended>, StoreError>>;

    /// Reads a page of one stream; an empty page is the end.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<EventBatch, StoreError>>;

    /// The version of a stream: how many events it has.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn stream_version(&self, stream: StreamId) -> BoxFuture<'_, Result<StreamVersion, StoreError>>;

    /// Reads a page of all streams, in the order of positions.
    ///
    /// [`EventBatch::end`] says how far the read got; going on from there skips nothing and repeats nothing. A page
    /// that got no further than where it began is the end for now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn read_all(&self, read: ReadAll) -> BoxFuture<'_, Result<EventBatch, StoreError>>;

    /// The highest position that is committed, as of now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn head(&self) -> BoxFuture<'_, Result<Position, StoreError>>;

    /// The highest committed position as it grows: at once for appends of this process, within a moment for those of others.
    fn watch_head(&self) -> watch::Receiver<Position>;

    /// Finishes what is queued, refuses what comes later, and closes the database. Later calls do nothing.
    ///
    /// # Errors
    ///
    /// When the database cannot be closed cleanly. Acknowledged appends are safe even then.
    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// States of aggregates, kept to save folding; never the truth.
pub trait SnapshotStore: Send + Sync + 'static {
    /// The newest snapshot of a stream.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn load_snapshot(&self, stream: StreamId) -> BoxFuture<'_, Result<Option<Snapshot>, StoreError>>;

    /// Keeps a snapshot in place of the stream's older one. A snapshot that is not newer than the kept one, under the same fingerprint, is dropped.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn save_snapshot(&self, stream: StreamId, snapshot: Snapshot) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// A stored state of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The stream's version that the state includes.
    pub version: StreamVersion,
    /// The fingerprint of the state's type when it was written.
    pub fingerprint: Fingerprint,
    /// The state.
    pub state: Vec<u8>,
}
