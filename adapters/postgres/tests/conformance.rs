//! The promises that every store keeps, kept by this one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use cqrs_conformance::{Persistent, Shared, StoreFactory};
use cqrs_postgres::PostgresStore;
use samples::Place;

/// A schema of its own.
struct InSchema(Place);

impl StoreFactory for InSchema {
    type Store = PostgresStore;

    async fn create() -> Self {
        Self(Place::new())
    }

    async fn open(&self) -> PostgresStore {
        self.0.open().await
    }
}

impl Persistent for InSchema {}

impl Shared for InSchema {}

cqrs_conformance::conformance!(InSchema, persistent, shared);
