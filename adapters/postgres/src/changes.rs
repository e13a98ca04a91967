//! Telling this process what its commits have changed, in their order.
//!
//! Several connections may commit changes of one table one right after the other. So whoever changes a live table has its turn from before the
//! commit until it has told of it. A turn comes after the lock on the table and before that on the table's row, so that nobody waits
//! for a turn whose holder waits for him.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cqrs_core::store::{StoreError, TableChange};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

use crate::error::Outcome;

/// How many changes a slow listener may fall behind before it is told so.
const CHANGES: usize = 1024;

/// The listeners of this process, and whose turn it is to commit.
pub(crate) struct Changes {
    /// `None` once the store is closed.
    sender: Mutex<Option<broadcast::Sender<Arc<TableChange>>>>,
    turns: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The turn to change a table and to tell of it, which ends when this is dropped.
pub(crate) struct Turn(#[allow(dead_code, reason = "held for its end alone")] OwnedSemaphorePermit);

impl Default for Changes {
    fn default() -> Self {
        Self { sender: Mutex::new(Some(broadcast::Sender::new(CHANGES))), turns: Mutex::default() }
    }
}

impl Changes {
    /// Waits until nobody else of this process is about to commit changes of a table.
    pub(crate) async fn turn(&self, table: &str) -> Outcome<Turn> {
        let turns = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(table.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        turns.acquire_owned().await.map(Turn).map_err(|_| StoreError::closed())
    }

    /// Tells the listeners of a commit.
    pub(crate) fn tell(&self, change: TableChange) {
        if change.changes.is_empty() {
            return;
        }
        if let Some(sender) = &*self.sender() {
            // An error says that nobody listens, which is nobody's loss.
            let _ = sender.send(Arc::new(change));
        }
    }

    /// A new listener.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<TableChange>> {
        match &*self.sender() {
            Some(sender) => sender.subscribe(),
            None => broadcast::channel(1).1,
        }
    }

    /// Tells the listeners that nothing will come any more.
    pub(crate) fn close(&self) {
        *self.sender() = None;
    }

    fn sender(&self) -> MutexGuard<'_, Option<broadcast::Sender<Arc<TableChange>>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
