//! Versions count from 1.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(version = 0)]
struct Deposited {}

fn main() {}
