//! An event is recorded by one aggregate.

use cqrs_core::{Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
}

#[derive(EventSet)]
enum AccountEvent {
    Opened(Opened),
}

fn main() {}
