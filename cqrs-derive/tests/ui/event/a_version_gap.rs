//! Version 2 is missing between 1 and 3.

use cqrs_core::{Event, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited")]
struct DepositedV1 {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 3, upcast_from = DepositedV1)]
struct Deposited {
    cents: i64,
}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited { cents: self.cents }
    }
}

fn main() {}
