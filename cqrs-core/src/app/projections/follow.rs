//! Folding the log into a live table, batch by batch, as it grows.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::pages::Pages;
use super::runner::{Backoff, Runner};
use crate::app::builder::Refresh;
use crate::batch::{BatchBuilder, EventBatch};
use crate::envelope::Position;
use crate::store::{FoldError, Generation};

/// How far a checkpoint may stay behind what was read when no event in between was wanted: it saves a write for each
/// unwanted page, and costs a restart at most this much reading.
const UNWANTED_SPAN: u64 = 50_000;

/// How often a paused projection asks whether it may go on.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Keeps a live table up to date until it fails for long. With a schedule, it rests that long after each time that it has caught up.
pub(super) async fn follow(runner: &Arc<Runner>) -> Result<(), FoldError> {
    let table = runner.projector.table();
    let checkpoint = runner.store.checkpoint(Arc::clone(&table)).await?;
    runner.report(|progress| {
        progress.failure = None;
        progress.position = progress.position.max(checkpoint);
    });
    let every = match runner.refresh {
        Refresh::OnCommit | Refresh::Manual => return Ok(()),
        Refresh::Continuous => None,
        Refresh::Every(pause) => Some(pause),
    };
    let mut follower = Follower::new(runner, checkpoint);
    let mut head = runner.store.watch_head();
    let mut backoff = Backoff::new();
    loop {
        head.mark_unchanged();
        match follower.step().await {
            Ok(moved) => {
                backoff = Backoff::new();
                let position = follower.seen;
                let lag = head.borrow().since(position);
                tracing::trace!(gauge.cqrs_projection_lag = lag, table = table.name);
                runner.report(|progress| {
                    (progress.position, progress.is_paused, progress.failure) = (position, false, None);
                });
                if !moved && rest(&mut head, every).await.is_err() {
                    return Ok(());
                }
            }
            Err(FoldError::Paused { .. }) => {
                runner.report(|progress| progress.is_paused = true);
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            // The supervisor begins anew after the longer pauses; what is over in a moment is tried here.
            Err(FoldError::Store(error)) if error.is_retryable() => {
                tracing::warn!(table = table.name, %error, "a batch is folded again");
                tokio::time::sleep(backoff.next()).await;
            }
            Err(error) => return Err(error),
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

/// A reader of the log that folds what it reads into a live table.
pub(super) struct Follower<'a> {
    runner: &'a Runner,
    pages: Pages<'a>,
    /// What the table's checkpoint is believed to be.
    checkpoint: Position,
    /// How far the log was read; nothing wanted lies between the checkpoint and here.
    seen: Position,
}

impl<'a> Follower<'a> {
    pub(super) const fn new(runner: &'a Runner, checkpoint: Position) -> Self {
        Self { runner, pages: Pages::new(runner), checkpoint, seen: checkpoint }
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
        let batch = self.pages.after(self.seen).await?;
        let end = batch.end();
        if end <= self.seen {
            return Ok(false);
        }
        if !batch.is_empty() || end.since(self.checkpoint) > UNWANTED_SPAN {
            self.fold(batch).await?;
        } else {
            self.seen = end;
        }
        Ok(true)
    }

    /// Folds a batch, or goes on from where another engine is that keeps the same table up to date.
    async fn fold(&mut self, batch: Arc<EventBatch>) -> Result<(), FoldError> {
        let (projector, end, events) = (&self.runner.projector, batch.end(), batch.len() as u64);
        let folded = self.runner.store.fold(Arc::clone(projector), Generation::Live, self.checkpoint, batch);
        self.checkpoint = match self.pages.read_beside(end, folded).await {
            Ok(failed) => {
                let table = projector.table();
                tracing::trace!(monotonic_counter.cqrs_projection_events = events, table = table.name);
                super::tell(&table.name, &failed);
                end
            }
            Err(FoldError::Superseded { actual: Some(actual), .. }) => actual,
            Err(error) => return Err(error),
        };
        self.seen = self.checkpoint;
        Ok(())
    }
}
