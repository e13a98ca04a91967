//! The aggregate folds one of its two events.

use std::convert::Infallible;

use cqrs_core::{Aggregate, Apply, Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(Event, Serialize, Deserialize)]
struct Closed {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
    Closed(Closed),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = DoorEvent, error = Infallible)]
struct Door;

impl Apply<Opened> for Door {
    fn apply(&mut self, _: &Opened) {}
}

fn main() {}
