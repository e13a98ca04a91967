//! An event needs a name to be stored under.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "")]
struct Deposited {}

fn main() {}
