//! The id has to be one of the fields.

use cqrs_core::{Command, Context, Decide};

include!("../../domain/door.rs");

#[derive(Command)]
#[command(aggregate = Door, id = dor_id)]
struct Open {
    door_id: DoorId,
    by: String,
}

impl Decide<Open> for Door {
    fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

fn main() {}
