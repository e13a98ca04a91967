//! The projections of an application: opened, built anew where their definition changed, and kept up to date.

mod replay;
mod running;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::envelope::Position;
use crate::projection::Projection;
use crate::projector::Projector;
use crate::store::{FoldError, Generation, Store, StoreError, TableDefinition};

use super::builder::{BuildError, Refresh};
use super::error::WaitError;

use running::Follower;

pub(super) use replay::rows_at;
pub(crate) use replay::{SortedKey, keyed};

/// How one projection is doing.
#[derive(Debug, Clone)]
pub struct ProjectionStatus {
    /// Its table.
    pub table: String,
    /// When it takes events in.
    pub refresh: Refresh,
    /// Every event up to here is in the rows.
    pub checkpoint: Position,
    /// How many positions lie between the rows and the newest event.
    pub lag: u64,
    /// What it stands still before, where it does.
    pub failure: Option<FoldError>,
}

/// The running projections, by their table.
#[derive(Default)]
pub(super) struct Projections {
    by_table: HashMap<String, Arc<Running>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    stopping: watch::Sender<bool>,
}

/// One projection that is kept up to date.
pub(super) struct Running {
    pub(super) table: Arc<TableDefinition>,
    projector: Arc<dyn Projector>,
    refresh: Refresh,
    store: Arc<dyn Store>,
    progress: watch::Receiver<Progress>,
}

/// How far a projection has come, and what it stands still before.
#[derive(Debug, Clone, Default)]
struct Progress {
    position: Position,
    failure: Option<FoldError>,
}

impl Projections {
    /// Opens a projection's table, builds it anew if it must be, and keeps it up to date from then on.
    pub(super) async fn start(
        &mut self,
        store: &Arc<dyn Store>,
        projector: Arc<dyn Projector>,
        refresh: Refresh,
    ) -> Result<(), BuildError> {
        let table = projector.table();
        if self.by_table.contains_key(&table.name) {
            return Err(BuildError::SameTable { table: table.name.clone() });
        }
        let mut state = store.open_table(Arc::clone(&table)).await?;
        if state.generation == Generation::Next {
            running::build_anew(&**store, &projector, state.checkpoint).await?;
            state = store.open_table(Arc::clone(&table)).await?;
        }
        let start = Progress { position: state.checkpoint, failure: None };
        let (sender, progress) = watch::channel(start);
        match refresh {
            Refresh::OnCommit => store.attach(Arc::clone(&projector)).await?,
            Refresh::Manual => {}
            Refresh::Continuous | Refresh::Every(_) => {
                let every = if let Refresh::Every(pause) = refresh { Some(pause) } else { None };
                let follower = Follower::new(Arc::clone(store), Arc::clone(&projector), state.checkpoint);
                let task = running::follow(follower, every, sender, self.stopping.subscribe());
                self.tasks.get_mut().push(tokio::spawn(task));
            }
        }
        let running =
            Running { table: Arc::clone(&table), projector, refresh, store: Arc::clone(store), progress };
        self.by_table.insert(table.name.clone(), Arc::new(running));
        Ok(())
    }

    pub(super) fn get<P: Projection>(&self) -> Option<&Arc<Running>> {
        self.by_table.get(P::DESCRIPTOR.table)
    }

    pub(super) async fn status(&self, store: &dyn Store) -> Result<Vec<ProjectionStatus>, StoreError> {
        let head = store.head().await?;
        let mut all = Vec::with_capacity(self.by_table.len());
        for running in self.by_table.values() {
            let checkpoint = running.position().await?;
            all.push(ProjectionStatus {
                table: running.table.name.clone(),
                refresh: running.refresh,
                checkpoint,
                lag: head.since(checkpoint),
                failure: running.progress.borrow().failure.clone(),
            });
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

impl Running {
    /// Every event up to here is in the rows, or wanted by none of them.
    pub(super) async fn position(&self) -> Result<Position, StoreError> {
        let seen = self.progress.borrow().position;
        Ok(seen.max(self.store.checkpoint(Arc::clone(&self.table)).await?))
    }

    /// Folds everything up to the newest event now; returns how far the rows have come.
    pub(super) async fn refresh(&self) -> Result<Position, FoldError> {
        let checkpoint = self.position().await?;
        if self.refresh == Refresh::OnCommit {
            return Ok(checkpoint);
        }
        let mut follower = Follower::new(Arc::clone(&self.store), Arc::clone(&self.projector), checkpoint);
        while follower.step().await? {}
        follower.keep_place().await
    }

    /// Waits until the rows include everything up to a position; returns how far they have come.
    pub(super) async fn wait_for(&self, wanted: Position, within: Duration) -> Result<Position, WaitError> {
        let deadline = Instant::now() + within;
        let mut progress = self.progress.clone();
        loop {
            let reached = self.position().await?;
            if reached >= wanted {
                return Ok(reached);
            }
            if let Some(failure) = progress.borrow_and_update().failure.clone() {
                return Err(WaitError::Failed(failure));
            }
            let now = Instant::now();
            if now >= deadline {
                let table = self.table.name.clone();
                return Err(WaitError::Stale { table, wanted, behind: wanted.since(reached) });
            }
            let pause = LOOK_AGAIN.min(deadline - now);
            match (self.refresh, tokio::time::timeout(pause, progress.changed()).await) {
                // These have no task: others move the checkpoint.
                (Refresh::OnCommit | Refresh::Manual, Ok(Err(_))) => tokio::time::sleep(pause).await,
                (_, Ok(Err(_))) => return Err(WaitError::ShuttingDown),
                (_, Ok(Ok(())) | Err(_)) => {}
            }
        }
    }
}
