//! The projections of an application: opened, built anew where their definition changed, and kept up to date.

mod build;
mod follow;
mod handle;
mod pages;
mod replay;
mod runner;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use crate::envelope::Position;
use crate::projector::Projector;
use crate::store::{
    DeadLetterCount, DeadLetterQuery, FoldError, Generation, ReadAll, SetAside, Store, StoreError,
    TableDefinition,
};

use super::builder::{BuildError, Refresh};
use super::error::WaitError;

use follow::{Follower, Step};
use runner::Runner;

pub use handle::ProjectionHandle;
#[cfg(feature = "testing")]
pub(crate) use replay::ReplayedRows;
pub(super) use replay::rows_at;
pub(crate) use replay::{SortedKey, keyed};

/// How one projection is doing.
#[derive(Debug, Clone)]
pub struct ProjectionStatus {
    /// Its table.
    pub table: String,
    /// When it takes events in.
    pub refresh: Refresh,
    /// Every event up to here is in the rows, or set aside.
    pub checkpoint: Position,
    /// How many positions lie between the rows and the newest event.
    pub lag: u64,
    /// How long the oldest event that it has not taken in has been waiting for it.
    pub lag_time: SignedDuration,
    /// How far its rows are being built anew, where they are.
    pub building: Option<Building>,
    /// Whether it is paused.
    pub is_paused: bool,
    /// The events that it could not take in, and those that wait behind them.
    pub dead_letters: DeadLetterCount,
    /// What it stands still before, where it does; it is tried again and again.
    pub failure: Option<FoldError>,
}

/// How far rows are built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Building {
    /// Every event up to here is in the new rows.
    pub position: Position,
    /// The newest event when that was found.
    pub head: Position,
}

impl ProjectionStatus {
    /// What is wrong with the projection, as one sentence; [`None`] when nothing is. Lag and a pause are not wrong.
    pub fn trouble(&self) -> Option<String> {
        let DeadLetterCount { failed, waiting } = self.dead_letters;
        match &self.failure {
            Some(failure) => Some(format!("`{}` stands still: {failure}", self.table)),
            None if failed > 0 => Some(format!(
                "`{}` could not take in {failed} of its events, and {waiting} wait behind them",
                self.table
            )),
            None => None,
        }
    }
}

/// The running projections, by their table.
pub(super) struct Projections {
    by_table: HashMap<String, Arc<Running>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    stopping: watch::Sender<bool>,
    holder: Uuid,
    lease: Duration,
    in_background: bool,
}

/// One projection that is kept up to date.
pub(super) struct Running {
    pub(super) table: Arc<TableDefinition>,
    runner: Arc<Runner>,
}

/// How far a projection has come, and what it stands still before.
#[derive(Debug, Clone, Default)]
struct Progress {
    position: Position,
    building: Option<Building>,
    is_prepared: bool,
    is_paused: bool,
    failure: Option<FoldError>,
}

impl Projections {
    /// None yet; with `in_background`, rows are built anew while the application runs. Who builds keeps a lease of this span.
    pub(super) fn new(in_background: bool, lease: Duration) -> Self {
        Self {
            by_table: HashMap::new(),
            tasks: Mutex::default(),
            stopping: watch::Sender::default(),
            holder: Uuid::now_v7(),
            lease,
            in_background,
        }
    }

    /// Opens a projection's table, builds it anew if it must be, and keeps it up to date from then on.
    pub(super) async fn start(
        &mut self,
        store: &Arc<dyn Store>,
        projector: Arc<dyn Projector>,
        refresh: Refresh,
    ) -> Result<(), BuildError> {
        let runner = Arc::clone(&self.add(store, projector, refresh)?.runner);
        let table = runner.projector.table();
        let state = store.open_table(Arc::clone(&table)).await?;
        let (is_live, tasks) = (state.generation == Generation::Live, self.tasks.get_mut());
        if is_live {
            runner.serve().await?;
            if store.table_status(Arc::clone(&table)).await?.next.is_some() {
                tasks.push(tokio::spawn(Arc::clone(&runner).supervise(Runner::finish_rebuild)));
            }
        } else {
            let (position, head) = (state.checkpoint, store.head().await?);
            runner.report(|progress| progress.building = Some(Building { position, head }));
            if !self.in_background {
                runner.prepare().await?;
            }
        }
        let later = !is_live && self.in_background;
        if later || matches!(refresh, Refresh::Continuous | Refresh::Every(_)) {
            tasks.push(tokio::spawn(Arc::clone(&runner).supervise(Runner::keep_up)));
        }
        Ok(())
    }

