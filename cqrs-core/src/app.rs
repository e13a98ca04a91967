//! The engine: executes commands, runs projections, answers queries.
//!
//! An [`App`] ties the pure words of the pattern to one store. It holds no rule of any domain, and nothing that a restart would
//! lose: hot aggregates in memory are a cache of the log.

mod aggregates;
mod builder;
mod caller;
mod error;
mod execute;
mod feed;
mod ids;
mod load;
mod projections;
mod query;
mod receipt;
mod slot;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use builder::{AppBuilder, BuildError, Refresh};
pub use caller::Caller;
pub use error::{ExecuteError, LoadError, QueryError, Undecodable, WaitError};
pub use execute::Execute;
pub use feed::{Feed, FeedBatch};
pub use load::Loaded;
pub(crate) use load::load_stream;
pub use projections::{Building, ProjectionHandle, ProjectionStatus};
#[cfg(feature = "testing")]
pub(crate) use projections::{ReplayedRows, keyed};
pub use query::{Ask, Count};
pub use receipt::Receipt;
pub use watch::Watch;

use crate::aggregate::Aggregate;
use crate::command::{Command, Decide};
use crate::envelope::Position;
use crate::projection::{Keyed, Projection};
use crate::query::Query;
use crate::store::{Store, StoreError, Until};
use aggregates::Aggregates;
use projections::Projections;

/// A running application: one store, the aggregates and projections of one process. Cheap to clone.
///
/// ```no_run
/// # use cqrs_core::{App, Refresh, store::Store};
/// # async fn run(store: impl Store) -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::builder(store).build().await?;
/// app.shutdown().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    aggregates: Aggregates,
    projections: Projections,
    in_flight: Arc<Semaphore>,
    most_in_flight: u32,
    closing: AtomicBool,
    retries: u32,
    clock: fn() -> Timestamp,
}

impl App {
    /// Starts to put an application together on a store.
    pub fn builder(store: impl Store) -> AppBuilder {
        AppBuilder::new(Arc::new(store))
    }

    /// Executes a command: loads the aggregate, decides, appends. Awaiting the result runs it.
    ///
    /// A conflict with another writer is retried by loading and deciding again, a bounded number of times. When the
    /// receipt is there, the events are on disk, and on-commit projections include them.
    ///
    /// ```no_run
    /// # use cqrs_core::{App, Command, Decide};
    /// # async fn run<C: Command>(app: App, command: C) -> Result<(), Box<dyn std::error::Error>>
    /// # where C::Aggregate: Decide<C> {
    /// let receipt = app.execute(command).await?;
    /// println!("recorded up to {}", receipt.position);
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute<C>(&self, command: C) -> Execute<'_, C>
    where
        C: Command,
        C::Aggregate: Decide<C>,
    {
        Execute::new(self, command)
    }

    /// Asks for a page of a read model. Awaiting the result reads it.
    pub fn query<Q: Query>(&self, query: Q) -> Ask<'_, Q> {
        Ask::new(self, query)
    }

    /// An aggregate's state as of now, folded from the store.
    ///
    /// # Errors
    ///
    /// When the store fails, or holds an event of this stream that today's code cannot read.
    pub async fn load<A: Aggregate>(&self, id: &A::Id) -> Result<Loaded<A>, LoadError> {
        load::load(&*self.inner.store, id, Until::Latest).await
    }

    /// An aggregate's state as of a version or an instant.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub async fn load_at<A: Aggregate>(&self, id: &A::Id, until: Until) -> Result<Loaded<A>, LoadError> {
        load::load(&*self.inner.store, id, until).await
    }

    /// A projection's rows as of a position, folded from the log in memory: as many rows as there were then, ordered by key.
    ///
    /// # Errors
    ///
    /// When the store fails, or an event cannot be folded.
    pub async fn rows_at<P: Projection>(&self, position: Position) -> Result<Vec<Keyed<P>>, QueryError> {
        projections::rows_at::<P>(&*self.inner.store, position).await
    }

    /// Waits until a projection includes every event up to a position.
    ///
    /// # Errors
    ///
    /// [`WaitError::Stale`] with the distance when the time passes first; [`WaitError::Failed`] when the projection
    /// stands still before an event that it cannot take.
    pub async fn wait_for<P: Projection>(
        &self,
        position: Position,
        within: Duration,
    ) -> Result<(), WaitError> {
        let running =
            self.inner.projections.get(P::DESCRIPTOR.table).ok_or_else(WaitError::unregistered::<P>)?;
        running.wait_for(position, within).await.map(drop)
    }

    /// Folds everything up to the newest event into a projection now, whatever its [`Refresh`]; returns how far its rows have come.
    ///
    /// # Errors
    ///
    /// When an event cannot be folded, or the store fails; what was folded before it stays.
    pub async fn refresh<P: Projection>(&self) -> Result<Position, WaitError> {
        let running =
            self.inner.projections.get(P::DESCRIPTOR.table).ok_or_else(WaitError::unregistered::<P>)?;
        running.refresh().await.map_err(WaitError::Failed)
    }

    /// How the projections of this application are doing.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn projections(&self) -> Result<Vec<ProjectionStatus>, StoreError> {
        self.inner.projections.status().await
    }

    /// Opens a feed of a projection's row changes for a reader of this name, such as a search index. From then on its changes are kept
    /// until the reader acknowledges them, however long that takes, or [closes](Feed::close) the feed. One reader has one place: it is
    /// read by one at a time.
    ///
    /// # Errors
    ///
    /// When the projection is not part of this application, or the store fails.
    pub async fn feed<P: Projection>(&self, reader: impl Into<String>) -> Result<Feed<P>, QueryError> {
        Feed::open(self.clone(), reader.into()).await
    }

    /// One projection, to look after: its status, a rebuild, a pause, its dead letters.
    ///
    /// # Errors
    ///
    /// When the projection is not part of this application.
    pub fn projection<P: Projection>(&self) -> Result<ProjectionHandle, WaitError> {
        self.projection_named(P::DESCRIPTOR.table).ok_or_else(WaitError::unregistered::<P>)
    }

    /// As [`projection`](Self::projection), by the name of its table; for command lines.
    pub fn projection_named(&self, table: &str) -> Option<ProjectionHandle> {
        let running = Arc::clone(self.inner.projections.get(table)?);
        Some(ProjectionHandle { running })
    }

    /// What is wrong with this application, one sentence each; nothing when it is healthy. For a health check.
    ///
    /// # Errors
    ///
    /// When the store fails, which is not healthy either.
    pub async fn troubles(&self) -> Result<Vec<String>, StoreError> {
        let all = self.projections().await?;
        Ok(all.iter().filter_map(ProjectionStatus::trouble).collect())
    }

    /// The store, for reading the log and for subscriptions.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// Stops: new commands are refused, those under way finish, projections stop between two batches, the store closes.
    ///
    /// Calling it again does nothing.
    ///
    /// # Errors
    ///
    /// When the store cannot be closed cleanly; what was acknowledged is safe even then.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        self.inner.closing.store(true, Ordering::SeqCst);
        let all = self.inner.in_flight.acquire_many(self.inner.most_in_flight).await;
        self.inner.in_flight.close();
        drop(all);
        self.inner.projections.stop().await;
        self.inner.store.close().await
    }
}

impl Inner {
    /// The right to have one more command under way; `None` once the application has ended.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        match Arc::clone(&self.in_flight).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => Arc::clone(&self.in_flight).acquire_owned().await.ok(),
        }
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }
}
