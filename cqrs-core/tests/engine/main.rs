//! What the engine promises, shown on the in-memory store: each test is a sentence of the promise.

#![allow(missing_docs, reason = "tests are read, not called")]

mod bank;
mod executing;
mod faults;
mod idempotency;
mod loading;
mod projecting;
mod querying;
mod watching;
