//! Nobody decides on the command.

use cqrs_core::Command;

include!("../../domain/door.rs");

#[derive(Command)]
#[command(aggregate = Door, id = door_id)]
struct Open {
    door_id: DoorId,
}

fn main() {}
