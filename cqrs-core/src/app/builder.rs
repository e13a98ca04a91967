//! Putting an application together, and bringing its read models up to date before it starts.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::aggregate::Aggregate;
use crate::envelope::Position;
use crate::projection::{Projection, TypedProjector};
use crate::projector::Projector;
use crate::store::{FoldError, Store, StoreError};
use crate::verify::{Reads, Verification, Verifies, verify};

use super::aggregates::Aggregates;
use super::projections::{ProjectionHandle, Projections};
use super::{App, Inner};

/// When a projection takes events in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refresh {
    /// In the transaction of the append: a receipt means that the rows include it. An event that the projection cannot take
    /// refuses its command.
    OnCommit,
    /// In a task of its own, as fast as it can: rows follow within moments, and appends do not wait for them. An event that the
    /// projection cannot take is set aside with what follows it in the same row, in the open, and other rows go on.
    Continuous,
    /// As [`Continuous`](Self::Continuous), but only once in this time: many changes of one row in between are written once.
    Every(Duration),
    /// Only when [`App::refresh`](super::App::refresh) is called.
    Manual,
}

impl fmt::Display for Refresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnCommit => formatter.pad("on commit"),
            Self::Continuous => formatter.pad("continuous"),
            Self::Every(pause) => formatter.pad(&format!("every {pause:?}")),
            Self::Manual => formatter.pad("manual"),
        }
    }
}

/// Registers one aggregate with a capacity.
type Register = Box<dyn FnOnce(&mut Aggregates, usize) -> Result<(), BuildError> + Send>;

/// Makes a projector for so many threads.
type Add = Box<dyn FnOnce(usize) -> (Arc<dyn Projector>, Refresh) + Send>;

/// An application about to be built.
#[must_use = "nothing runs until `build` is awaited"]
pub struct AppBuilder {
    store: Arc<dyn Store>,
    aggregates: Vec<Register>,
    verifies: Vec<Box<dyn Verifies>>,
    projections: Vec<Add>,
    fold_workers: usize,
    build_in_background: bool,
    build_lease: Duration,
    hot_aggregates: usize,
    in_flight: u32,
    retries: u32,
    clock: fn() -> Timestamp,
}