    /// Adds a projection without touching its table.
    pub(super) fn add(
        &mut self,
        store: &Arc<dyn Store>,
        projector: Arc<dyn Projector>,
        refresh: Refresh,
    ) -> Result<&Arc<Running>, BuildError> {
        let table = projector.table();
        let Entry::Vacant(place) = self.by_table.entry(table.name.clone()) else {
            return Err(BuildError::SameTable { table: table.name.clone() });
        };
        let runner = Arc::new(Runner {
            store: Arc::clone(store),
            projector,
            refresh,
            holder: self.holder,
            lease: self.lease,
            progress: watch::Sender::default(),
            stopping: self.stopping.subscribe(),
        });
        Ok(place.insert(Arc::new(Running { table, runner })))
    }

    /// Handles on all of them, by the names of their tables.
    pub(super) fn handles(&self) -> Vec<ProjectionHandle> {
        let mut handles: Vec<_> =
            self.by_table.values().map(|running| ProjectionHandle { running: Arc::clone(running) }).collect();
        handles.sort_by(|one, other| one.table().cmp(other.table()));
        handles
    }

    pub(super) fn get(&self, table: &str) -> Option<&Arc<Running>> {
        self.by_table.get(table)
    }

    pub(super) async fn status(&self) -> Result<Vec<ProjectionStatus>, StoreError> {
        let mut all = Vec::with_capacity(self.by_table.len());
        for running in self.by_table.values() {
            all.push(running.status().await?);
        }
        all.sort_by(|a, b| a.table.cmp(&b.table));
        Ok(all)
    }

    /// Turns `true` when the application stops.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Stops all tasks between two batches and waits for them.
    pub(super) async fn stop(&self) {
        self.stopping.send_replace(true);
        let tasks = std::mem::take(&mut *self.tasks.lock().await);
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a projection's task did not end well");
            }
        }
    }
}

/// How often a checkpoint is looked at that another process may have moved.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// How often it is looked at where a task of this engine tells of it.
const LOOK_ONCE_MORE: Duration = Duration::from_millis(250);

impl Running {
    /// Every event up to here is in the rows, or wanted by none of them.
    pub(super) async fn position(&self) -> Result<Position, StoreError> {
        let seen = self.runner.progress.borrow().position;
        Ok(seen.max(self.runner.store.checkpoint(Arc::clone(&self.table)).await?))
    }

    async fn status(&self) -> Result<ProjectionStatus, StoreError> {
        let store = &self.runner.store;
        let progress = self.runner.progress.borrow().clone();
        let table = store.table_status(Arc::clone(&self.table)).await?;
        let live = table.live.filter(|_| table.is_current).unwrap_or(Position::START);
        let (checkpoint, head) = (live.max(progress.position), store.head().await?);
        let mut lag_time = SignedDuration::ZERO;
        if checkpoint < head {
            let read = ReadAll {
                limit: 1,
                filter: self.runner.projector.filter().clone(),
                ..ReadAll::after(checkpoint)
            };
            if let Some(oldest) = store.read_all(read).await?.first() {
                lag_time = Timestamp::now().duration_since(oldest.recorded_at()).max(SignedDuration::ZERO);
            }
        }
        // Another definition has taken the table over, and this one's rows are gone.
        let is_replaced = progress.is_prepared && !table.is_current;
        let replaced = is_replaced.then(|| FoldError::Superseded {
            table: self.table.name.clone(),
            expected: progress.position,
            actual: None,
        });
        Ok(ProjectionStatus {
            table: self.table.name.clone(),
            refresh: self.runner.refresh,
            checkpoint,
            lag: head.since(checkpoint),
            lag_time,
            building: table.next.map(|position| Building { position, head }),
            is_paused: table.is_paused,
            dead_letters: table.dead_letters,
            failure: progress.failure.or(replaced),
        })
    }

