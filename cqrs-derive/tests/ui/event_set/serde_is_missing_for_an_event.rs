//! The event lacks serde; its set is not to blame.

use cqrs_core::{Event, EventSet};

#[derive(Event)]
struct Opened {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
}

fn main() {}
