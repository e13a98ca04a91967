//! The specification of locks, rules, waivers, reports and corpora, on models written by hand and random ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod additions;
mod corpus;
mod domains;
mod events;
mod lock;
mod merge;
mod mutations;
mod random;
mod releases;
mod reports;
mod rules_page;
mod shapes;
mod surface;
mod waivers;
