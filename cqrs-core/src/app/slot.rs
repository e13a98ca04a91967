//! One aggregate in memory: its state at the newest version that was decided, settled or not.
//!
//! Commands on one aggregate are decided one after the other without waiting for the disk in between: each is decided
//! upon the events of those before it, and their appends form a [`Chain`]. When one of them fails, the whole slot is
//! given up and the next command loads the aggregate anew. Nothing is ever reported to a caller that rests on
//! events which are not settled.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::aggregate::Aggregate;
use crate::envelope::StreamVersion;
use crate::store::Chain;

use super::load::Loaded;

/// One aggregate in memory.
pub(super) struct Slot<A> {
    decided: Mutex<Decided<A>>,
    /// The version up to which everything is recorded.
    settled: AtomicU64,
    given_up: AtomicBool,
    /// Told whenever one of the two has changed.
    news: Notify,
}

/// The state after the newest decision.
pub(super) struct Decided<A> {
    pub(super) state: A,
    pub(super) version: StreamVersion,
    pub(super) chain: Chain,
    pub(super) given_up: bool,
}

impl<A: Aggregate> Slot<A> {
    pub(super) fn new(loaded: Loaded<A>) -> Arc<Self> {
        let Loaded { state, version } = loaded;
        Arc::new(Self {
            decided: Mutex::new(Decided { state, version, chain: Chain::default(), given_up: false }),
            settled: AtomicU64::new(version.get()),
            given_up: AtomicBool::new(false),
            news: Notify::new(),
        })
    }

    /// The state, to decide upon. A panic in a user's decision leaves the slot given up, not the application broken.
    pub(super) fn lock(&self) -> MutexGuard<'_, Decided<A>> {
        self.decided.lock().unwrap_or_else(|poisoned| {
            let mut decided = PoisonError::into_inner(poisoned);
            decided.given_up = true;
            self.note_given_up();
            decided
        })
    }

    /// Notes that everything up to a version is recorded.
    pub(super) fn settle(&self, version: StreamVersion) {
        self.settled.fetch_max(version.get(), Ordering::AcqRel);
        self.news.notify_waiters();
    }

    /// Gives the slot up: what was decided on it is not, or not surely, recorded.
    pub(super) fn give_up(&self) {
        self.lock().given_up = true;
        self.note_given_up();
    }

    fn note_given_up(&self) {
        self.given_up.store(true, Ordering::Release);
        self.news.notify_waiters();
    }

    /// Whether everything up to a version is recorded already.
    pub(super) fn has_settled(&self, version: StreamVersion) -> bool {
        self.settled.load(Ordering::Acquire) >= version.get()
    }

    /// Waits until everything up to a version is recorded; `false` when the slot was given up first.
    pub(super) async fn is_settled(&self, version: StreamVersion) -> bool {
        loop {
            // Listened for before the look, so that nothing is missed in between.
            let news = self.news.notified();
            if self.has_settled(version) {
                return true;
            }
            if self.given_up.load(Ordering::Acquire) {
                return false;
            }
            news.await;
        }
    }
}

/// Gives a slot up unless the append that it stands for is heard of: a caller may drop its future half way.
pub(super) struct Pending<A: Aggregate> {
    slot: Option<Arc<Slot<A>>>,
}

impl<A: Aggregate> Pending<A> {
    pub(super) fn new(slot: &Arc<Slot<A>>) -> Self {
        Self { slot: Some(Arc::clone(slot)) }
    }

    /// The append succeeded.
    pub(super) fn settle(mut self, version: StreamVersion) {
        if let Some(slot) = self.slot.take() {
            slot.settle(version);
        }
    }
}

impl<A: Aggregate> Drop for Pending<A> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            slot.give_up();
        }
    }
}
