//! An index names columns of the table, each once.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(
    key(door_id: DoorId),
    on(Opened),
    index(tiems),
    index(times, times),
    index(kind),
    index(times),
    index(last_by),
    index(last_by),
)]
struct DoorUse {
    times: u32,
    last_by: String,
    #[data_type(opaque = "Kind")]
    kind: Kind,
}

#[derive(Clone, Serialize, Deserialize)]
struct Kind;

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
