//! `crate` takes a path in quotes.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(crate = "not a path")]
struct Deposited {}

fn main() {}
