//! Locks and corpora of hand-written event sets: what serde really reads and writes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod everything;
mod release;
