//! Keys are separated by commas.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited" version = 1)]
struct Deposited {}

fn main() {}
