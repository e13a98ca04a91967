//! A name that an event had once is taken.

use cqrs_core::{Event, EventSet, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposit")]
struct DepositedV1 {}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV1)]
struct Deposited {}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited {}
    }
}

#[derive(Event, Serialize, Deserialize)]
struct Deposit {}

#[derive(EventSet)]
enum AccountEvent {
    Deposited(Deposited),
    Deposit(Deposit),
}

fn main() {}
