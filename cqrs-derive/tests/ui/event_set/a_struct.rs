//! A set of events is an enum.

use cqrs_core::EventSet;

#[derive(EventSet)]
struct DoorEvents {
    opened: (),
}

fn main() {}
