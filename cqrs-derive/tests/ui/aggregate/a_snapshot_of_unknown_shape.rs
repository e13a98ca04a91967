//! A snapshot is only read when the state's full type is the same, so the type has to be known.

use std::convert::Infallible;

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

#[derive(Default, Serialize, Deserialize)]
struct Hinges {
    oiled: bool,
}

#[derive(Aggregate, Default, Serialize, Deserialize)]
#[aggregate(id = String, events = DoorEvent, error = Infallible, snapshot(every = 100))]
struct Door {
    hinges: Hinges,
}

fn main() {}
