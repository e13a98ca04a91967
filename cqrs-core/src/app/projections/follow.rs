//! Folding the log into a live table, batch by batch, as it grows.
//!
//! Of all engines that keep a table up to date, one folds and the others look on: who finds its batch folded by another engine is from then
//! on an onlooker, and folds again once the rows have stood still for a moment. The checkpoint is all that they tell each other by, so
//! that there is nothing to give back and nothing to expire when an engine dies; that two fold at once would be no harm.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

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

/// How long the rows stand still, with events to take in, before an onlooker folds them itself.
const PATIENCE: Duration = Duration::from_millis(250);

/// The pauses of an onlooker between two looks at rows that are behind, each twice as long as the one before.
const FIRST_LOOK: Duration = Duration::from_millis(2);
const LONGEST_LOOK: Duration = Duration::from_millis(50);

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
    let (mut backoff, mut looks_on) = (Backoff::new(), false);
    loop {
        head.mark_unchanged();
        let step = match looks_on {
            false => follower.step().await,
            true => follower.look_on(&mut head, every).await.map(|()| Step::Moved),
        };
        match step {
            Ok(step) => {
                backoff = Backoff::new();
                follower.report(&head);
                looks_on = step == Step::Outrun;
                if step == Step::CaughtUp && rest(&mut head, every).await.is_err() {
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

/// What came of a step of a [`Follower`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The rows have come further.
    Moved,
    /// There was nothing to read.
    CaughtUp,
    /// Another engine had taken the events in.
    Outrun,
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

    /// Folds one page, where there is one.
    pub(super) async fn step(&mut self) -> Result<Step, FoldError> {
        let batch = self.pages.after(self.seen).await?;
        let end = batch.end();
        if end <= self.seen {
            return Ok(Step::CaughtUp);
        }
        if !batch.is_empty() || end.since(self.checkpoint) > UNWANTED_SPAN {
            return self.fold(batch).await;
        }
        self.seen = end;
        Ok(Step::Moved)
    }

    /// Looks on while another engine keeps the table up to date, until the rows have stood still for too long.
    async fn look_on(
        &mut self,
        head: &mut watch::Receiver<Position>,
        every: Option<Duration>,
    ) -> Result<(), FoldError> {
        let patience = PATIENCE + every.unwrap_or_default();
        let (mut since, mut pause) = (Instant::now(), FIRST_LOOK);
        loop {
            let newest = *head.borrow_and_update();
            let checkpoint = self.runner.store.checkpoint(self.runner.projector.table()).await?;
            if checkpoint > self.seen {
                self.go_on_from(checkpoint);
                self.report(head);
                (since, pause) = (Instant::now(), FIRST_LOOK);
            }
            if self.seen >= newest {
                // An error says that the store is closed, which the next step finds out.
                if head.changed().await.is_err() {
                    return Ok(());
                }
                (since, pause) = (Instant::now(), FIRST_LOOK);
            } else if since.elapsed() < patience {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_LOOK);
            } else {
                return Ok(());
            }
        }
    }

    /// Reports how far the rows have come.
    fn report(&self, head: &watch::Receiver<Position>) {
        let (position, table) = (self.seen, self.runner.projector.table());
        let lag = head.borrow().since(position);
        tracing::trace!(gauge.cqrs_projection_lag = lag, table = table.name);
        self.runner.report(|progress| {
            (progress.position, progress.is_paused, progress.failure) = (position, false, None);
        });
    }

    /// Takes a checkpoint for what another engine has come to.
    fn go_on_from(&mut self, checkpoint: Position) {
        (self.checkpoint, self.seen) = (checkpoint, checkpoint);
    }

    /// Folds a batch, or goes on from where another engine is that keeps the same table up to date.
    async fn fold(&mut self, batch: Arc<EventBatch>) -> Result<Step, FoldError> {
        let (projector, end, events) = (&self.runner.projector, batch.end(), batch.len() as u64);
        let folded = self.runner.store.fold(Arc::clone(projector), Generation::Live, self.checkpoint, batch);
        match self.pages.read_beside(end, folded).await {
            Ok(failed) => {
                let table = projector.table();
                tracing::trace!(monotonic_counter.cqrs_projection_events = events, table = table.name);
                super::tell(&table.name, &failed);
                self.go_on_from(end);
                Ok(Step::Moved)
            }
            Err(FoldError::Superseded { actual: Some(actual), .. }) => {
                self.go_on_from(actual);
                Ok(Step::Outrun)
            }
            Err(error) => Err(error),
        }
    }
}
