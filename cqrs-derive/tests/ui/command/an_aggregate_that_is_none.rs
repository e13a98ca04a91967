//! The type exists, but is not an aggregate.

use cqrs_core::Command;

struct Door;

#[derive(Command)]
#[command(aggregate = Door, id = door_id)]
struct Open {
    door_id: String,
}

fn main() {}
