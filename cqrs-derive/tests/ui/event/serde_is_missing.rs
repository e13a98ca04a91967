//! An event is written and read by serde.

use cqrs_core::Event;

#[derive(Event)]
struct Deposited {
    cents: i64,
}

fn main() {}
