//! Both shapes say that they are version 2.

use cqrs_core::{Event, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited", version = 2, oldest)]
struct DepositedV2 {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV2)]
struct Deposited {
    cents: i64,
}

impl Upcast<Deposited> for DepositedV2 {
    fn upcast(self) -> Deposited {
        Deposited { cents: self.cents }
    }
}

fn main() {}
