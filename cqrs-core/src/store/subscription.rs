//! Conveniences over every event store: whole reads, and subscriptions that catch up and then follow live.

use tokio::sync::watch;

use super::{EventFilter, EventStore, ReadAll, ReadStream, StoreError};
use crate::batch::EventBatch;
use crate::envelope::{Position, RecordedEvent, StreamVersion};

/// Conveniences over every event store.
#[allow(async_fn_in_trait)]
pub trait EventStoreExt: EventStore {
    /// Follows all events above a position that pass a filter: those that are there, then those that come.
    fn subscribe(&self, after: Position, filter: EventFilter) -> Subscription<'_, Self> {
        let head = self.watch_head();
        Subscription { store: self, head, read: ReadAll { filter, ..ReadAll::after(after) } }
    }

    /// Reads a stream to its end and collects it; for tests and tools, as it holds the whole stream in memory.
    fn collect_stream(
        &self,
        mut read: ReadStream,
    ) -> impl Future<Output = Result<Vec<RecordedEvent>, StoreError>> + Send {
        async move {
            let mut events = Vec::new();
            loop {
                let page = self.read_stream(read.clone()).await?;
                let Some(last) = page.last() else { return Ok(events) };
                read.from = match read.direction {
                    super::Direction::Forward => last.version().plus(1),
                    super::Direction::Backward => StreamVersion::new(last.version().get() - 1),
                };
                events.extend(page.iter().map(|event| event.to_recorded()));
                if read.from == StreamVersion::EMPTY {
                    return Ok(events);
                }
            }
        }
    }
}

impl<S: EventStore + ?Sized> EventStoreExt for S {}

/// A reader that has its own place in the order of all events.
///
/// It holds one page in memory, and never skips nor repeats an event however slowly it is read.
pub struct Subscription<'a, S: ?Sized> {
    store: &'a S,
    head: watch::Receiver<Position>,
    read: ReadAll,
}

impl<S: EventStore + ?Sized> Subscription<'_, S> {
    /// The next events, at least one; waits until there are some.
    ///
    /// Safe to drop half way: the place only moves when a batch is returned.
    ///
    /// # Errors
    ///
    /// When the database fails or the store is closed. The place has not moved; the next call tries again.
    pub async fn next(&mut self) -> Result<EventBatch, StoreError> {
        loop {
            let before = *self.head.borrow_and_update();
            let batch = self.store.read_all(self.read.clone()).await?;
            let moved = batch.end() > self.read.after;
            self.read.after = self.read.after.max(batch.end());
            if !batch.is_empty() {
                return Ok(batch);
            }
            if !moved && *self.head.borrow() <= before {
                self.head.changed().await.map_err(|_| StoreError::closed())?;
            }
        }
    }

    /// The position up to which everything was returned.
    pub fn position(&self) -> Position {
        self.read.after
    }

    /// How many positions lie between this reader and the newest event; 0 when it is caught up.
    pub fn lag(&self) -> u64 {
        self.head.borrow().since(self.read.after)
    }

    /// At most this many events are returned at once.
    #[must_use]
    pub fn with_page(mut self, events: usize) -> Self {
        self.read.limit = events.max(1);
        self
    }
}
