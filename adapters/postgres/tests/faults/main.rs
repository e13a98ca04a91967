//! Faults, brought about by force: servers that are killed, connections that are cut, locks that are held, disks that are full. Each is got over
//! or reported as what it is, and nothing is lost or recorded twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod cuts;
mod disks;
mod encryption;
mod held;
mod outages;
mod proxy;
mod refusals;
mod rights;
#[path = "../samples/mod.rs"]
mod samples;
