//! What comes before must be an event too.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

struct DepositedV1 {}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV1)]
struct Deposited {}

fn main() {}
