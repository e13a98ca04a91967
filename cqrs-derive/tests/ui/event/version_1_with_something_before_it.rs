//! There is nothing before version 1.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Credited {}

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from = Credited)]
struct Deposited {}

fn main() {}
