//! A command cannot want both.

use cqrs_core::{Command, Context, Decide};

include!("../../domain/door.rs");

#[derive(Command)]
#[command(aggregate = Door, id = door_id, creates, existing)]
struct Open {
    door_id: DoorId,
}

impl Decide<Open> for Door {
    fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

fn main() {}
