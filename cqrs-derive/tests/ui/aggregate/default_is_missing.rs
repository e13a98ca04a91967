//! The state before the first event is the default.

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

#[derive(Aggregate)]
#[aggregate(id = String, events = DoorEvent, error = Infallible)]
struct Door;

fn main() {}
