//! Each variant holds one event's type.

use cqrs_core::{Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Closed {}

#[derive(EventSet)]
enum DoorEvent {
    Opened,
    Closed { event: Closed },
    Moved(Closed, Closed),
}

fn main() {}
