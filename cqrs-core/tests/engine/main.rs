//! What the engine promises, shown on the in-memory store: each test is a sentence of the promise.

#![allow(missing_docs, reason = "tests are read, not called")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod bank;
mod executing;
mod faults;
mod feeding;
mod flaky;
mod idempotency;
mod loading;
mod looking_on;
mod looking_up;
mod projecting;
mod querying;
mod rebuilding;
mod restarting;
mod verifying;
mod watching;
