//! What keeps one projection going: its store, its fold, and where it tells how it is doing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::{Progress, build, follow};
use crate::app::builder::Refresh;
use crate::projector::Projector;
use crate::store::{FoldError, Store, StoreError, StoreErrorKind};

/// One projection as its tasks see it.
pub(super) struct Runner {
    pub(super) store: Arc<dyn Store>,
    pub(super) projector: Arc<dyn Projector>,
    pub(super) refresh: Refresh,
    /// Whose leases these are.
    pub(super) holder: Uuid,
    /// How long a builder that says nothing keeps its lease.
    pub(super) lease: Duration,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) stopping: watch::Receiver<bool>,
}

/// The pauses after failures, each twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A pause that grows with each failure.
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) const fn new() -> Self {
        Self(FIRST_PAUSE)
    }

    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

impl Runner {
    pub(super) fn report(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }

    /// Builds the table where it must be, and has it serve.
    pub(super) async fn prepare(&self) -> Result<(), FoldError> {
        build::build_anew(self).await?;
        self.serve().await
    }

    /// Lets appends fold into a live table where that is wanted, and queries read it.
    pub(super) async fn serve(&self) -> Result<(), FoldError> {
        if self.refresh == Refresh::OnCommit {
            self.store.attach(self.projector.clone()).await?;
        }
        self.report(|progress| progress.is_prepared = true);
        Ok(())
    }

    /// Prepares the table, if that is yet to be done, and keeps it up to date.
    pub(super) async fn keep_up(self: Arc<Self>) -> Result<(), FoldError> {
        if !self.progress.borrow().is_prepared {
            self.prepare().await?;
        }
        follow::follow(&self).await
    }

    /// Builds the table anew that an earlier process has begun, while the live one serves.
    pub(super) async fn finish_rebuild(self: Arc<Self>) -> Result<(), FoldError> {
        build::build_anew(&self).await
    }

    /// Works until the work is done or told to stop. A failure is reported and tried again, ever more rarely, and a panic is a failure.
    pub(super) async fn supervise<W>(self: Arc<Self>, work: fn(Arc<Self>) -> W)
    where
        W: Future<Output = Result<(), FoldError>> + Send + 'static,
    {
        let mut backoff = Backoff::new();
        let mut stopping = self.stopping.clone();
        while !*stopping.borrow() {
            let mut task = tokio::spawn(work(Arc::clone(&self)));
            let ended = tokio::select! {
                ended = &mut task => ended,
                _ = stopping.wait_for(|stopping| *stopping) => {
                    // Between two batches, or at once while it waits: the store writes whole batches.
                    task.abort();
                    return;
                }
            };
            let failure = match ended {
                Ok(Ok(())) => return self.report(|progress| progress.failure = None),
                Ok(Err(FoldError::Store(error))) if error.kind() == StoreErrorKind::Closed => return,
                Ok(Err(error)) => error,
                Err(panic) => StoreError::new(StoreErrorKind::Other, "the projection's task panicked")
                    .because(panic)
                    .into(),
            };
            let pause = backoff.next();
            let table = &self.projector.table().name;
            tracing::error!(table, error = %failure, retry_in = ?pause, "the projection stands still");
            self.report(|progress| progress.failure = Some(failure));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }
}
