//! A retired event may share a name, but not a version of it.

use cqrs_core::{Event, EventSet, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Moved {}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Moved")]
struct Transferred {}

impl Upcast<Vec<AccountEvent>> for Transferred {
    fn upcast(self) -> Vec<AccountEvent> {
        Vec::new()
    }
}

#[derive(EventSet)]
#[event_set(retired(Transferred))]
enum AccountEvent {
    Moved(Moved),
}

fn main() {}
