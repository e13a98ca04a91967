//! An aggregate's id is one value.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId, by: String), on(Opened), keyed_by = "aggregate")]
struct DoorUse {
    times: u32,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
