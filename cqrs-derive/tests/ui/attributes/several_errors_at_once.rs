//! One mistake does not hide the next.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = 5, version = "two", oldest = true, colour, name = "Deposited", name = "Deposit")]
struct Deposited {
    #[serde(flatten)]
    amount: Amount,
    #[data_type(opaque)]
    place: (f64, f64),
}

#[derive(Serialize, Deserialize)]
struct Amount {
    cents: i64,
}

fn main() {}