impl AppBuilder {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            aggregates: Vec::new(),
            verifies: Vec::new(),
            projections: Vec::new(),
            fold_workers: 1,
            build_in_background: false,
            build_lease: Duration::from_secs(10),
            hot_aggregates: 10_000,
            in_flight: 4096,
            retries: 10,
            clock: Timestamp::now,
        }
    }

    /// The store that the application will use.
    pub const fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Adds an aggregate, so that its commands can be executed.
    pub fn aggregate<A: Aggregate>(mut self) -> Self {
        self.verifies.push(Box::new(Reads::<A>(PhantomData)));
        self.aggregates.push(Box::new(|aggregates, capacity| {
            aggregates.register::<A>(capacity).map_err(|(first, second)| BuildError::SameAggregateType {
                aggregate_type: A::TYPE,
                first,
                second,
            })
        }));
        self
    }

    /// Adds a projection, so that its rows are kept up to date and can be queried.
    pub fn projection<P: Projection>(mut self, refresh: Refresh) -> Self {
        self.projections.push(Box::new(move |workers| {
            (Arc::new(TypedProjector::<P>::new().with_workers(workers)), refresh)
        }));
        self
    }

    /// How many threads share the folding of each large batch, on distinct rows and with the same result as one; 1 when nothing is said.
    pub fn fold_workers(mut self, threads: usize) -> Self {
        self.fold_workers = threads;
        self
    }

    /// Lets the application start while rows whose projection has another definition than before are still being built anew. Until they
    /// are, queries of them answer [`WaitError::Building`](super::WaitError::Building) in place of rows.
    pub fn build_in_background(mut self) -> Self {
        self.build_in_background = true;
        self
    }

    /// How long a process that builds rows anew and says nothing, as after a crash, keeps others from going on in its place; 10 seconds
    /// when nothing is said.
    pub fn build_lease(mut self, span: Duration) -> Self {
        self.build_lease = span;
        self
    }

    /// The most aggregates of each type that stay in memory; 10,000 when nothing is said.
    pub fn hot_aggregates(mut self, most: usize) -> Self {
        self.hot_aggregates = most;
        self
    }

    /// The most commands under way at once, further ones wait; 4,096 when nothing is said.
    pub fn in_flight(mut self, most: u32) -> Self {
        self.in_flight = most.max(1);
        self
    }

    /// How often a command is tried again when other writers were faster; 10 when nothing is said.
    pub fn retries(mut self, most: u32) -> Self {
        self.retries = most;
        self
    }

    /// The clock that decisions are given; the system's when nothing is said. Recording times are always the store's.
    pub fn clock(mut self, clock: fn() -> Timestamp) -> Self {
        self.clock = clock;
        self
    }

    /// Reads every stored event through this code, without starting anything or writing: for a release to be tried on the store that it
    /// will serve. `progress` is told how far it is, and how far it goes.
    ///
    /// An event that cannot be read is part of the report, not an error. Memory does not grow with the log.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn verify(
        self,
        mut progress: impl FnMut(Position, Position) + Send,
    ) -> Result<Verification, StoreError> {
        let projectors: Vec<_> = self.projections.into_iter().map(|add| add(1).0).collect();
        verify(&*self.store, &self.verifies, &projectors, &mut progress).await
    }

    /// Handles on the projections, by the names of their tables, without starting anything: for a command line that looks after what other
    /// processes run.
    ///
    /// # Errors
    ///
    /// When two projections claim the same name.
    pub fn projection_handles(self) -> Result<Vec<ProjectionHandle>, BuildError> {
        let mut projections = Projections::new(self.build_in_background, self.build_lease);
        for add in self.projections {
            let (projector, refresh) = add(self.fold_workers);
            projections.add(&self.store, projector, refresh)?;
        }
        Ok(projections.handles())
    }

    /// Opens the read models and starts. Rows whose projection has another definition than before are built anew first,
    /// beside the old ones, which serve other processes until then.
    ///
    /// # Errors
    ///
    /// When two aggregates or two projections claim the same name, when an event cannot be folded, or when the store
    /// fails.
    pub async fn build(self) -> Result<App, BuildError> {
        let mut aggregates = Aggregates::default();
        for register in self.aggregates {
            register(&mut aggregates, self.hot_aggregates)?;
        }
        let mut projections = Projections::new(self.build_in_background, self.build_lease);
        for add in self.projections {
            let (projector, refresh) = add(self.fold_workers);
            projections.start(&self.store, projector, refresh).await?;
        }
        Ok(App {
            inner: Arc::new(Inner {
                store: self.store,
                aggregates,
                projections,
                in_flight: Arc::new(Semaphore::new(self.in_flight as usize)),
                most_in_flight: self.in_flight,
                closing: AtomicBool::new(false),
                retries: self.retries,
                clock: self.clock,
            }),
        })
    }
}

/// Why an application could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Two Rust types claim the same streams.
    #[error(
        "`{first}` and `{second}` are both stored as aggregate `{aggregate_type}`: name one with #[aggregate(name = \"…\")]"
    )]
    SameAggregateType {
        /// The stored name.
        aggregate_type: &'static str,
        /// The type that was added first.
        first: &'static str,
        /// The type that was added second.
        second: &'static str,
    },
    /// Two projections claim the same table.
    #[error(
        "two projections fill the table `{table}`: name one with #[projection(table = \"…\")], or add it once"
    )]
    SameTable {
        /// The table.
        table: String,
    },
    /// A projection could not be brought up to date.
    #[error(transparent)]
    Projection(#[from] FoldError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
