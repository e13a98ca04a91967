//! Every promise of a store as a named test that any adapter runs.
//!
//! An adapter implements [`StoreFactory`], says what else its storage can do with [`Persistent`] and [`Shared`], and has
//! its tests generated in one line. A promise is one function, named as the sentence that it checks; a promise that a
//! storage cannot keep by its nature is not generated for it, so that no test passes without checking anything.
//!
//! ```
//! use cqrs_conformance::StoreFactory;
//! use cqrs_core::MemoryStore;
//!
//! struct InMemory;
//!
//! impl StoreFactory for InMemory {
//!     type Store = MemoryStore;
//!
//!     async fn create() -> Self {
//!         InMemory
//!     }
//!
//!     async fn open(&self) -> MemoryStore {
//!         MemoryStore::new()
//!     }
//! }
//!
//! cqrs_conformance::conformance!(InMemory);
//! # fn main() {}
//! ```
//!
//! A database on disk adds `impl Persistent for …` and writes `conformance!(OnDisk, persistent)`; one that several processes
//! may open at once adds `impl Shared for …` too and writes `conformance!(OnDisk, persistent, shared)`. The line
//! stands in a file of `tests/`, where each promise becomes a test such as `append::a_conflict_names_both_versions`, in a runtime
//! of its own with several threads and a deadline.

#![forbid(unsafe_code)]
// A check that fails panics, with what was expected: that is what this crate is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod balances;
mod domain;
mod promises;
mod property;
mod samples;
mod scripted;

pub mod append;
pub mod chains;
pub mod changes;
pub mod closing;
pub mod dead_letters;
pub mod envelope;
pub mod feeds;
pub mod filters;
pub mod generations;
pub mod idempotency;
pub mod limits;
pub mod lookups;
pub mod on_commit;
pub mod order;
pub mod pages;
pub mod read_models;
pub mod reading;
pub mod reading_all;
pub mod refreshes;
pub mod reopening;
pub mod sharing;
pub mod snapshots;
pub mod subscriptions;
pub mod values;

use std::time::Duration;

use cqrs_core::store::Store;

/// One storage, made for one test, and the way to open it.
pub trait StoreFactory: Sized + Send + Sync + 'static {
    /// The store under test.
    type Store: Store;

    /// Makes an empty storage that no other test uses; it may go when the factory is dropped. It panics where it
    /// cannot, so that a missing database fails the test.
    fn create() -> impl Future<Output = Self> + Send;

    /// Opens the storage. Called once, unless the storage is [`Persistent`] or [`Shared`].
    fn open(&self) -> impl Future<Output = Self::Store> + Send;
}

/// A storage that outlives its stores: opened again, after the store before was closed or dropped, it holds all that was
/// acknowledged.
pub trait Persistent: StoreFactory {}

/// A storage that may be opened again while it is open, as several processes do.
pub trait Shared: Persistent {}

/// How long a promise may take before its test fails.
const DEADLINE: Duration = Duration::from_secs(300);

/// Runs one promise on a storage of its own; for the tests that [`conformance!`] generates.
#[doc(hidden)]
pub fn run<F: StoreFactory, T: Future<Output = ()>>(promise: impl FnOnce(F) -> T) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let factory = F::create().await;
        let checked = tokio::time::timeout(DEADLINE, promise(factory)).await;
        assert!(checked.is_ok(), "the promise was neither kept nor broken within {DEADLINE:?}");
    });
}
