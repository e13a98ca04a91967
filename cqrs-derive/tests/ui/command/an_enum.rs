//! A command is a struct.

use cqrs_core::{Command, Context, Decide};

include!("../../domain/door.rs");

#[derive(Command)]
#[command(aggregate = Door, id = door_id)]
enum Open {
    Slowly,
}

impl Decide<Open> for Door {
    fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

fn main() {}
