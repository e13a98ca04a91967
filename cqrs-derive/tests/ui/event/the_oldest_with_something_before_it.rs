//! `oldest` and `upcast_from` contradict each other; on version 1 `oldest` says nothing.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(oldest)]
struct DepositedV1 {}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, oldest, upcast_from = DepositedV1)]
struct Deposited {}

fn main() {}
