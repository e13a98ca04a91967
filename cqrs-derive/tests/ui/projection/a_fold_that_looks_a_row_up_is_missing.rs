//! An event is folded with a row of another projection, but the fold that takes it is not written.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Opened))]
struct DoorUse {
    times: u32,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Closed(looks_up = DoorUse)))]
struct LastClosed {
    times: u32,
}

fn main() {}
