//! Each of two shapes says that the other comes before it.

use cqrs_core::{Event, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = Credited)]
struct Deposited {}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 3, upcast_from = Deposited)]
struct Credited {}

impl Upcast<Deposited> for Credited {
    fn upcast(self) -> Deposited {
        Deposited {}
    }
}

impl Upcast<Credited> for Deposited {
    fn upcast(self) -> Credited {
        Credited {}
    }
}

fn main() {}
