//! A key that takes a value needs one.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name, version)]
struct Deposited {}

fn main() {}
