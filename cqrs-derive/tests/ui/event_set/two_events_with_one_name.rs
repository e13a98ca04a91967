//! A record of that name could be either.

use cqrs_core::{Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Opened")]
struct Reopened {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
    Reopened(Reopened),
}

fn main() {}
