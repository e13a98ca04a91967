//! Each missing fold is an error of its own.

use std::convert::Infallible;

use cqrs_core::{Aggregate, Event, EventSet};
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

fn main() {}
