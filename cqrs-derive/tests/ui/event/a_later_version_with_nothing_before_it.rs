//! Records of version 1 may exist, and nothing says how to read them.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2)]
struct Deposited {
    cents: i64,
}

fn main() {}
