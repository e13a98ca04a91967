//! Rows are keyed by the aggregate or by the event.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Opened), keyed_by = "agregate")]
struct DoorUse {
    times: u32,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
