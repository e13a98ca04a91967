//! Each column's type must say what it looks like where it is stored.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Clone)]
struct Hinges;

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Opened))]
struct DoorUse {
    hinges: Hinges,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
