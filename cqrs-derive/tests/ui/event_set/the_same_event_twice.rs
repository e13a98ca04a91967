//! A record would not know its variant.

use cqrs_core::{Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(EventSet)]
#[event_set(retired(Opened))]
enum DoorEvent {
    Opened(Opened),
}

fn main() {}
