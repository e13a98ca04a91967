//! A payload is a JSON object, so that fields can be added later.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Closed;

#[derive(Event, Serialize, Deserialize)]
struct Deposited(i64);

fn main() {}
