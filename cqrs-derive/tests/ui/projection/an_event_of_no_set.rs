//! Only events of a set are recorded.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Event, Serialize, Deserialize)]
struct Painted {}

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Painted))]
struct DoorUse {
    times: u32,
}

impl Project<Painted> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Painted, _: &Meta) {}
}

fn main() {}
