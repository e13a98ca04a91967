//! Folding the log into a table, batch by batch: to build it anew, and to follow it live.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::Progress;
use crate::batch::{BatchBuilder, EventBatch};
use crate::envelope::Position;
use crate::projector::Projector;
use crate::store::{FoldError, Generation, ReadAll, Store, StoreError, StoreErrorKind};

/// How far a checkpoint may stay behind what was read when no event in between was wanted: it saves a write for each
/// unwanted page, and costs a restart at most this much reading.
const UNWANTED_SPAN: u64 = 50_000;

/// Builds the next generation of a table up to the head and puts it in the place of the live one.
pub(super) async fn build_anew(
    store: &dyn Store,
    projector: &Arc<dyn Projector>,
    from: Position,
) -> Result<(), FoldError> {
    let table = projector.table();
    tracing::info!(table = table.name, "the projection's definition has changed; its rows are built anew");
    let mut checkpoint = from;
    loop {
        let batch = read(store, projector, checkpoint).await?;
        if batch.end() <= checkpoint {
            break;
        }
        let end = batch.end();
        store.fold(Arc::clone(projector), Generation::Next, checkpoint, Arc::new(batch)).await?;
        checkpoint = end;
        tracing::debug!(table = table.name, position = %end, "building");
    }
    match store.promote(Arc::clone(&table)).await {
        // Another engine built and swapped the same definition first.
        Err(error) if error.kind() == StoreErrorKind::Superseded => {}
        outcome => outcome?,
    }
    tracing::info!(table = table.name, position = %checkpoint, "the new rows serve");
    Ok(())
}

/// Keeps a live table up to date until told to stop. Errors are reported in `progress` and tried again, ever more rarely.
/// With `every`, it rests that long after each time that it has caught up.
pub(super) async fn follow(
    mut follower: Follower,
    every: Option<Duration>,
    progress: watch::Sender<Progress>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut head = follower.store.watch_head();
    let mut pause = FIRST_PAUSE;
    while !*stopping.borrow() {
        head.mark_unchanged();
        let outcome = tokio::select! {
            outcome = follower.step() => outcome,
            _ = stopping.changed() => return,
        };
        match outcome {
            Ok(moved) => {
                pause = FIRST_PAUSE;
                progress.send_replace(Progress { position: follower.seen, failure: None });
                if !moved {
                    tokio::select! {
                        changed = rest(&mut head, every) => if changed.is_err() { return },
                        _ = stopping.changed() => return,
                    }
                }
            }
            Err(FoldError::Store(error)) if error.kind() == StoreErrorKind::Closed => return,
            Err(error) => {
                let table = &follower.projector.table().name;
                tracing::error!(table, %error, retry_in = ?pause, "the projection stands still");
                progress.send_replace(Progress { position: follower.seen, failure: Some(error) });
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = stopping.changed() => return,
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Waits for the head to move, and for the time to pass where there is one.
async fn rest(
    head: &mut watch::Receiver<Position>,
    every: Option<Duration>,
) -> Result<(), watch::error::RecvError> {
    if let Some(pause) = every {
        tokio::time::sleep(pause).await;
    }
    head.changed().await
}

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A reader of the log that folds what it reads into a live table.
pub(super) struct Follower {
    store: Arc<dyn Store>,
    projector: Arc<dyn Projector>,
    /// What the table's checkpoint is believed to be.
    checkpoint: Position,
    /// How far the log was read; nothing wanted lies between the checkpoint and here.
    seen: Position,
}

impl Follower {
    pub(super) fn new(store: Arc<dyn Store>, projector: Arc<dyn Projector>, checkpoint: Position) -> Self {
        Self { store, projector, checkpoint, seen: checkpoint }
    }

    /// Moves the table's checkpoint up to what was read, where nothing in between was wanted; returns it.
    pub(super) async fn keep_place(&mut self) -> Result<Position, FoldError> {
        if self.checkpoint < self.seen {
            let nothing = Arc::new(BatchBuilder::default().finish(self.seen));
            self.fold(nothing).await?;
        }
        Ok(self.seen)
    }

    /// Folds one page; says whether there was one.
    pub(super) async fn step(&mut self) -> Result<bool, FoldError> {
        let batch = read(&*self.store, &self.projector, self.seen).await?;
        let end = batch.end();
        if end <= self.seen {
            return Ok(false);
        }
        if !batch.is_empty() || end.since(self.checkpoint) > UNWANTED_SPAN {
            self.fold(Arc::new(batch)).await?;
        } else {
            self.seen = end;
        }
        Ok(true)
    }

    /// Folds a batch, or goes on from where another engine is that keeps the same table up to date.
    async fn fold(&mut self, batch: Arc<EventBatch>) -> Result<(), FoldError> {
        let end = batch.end();
        let folded =
            self.store.fold(Arc::clone(&self.projector), Generation::Live, self.checkpoint, batch).await;
        self.checkpoint = match folded {
            Ok(()) => end,
            Err(FoldError::Superseded { actual: Some(actual), .. }) => actual,
            Err(error) => return Err(error),
        };
        self.seen = self.checkpoint;
        Ok(())
    }
}

async fn read(
    store: &dyn Store,
    projector: &Arc<dyn Projector>,
    after: Position,
) -> Result<EventBatch, StoreError> {
    store.read_all(ReadAll { filter: projector.filter().clone(), ..ReadAll::after(after) }).await
}
