//! A snapshot is written and read by serde.

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

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = DoorEvent, error = Infallible, snapshot(every = 100))]
struct Door {
    open: bool,
}

fn main() {}
