//! How often a snapshot is taken has to be said.

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

#[derive(Aggregate, Default, Serialize, Deserialize)]
#[aggregate(id = String, events = DoorEvent, error = Infallible, snapshot)]
struct Door {
    open: bool,
}

fn main() {}
