//! Each field's type must say what it looks like where it is stored.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Holder {
    name: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Opened {
    holder: Holder,
    since: std::time::SystemTime,
}

fn main() {}
