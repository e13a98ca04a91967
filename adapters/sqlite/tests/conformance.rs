//! The promises that every store keeps, kept by this one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use cqrs_conformance::{Persistent, Shared, StoreFactory};
use cqrs_sqlite::SqliteStore;
use tempfile::TempDir;

/// A file in a folder of its own.
struct OnDisk(TempDir);

impl StoreFactory for OnDisk {
    type Store = SqliteStore;

    async fn create() -> Self {
        Self(TempDir::new().expect("a folder for the test"))
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.0.path().join("store.db")).await.expect("the store opens")
    }
}

impl Persistent for OnDisk {}

impl Shared for OnDisk {}

cqrs_conformance::conformance!(OnDisk, persistent, shared);
