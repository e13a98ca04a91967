//! Keys stand in parentheses.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event = "Deposited"]
struct Deposited {}

#[derive(Event, Serialize, Deserialize)]
#[event]
struct Opened {}

fn main() {}
