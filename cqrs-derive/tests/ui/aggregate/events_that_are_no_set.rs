//! A single event is not a set of events.

use std::convert::Infallible;

use cqrs_core::{Aggregate, Event};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = Opened, error = Infallible)]
struct Door;

fn main() {}
