//! One event is one stored name.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Deposited<T> {
    amount: T,
}

fn main() {}
