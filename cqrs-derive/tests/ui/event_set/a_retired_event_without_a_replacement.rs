//! What a retired event is read as has to be said.

use cqrs_core::{Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(Event, Serialize, Deserialize)]
struct Unlocked {}

#[derive(EventSet)]
#[event_set(retired(Unlocked))]
enum DoorEvent {
    Opened(Opened),
}

fn main() {}
