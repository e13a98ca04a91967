//! A refusal is shown to people, so it is an error type.

use cqrs_core::{Aggregate, Apply, Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
}

impl Apply<Opened> for Door {
    fn apply(&mut self, _: &Opened) {}
}

enum DoorError {}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = DoorEvent, error = DoorError)]
struct Door;

fn main() {}