    /// Builds the rows anew beside the live ones.
    async fn rebuild(&self) -> Result<(), FoldError> {
        build::begin(&self.runner).await?;
        build::build_anew(&self.runner).await
    }

    /// Builds the rows if they are of another definition, and folds everything up to the newest event now.
    async fn catch_up(&self) -> Result<Position, FoldError> {
        let state = self.runner.store.open_table(Arc::clone(&self.table)).await?;
        if state.generation == Generation::Next {
            build::build_anew(&self.runner).await?;
        }
        if !self.runner.progress.borrow().is_prepared {
            // What folds on commit takes in here what was recorded without it.
            self.runner.serve().await?;
        }
        self.refresh().await
    }

    /// Folds everything up to the newest event now; returns how far the rows have come.
    pub(super) async fn refresh(&self) -> Result<Position, FoldError> {
        let checkpoint = self.position().await?;
        if self.runner.refresh == Refresh::OnCommit {
            return Ok(checkpoint);
        }
        let mut follower = Follower::new(&self.runner, checkpoint);
        while follower.step().await? != Step::CaughtUp {}
        follower.keep_place().await
    }

    /// Waits until the rows include everything up to a position; returns how far they have come.
    pub(super) async fn wait_for(&self, wanted: Position, within: Duration) -> Result<Position, WaitError> {
        let deadline = Instant::now() + within;
        let (mut progress, stopping) = (self.runner.progress.subscribe(), self.runner.stopping.clone());
        // Where a task of this engine tells how far the rows are, not everybody who waits asks the database.
        let is_followed = matches!(self.runner.refresh, Refresh::Continuous | Refresh::Every(_));
        let (look_again, mut is_told) =
            if is_followed { (LOOK_ONCE_MORE, true) } else { (LOOK_AGAIN, false) };
        loop {
            let Progress { position, building, failure, is_prepared, .. } =
                progress.borrow_and_update().clone();
            let now = Instant::now();
            // While rows are built for the first time under this definition, there are none to read.
            let reached = match is_prepared {
                false => None,
                true if position >= wanted || (is_told && now < deadline) => Some(position),
                true => Some(self.position().await?),
            };
            if let Some(reached) = reached.filter(|reached| *reached >= wanted) {
                return Ok(reached);
            }
            if let Some(failure) = failure {
                return Err(WaitError::Failed(failure));
            }
            if *stopping.borrow() {
                return Err(WaitError::ShuttingDown);
            }
            if now >= deadline {
                let table = self.table.name.clone();
                return Err(match (reached, building) {
                    (None, Some(Building { position, head })) => {
                        WaitError::Building { table, position, head }
                    }
                    (reached, _) => {
                        let behind = wanted.since(reached.unwrap_or(Position::START));
                        WaitError::Stale { table, wanted, behind }
                    }
                });
            }
            // An error says that nothing was heard: another process may have moved the checkpoint.
            let heard = tokio::time::timeout(look_again.min(deadline - now), progress.changed()).await;
            is_told = is_followed && heard.is_ok();
        }
    }

    /// Checks that none of the events of a write is set aside.
    pub(super) async fn expect_taken_in(&self, after: Position, until: Position) -> Result<(), WaitError> {
        let query = DeadLetterQuery { table: Arc::clone(&self.table), after, until, limit: 1 };
        match self.runner.store.dead_letters(query).await?.into_iter().next() {
            Some(letter) => {
                Err(WaitError::SetAside { table: self.table.name.clone(), letter: Box::new(letter) })
            }
            None => Ok(()),
        }
    }
}

/// Tells of events that a projection could not take in.
fn tell(table: &str, failed: &[SetAside]) {
    for SetAside { position, lane, reason } in failed {
        let reason = reason.as_deref().unwrap_or_default();
        tracing::error!(table, %position, %lane, reason, "an event cannot be taken in; its row waits, others go on");
    }
}
