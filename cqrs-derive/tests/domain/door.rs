// A domain for the cases of `ui`, which include it.

use std::convert::Infallible;

use cqrs_core::{Aggregate, AggregateId, Apply, Event, EventSet};
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct DoorId(String);

#[derive(Event, Serialize, Deserialize)]
struct Opened {
    by: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Closed {}

#[derive(EventSet)]
enum DoorEvent {
    Opened(Opened),
    Closed(Closed),
}

#[derive(Aggregate, Default)]
#[aggregate(id = DoorId, events = DoorEvent, error = Infallible)]
struct Door;

impl Apply<Opened> for Door {
    fn apply(&mut self, _: &Opened) {}
}

impl Apply<Closed> for Door {
    fn apply(&mut self, _: &Closed) {}
}
