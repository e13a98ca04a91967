//! The variant's type has to be an event.

use cqrs_core::{Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Opened {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
}

fn main() {}
