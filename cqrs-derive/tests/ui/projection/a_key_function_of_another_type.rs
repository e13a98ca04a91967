//! A key function goes from the event and its meta to the key.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
#[projection(key(by: String), on(Opened(key = opener), Closed(keys = closer)))]
struct UseBy {
    times: u32,
}

fn opener(event: &Opened) -> UseByKey {
    UseByKey { by: event.by.clone() }
}

fn closer(_: &Closed, _: &Meta) -> UseByKey {
    UseByKey { by: String::new() }
}

impl Project<Opened> for UseBy {
    fn project(_: &mut Row<Self>, _: &Opened, _: &Meta) {}
}

impl Project<Closed> for UseBy {
    fn project(_: &mut Row<Self>, _: &Closed, _: &Meta) {}
}

fn main() {}
