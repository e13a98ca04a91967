//! `validate` names a function from the command to `Result<(), Invalid>`.

use cqrs_core::{Command, Context, Decide};

include!("../../domain/door.rs");

#[derive(Command)]
#[command(aggregate = Door, id = door_id, validate = Self::check)]
struct Open {
    door_id: DoorId,
}

impl Open {
    fn check(&self) -> bool {
        true
    }
}

impl Decide<Open> for Door {
    fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

fn main() {}
