//! An event cannot be its own older shape.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = Deposited)]
struct Deposited {}

fn main() {}
