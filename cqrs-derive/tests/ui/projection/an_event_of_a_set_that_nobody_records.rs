//! The set is not the `events` of any aggregate.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Event, Serialize, Deserialize)]
struct Broken {}

#[derive(EventSet)]
enum WindowEvent {
    Broken(Broken),
}

#[derive(Projection, Clone)]
#[projection(key(window: DoorId), on(Broken))]
struct BrokenWindow {
    times: u32,
}

impl Project<Broken> for BrokenWindow {
    fn project(_: &mut Row<Self>, _: &Broken, _: &Meta) {}
}

fn main() {}
