//! The in-memory store keeps every promise of a store but to outlive its process.

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
