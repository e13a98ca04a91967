//! The in-memory store keeps every promise of a store but to outlive its process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use cqrs_conformance::StoreFactory;
use cqrs_core::MemoryStore;

struct InMemory;

impl StoreFactory for InMemory {
    type Store = MemoryStore;

    async fn create() -> Self {
        InMemory
    }

    async fn open(&self) -> MemoryStore {
        MemoryStore::new()
    }
}

cqrs_conformance::conformance!(InMemory);
