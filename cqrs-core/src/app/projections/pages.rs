//! Pages of the events that a projection wants, the next one read while the one before is folded.

use std::sync::Arc;

use super::runner::Runner;
use crate::batch::EventBatch;
use crate::envelope::Position;
use crate::store::{ReadAll, StoreError};

/// The events of one page. Each page writes every row that it touches once, so that larger ones make a long log cheaper; how much
/// memory a page takes is bounded by the bytes of its payloads besides.
const PAGE: usize = 4 * ReadAll::PAGE;

/// A reader of the log that is at most one page ahead of its projection.
pub(super) struct Pages<'a> {
    runner: &'a Runner,
    /// A page that is not empty, and the position that it follows.
    ahead: Option<(Position, Arc<EventBatch>)>,
}

impl<'a> Pages<'a> {
    pub(super) const fn new(runner: &'a Runner) -> Self {
        Self { runner, ahead: None }
    }

    /// The page after a position.
    pub(super) async fn after(&mut self, position: Position) -> Result<Arc<EventBatch>, StoreError> {
        match self.ahead.take() {
            Some((after, page)) if after == position => Ok(page),
            _ => self.read(position).await,
        }
    }

    /// Does some work on a page that ends here, while the page behind it is read.
    pub(super) async fn read_beside<T>(&mut self, end: Position, work: impl Future<Output = T>) -> T {
        if *self.runner.store.watch_head().borrow() <= end {
            return work.await;
        }
        let (done, next) = tokio::join!(work, self.read(end));
        // What failed is read again, and fails then. An empty page says nothing of what is recorded later.
        self.ahead = next.ok().filter(|page| page.end() > end).map(|page| (end, page));
        done
    }

    async fn read(&self, after: Position) -> Result<Arc<EventBatch>, StoreError> {
        let filter = self.runner.projector.filter().clone();
        let read = ReadAll { filter, limit: PAGE, ..ReadAll::after(after) };
        self.runner.store.read_all(read).await.map(Arc::new)
    }
}
