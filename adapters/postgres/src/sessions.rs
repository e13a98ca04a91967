//! The pool: a few connections, opened as they are needed, each used by one call at a time.
//!
//! A connection that is left within a transaction, or with an answer that nobody wants, is not used again. A call that was given up half
//! way leaves its connection to the next one, which is answered after it.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_core::store::{StoreError, StoreErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connect::{Purpose, Session, Setup};
use crate::error::Outcome;

/// The connections that calls are made on.
pub(crate) struct Sessions {
    setup: Arc<Setup>,
    permits: Arc<Semaphore>,
    count: u32,
    idle: Arc<Mutex<Vec<Arc<Session>>>>,
}

/// A connection while it is lent: one call has it to itself.
pub(crate) struct Lent {
    session: Arc<Session>,
    idle: Arc<Mutex<Vec<Arc<Session>>>>,
    _permit: OwnedSemaphorePermit,
}

impl Sessions {
    pub(crate) fn new(setup: Arc<Setup>, count: usize) -> Self {
        let count = u32::try_from(count.clamp(1, 1024)).unwrap_or(1);
        let permits = Arc::new(Semaphore::new(count as usize));
        Self { setup, permits, count, idle: Arc::default() }
    }

    /// Lends a connection as soon as one is free.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Closed`] after [`close`](Self::close); when the database cannot be reached.
    pub(crate) async fn lend(&self) -> Outcome<Lent> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::closed())?;
        if let Some(session) = self.kept() {
            return Ok(Lent { session, idle: Arc::clone(&self.idle), _permit: permit });
        }
        // A connection is made to its end, and kept for the next call where this one is given up.
        let (setup, idle) = (Arc::clone(&self.setup), Arc::clone(&self.idle));
        let opening = tokio::spawn(async move {
            let session = Session::open(&setup, Purpose::Any, None).await?;
            Ok(Lent { session: Arc::new(session), idle, _permit: permit })
        });
        let ended = |error| StoreError::new(StoreErrorKind::Closed, "the runtime has ended").because(error);
        opening.await.map_err(ended)?
    }

    fn kept(&self) -> Option<Arc<Session>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(|session| session.is_clean())
    }

    /// Refuses later calls, waits for those that run, and closes all connections.
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

impl Deref for Lent {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl Drop for Lent {
    /// Lets the next call use the connection, if it is of use.
    fn drop(&mut self) {
        if self.session.is_clean() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&self.session));
        }
    }
}
