//! Roles are texts, each named once.

use cqrs_core::{Command, Context, Decide};

include!("../../domain/door.rs");

#[derive(Command)]
#[command(aggregate = Door, id = door_id, roles("guard", "guard", ""))]
struct Open {
    door_id: DoorId,
}

impl Decide<Open> for Door {
    fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

#[derive(Command)]
#[command(aggregate = Door, id = door_id, roles(guard))]
struct Close {
    door_id: DoorId,
}

impl Decide<Close> for Door {
    fn decide(&self, _: &Close, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

#[derive(Command)]
#[command(aggregate = Door, id = door_id, roles())]
struct Lock {
    door_id: DoorId,
}

impl Decide<Lock> for Door {
    fn decide(&self, _: &Lock, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
        Ok(Vec::new())
    }
}

fn main() {}
