//! The changes of live tables, told to whoever listens, until the store closes.
//!
//! It holds back a bounded number of changes for a slow listener, who is told of what it missed.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::broadcast;

use crate::envelope::Position;
use crate::store::{RowChange, TableChange};

/// How many changes a listener may fall behind.
const KEPT: usize = 1024;

pub(super) struct Changes {
    /// `None` once the store is closed.
    sender: RwLock<Option<broadcast::Sender<Arc<TableChange>>>>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { sender: RwLock::new(Some(broadcast::Sender::new(KEPT))) }
    }
}

impl Changes {
    /// Tells what a commit changes. Whoever calls this holds the table's lock, so that changes arrive in commit order, and
    /// a listener who reads the table next waits until the rows are written.
    pub(super) fn announce(&self, table: &str, checkpoint: Position, revision: u64, changes: &[RowChange]) {
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sender.as_ref().filter(|sender| sender.receiver_count() > 0) {
            let (table, changes) = (table.to_owned(), changes.to_vec());
            // An error says that the last listener has just left, which is nobody's loss.
            let _ = sender.send(Arc::new(TableChange { table, checkpoint, revision, changes }));
        }
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Arc<TableChange>> {
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        sender.as_ref().map_or_else(|| broadcast::channel(1).1, broadcast::Sender::subscribe)
    }

    /// Ends every listener, once it has heard what was told before.
    pub(super) fn close(&self) {
        *self.sender.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
