//! The step from version 1 must go to version 2, not to 3.

use cqrs_core::{Event, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited")]
struct DepositedV1 {}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited", version = 2, upcast_from = DepositedV1)]
struct DepositedV2 {}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 3, upcast_from = DepositedV2)]
struct Deposited {}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited {}
    }
}

impl Upcast<Deposited> for DepositedV2 {
    fn upcast(self) -> Deposited {
        Deposited {}
    }
}

fn main() {}
