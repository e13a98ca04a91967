//! A plain newtype is not an id yet.

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

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct DoorId(String);

#[derive(Aggregate, Default)]
#[aggregate(id = DoorId, events = DoorEvent, error = Infallible)]
struct Door;

fn main() {}
