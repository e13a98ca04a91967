//! Floating-point numbers cannot tell rows apart.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(by: String, height: f64), on(Opened))]
struct DoorUse {
    times: u32,
}

impl Project<Opened> for DoorUse {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
