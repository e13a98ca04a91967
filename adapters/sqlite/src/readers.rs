//! The connections that read: a few, opened as they are needed, each used by one read at a time.
//!
//! Reads run on the runtime's blocking threads, see only what is committed, and never wait for the writer. They cannot write:
//! their connections may not.

use std::sync::{Arc, Mutex, PoisonError};

use cqrs_core::store::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::cells::order;
use crate::error::{OrStoreError, Outcome};
use crate::open::{Setup, open_reader};
use crate::read::TypeNames;

/// A connection that reads, with what it has seen of the event types.
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    pub(crate) names: TypeNames,
}

/// The connections that read.
pub(crate) struct Readers {
    setup: Arc<Setup>,
    permits: Arc<Semaphore>,
    count: u32,
    idle: Arc<Mutex<Vec<Reader>>>,
}

impl Readers {
    pub(crate) fn new(setup: Arc<Setup>, count: usize) -> Self {
        let count = u32::try_from(count.clamp(1, 1024)).unwrap_or(1);
        let permits = Arc::new(Semaphore::new(count as usize));
        Self { setup, permits, count, idle: Arc::default() }
    }

    /// Runs a read on a connection of its own, as soon as one is free. The read goes on when its future is dropped.
    pub(crate) async fn run<T, E>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::closed())?;
        let (setup, idle) = (Arc::clone(&self.setup), Arc::clone(&self.idle));
        let reading = tokio::task::spawn_blocking(move || {
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = match kept {
                Some(reader) => reader,
                None => open(&setup)?,
            };
            let outcome = read(&mut reader);
            // A reader that is half way through anything is not used again.
            if reader.connection.is_autocommit() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            }
            drop(permit);
            outcome
        });
        match reading.await {
            Ok(outcome) => outcome,
            Err(error) if error.is_panic() => {
                Err(StoreError::new(StoreErrorKind::Other, "a read panicked").because(error).into())
            }
            Err(_) => Err(StoreError::closed().into()),
        }
    }

    /// Refuses later reads, waits for those that run, and closes all connections.
    pub(crate) async fn close(&self) {
        // An error says that another call of this function got here first.
        if let Ok(permits) = self.permits.acquire_many(self.count).await {
            permits.forget();
            self.permits.close();
        }
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        drop(idle);
    }
}

fn open(setup: &Setup) -> Outcome<Reader> {
    let connection = open_reader(setup)?;
    order::register(&connection).or_store_error()?;
    rusqlite::vtab::array::load_module(&connection).or_store_error()?;
    Ok(Reader { connection, names: TypeNames::default() })
}
