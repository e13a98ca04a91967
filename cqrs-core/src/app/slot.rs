//! One aggregate in memory: its state at the newest version that was decided, settled or not.
//!
//! Commands on one aggregate are decided one after the other without waiting for the disk in between: each is decided
//! upon the events of those before it, and their appends form a [`Chain`]. When one of them fails, the whole slot is
//! given up and the next command loads the aggregate anew. Nothing is ever reported to a caller that rests on
//! events which are not settled.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::aggregate::Aggregate;
use crate::envelope::StreamVersion;
use crate::store::Chain;

use super::load::Loaded;

/// One aggregate in memory.
pub(super) struct Slot<A> {
    decided: Mutex<Decided<A>>,
    settled: watch::Sender<Settled>,
}

/// The state after the newest decision.
pub(super) struct Decided<A> {
    pub(super) state: A,
    pub(super) version: StreamVersion,
    pub(super) chain: Chain,
    pub(super) given_up: bool,
}

#[derive(Debug, Clone, Copy)]
struct Settled {
    version: StreamVersion,
    given_up: bool,
}

impl<A: Aggregate> Slot<A> {
    pub(super) fn new(loaded: Loaded<A>) -> Arc<Self> {
        let Loaded { state, version } = loaded;
        Arc::new(Self {
            decided: Mutex::new(Decided { state, version, chain: Chain::default(), given_up: false }),
            settled: watch::Sender::new(Settled { version, given_up: false }),
        })
    }

    /// The state, to decide upon. A panic in a user's decision leaves the slot given up, not the application broken.
    pub(super) fn lock(&self) -> MutexGuard<'_, Decided<A>> {
        self.decided.lock().unwrap_or_else(|poisoned| {
            let mut decided = PoisonError::into_inner(poisoned);
            decided.given_up = true;
            self.settled.send_modify(|settled| settled.given_up = true);
            decided
        })
    }

    /// Notes that everything up to a version is recorded.
    pub(super) fn settle(&self, version: StreamVersion) {
        // Waking nobody costs as much as the rest of a command in memory; a reader that comes later sees the value.
        self.settled.send_if_modified(|settled| {
            settled.version = settled.version.max(version);
            self.settled.receiver_count() > 0
        });
    }

    /// Gives the slot up: what was decided on it is not, or not surely, recorded.
    pub(super) fn give_up(&self) {
        self.lock().given_up = true;
        self.settled.send_modify(|settled| settled.given_up = true);
    }

    /// Whether everything up to a version is recorded already.
    pub(super) fn has_settled(&self, version: StreamVersion) -> bool {
        self.settled.borrow().version >= version
    }

    /// Waits until everything up to a version is recorded; `false` when the slot was given up first.
    pub(super) async fn is_settled(&self, version: StreamVersion) -> bool {
        let mut settled = self.settled.subscribe();
        match settled.wait_for(|settled| settled.given_up || settled.version >= version).await {
            Ok(settled) => settled.version >= version,
            Err(_) => false,
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
