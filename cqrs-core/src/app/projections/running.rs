//! Folding the log into a table, batch by batch: to build it anew, and to follow it live.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::Progress;
use crate::batch::EventBatch;
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
pub(super) async fn follow(
    store: Arc<dyn Store>,
    projector: Arc<dyn Projector>,
    checkpoint: Position,
    progress: watch::Sender<Progress>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut follower = Follower { store, projector, checkpoint, seen: checkpoint };
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
                        changed = head.changed() => if changed.is_err() { return },
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

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

struct Follower {
    store: Arc<dyn Store>,
    projector: Arc<dyn Projector>,
    /// What the table's checkpoint is believed to be.
    checkpoint: Position,
    /// How far the log was read; nothing wanted lies between the checkpoint and here.
    seen: Position,
}

impl Follower {
    /// Folds one page; says whether there was one.
    async fn step(&mut self) -> Result<bool, FoldError> {
        let batch = read(&*self.store, &self.projector, self.seen).await?;
        let end = batch.end();
        if end <= self.seen {
            return Ok(false);
        }
        if !batch.is_empty() || end.since(self.checkpoint) > UNWANTED_SPAN {
            let (projector, batch) = (Arc::clone(&self.projector), Arc::new(batch));
            match self.store.fold(projector, Generation::Live, self.checkpoint, batch).await {
                Ok(()) => self.checkpoint = end,
                // Another engine keeps the same table up to date: go on from where it is.
                Err(FoldError::Superseded { actual: Some(actual), .. }) => {
                    self.checkpoint = actual;
                    self.seen = actual;
                    return Ok(true);
                }
                Err(error) => return Err(error),
            }
        }
        self.seen = end;
        Ok(true)
    }
}

async fn read(
    store: &dyn Store,
    projector: &Arc<dyn Projector>,
    after: Position,
) -> Result<EventBatch, StoreError> {
    store.read_all(ReadAll { filter: projector.filter().clone(), ..ReadAll::after(after) }).await
}
