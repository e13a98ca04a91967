//! A column of the key is not a field of the row.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Opened))]
struct DoorUse {
    door_id: DoorId,
    times: u32,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

#[derive(Projection, Clone)]
#[projection(key(by: String, by: String), on(Opened))]
struct UseBy {
    times: u32,
}

impl Project<Opened> for UseBy {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
