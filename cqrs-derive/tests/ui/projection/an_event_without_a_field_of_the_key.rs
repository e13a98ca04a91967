//! With several columns, the key is the event's fields of the same names.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(by: String, hour: i8), on(Opened, Closed))]
struct UseBy {
    times: u32,
}

impl Project<Opened> for UseBy {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

impl Project<Closed> for UseBy {
    fn project(_: &mut Row<Self>, _: &Closed, _: &Meta) {}
}

fn main() {}
