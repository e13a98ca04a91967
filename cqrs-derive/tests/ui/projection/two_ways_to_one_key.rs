//! An event has one way to its rows.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(by: String), on(Opened(key = opener, keys = openers)))]
struct UseBy {
    times: u32,
}

fn opener(event: &Opened, _: &Meta) -> UseByKey {
    UseByKey { by: event.by.clone() }
}

impl Project<Opened> for UseBy {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

fn main() {}
