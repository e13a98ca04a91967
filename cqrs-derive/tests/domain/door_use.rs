// A projection of the domain beside it, for the cases of queries.

use cqrs_core::{Meta, Project, Projection, Query, Row};

include!("door.rs");

#[derive(Projection, Clone)]
#[projection(key(door_id: DoorId), on(Opened))]
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
