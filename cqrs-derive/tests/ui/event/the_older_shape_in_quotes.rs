//! Types are written without quotes.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = "DepositedV1")]
struct Deposited {}

fn main() {}
