//! Control over one projection of a running application: how it is doing, building it anew, pausing it, its dead letters.

use std::sync::Arc;

use super::{ProjectionStatus, Running};
use crate::app::builder::Refresh;
use crate::envelope::Position;
use crate::store::{DeadLetter, DeadLetterQuery, FoldError, Retried, StoreError};

/// One projection of an application, to look after; see [`App::projection`](crate::App::projection).
///
/// What it does holds for every process on the same database: a command line of one's own can pause what a server folds.
#[derive(Clone)]
pub struct ProjectionHandle {
    pub(in crate::app) running: Arc<Running>,
}

/// How many events a retry folds in one transaction.
const RETRY_PAGE: usize = 1000;

impl ProjectionHandle {
    /// The name of its table.
    pub fn table(&self) -> &str {
        &self.running.table.name
    }

    /// How the projection is doing.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn status(&self) -> Result<ProjectionStatus, StoreError> {
        self.running.status().await
    }

    /// Builds the rows anew beside the live ones, which serve until the new ones have caught up and take their place in one
    /// transaction. Its progress is in [`status`](Self::status). Interrupted, it goes on where it was when asked again, or beside the
    /// live rows when an application with this projection starts.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn rebuild(&self) -> Result<(), FoldError> {
        self.running.rebuild().await
    }

    /// Folds what has been recorded until now, whatever the projection's refresh, and first builds the rows where they are of another
    /// definition; returns how far they have come. Another process that folds the same table at the same time is no harm.
    ///
    /// # Errors
    ///
    /// When the projection is paused, or the store fails.
    pub async fn catch_up(&self) -> Result<Position, FoldError> {
        self.running.catch_up().await
    }

    /// Pauses the projection, in the database: no process folds into it until it is resumed.
    ///
    /// # Errors
    ///
    /// When the projection folds on commit, where a pause would refuse every command, or when the store fails.
    pub async fn pause(&self) -> Result<(), StoreError> {
        if self.running.runner.refresh == Refresh::OnCommit {
            let table = &self.running.table.name;
            return Err(StoreError::invalid(format!(
                "`{table}` folds on commit and cannot be paused: add it with another refresh first"
            )));
        }
        self.running.runner.store.set_paused(Arc::clone(&self.running.table), true).await
    }

    /// Lets a paused projection go on.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn resume(&self) -> Result<(), StoreError> {
        self.running.runner.store.set_paused(Arc::clone(&self.running.table), false).await
    }

    /// The dead letters of up to `limit` events after a position.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn dead_letters(&self, after: Position, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let (table, until) = (Arc::clone(&self.running.table), Position::MAX);
        self.running.runner.store.dead_letters(DeadLetterQuery { table, after, until, limit }).await
    }

    /// Folds all dead letters again, as after a fix: what can be taken in is, in order, and the rest stays.
    ///
    /// # Errors
    ///
    /// When the store fails; what was taken in before stays so.
    pub async fn retry_dead_letters(&self) -> Result<Retried, FoldError> {
        let runner = &self.running.runner;
        let mut all = Retried::default();
        loop {
            let after = all.last.unwrap_or(Position::START);
            let page =
                runner.store.retry_dead_letters(Arc::clone(&runner.projector), after, RETRY_PAGE).await?;
            if page.last.is_none() {
                return Ok(all);
            }
            all.taken_in += page.taken_in;
            all.left += page.left;
            all.last = page.last;
        }
    }

    /// Skips an event that cannot be taken in, for a reason that is kept, and takes in what waited behind it.
    ///
    /// # Errors
    ///
    /// When no event failed at this position, or the store fails.
    pub async fn skip_dead_letter(
        &self,
        position: Position,
        reason: impl Into<String>,
    ) -> Result<Retried, FoldError> {
        let table = Arc::clone(&self.running.table);
        let name = table.name.clone();
        let skipped = self.running.runner.store.skip_dead_letter(table, position, reason.into()).await?;
        if skipped == 0 {
            let message = format!("`{name}` has no failed event at position {position}");
            return Err(StoreError::invalid(message).into());
        }
        self.retry_dead_letters().await
    }
}
