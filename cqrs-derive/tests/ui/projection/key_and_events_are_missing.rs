//! Each missing key is named at once.

use cqrs_core::{Meta, Project, Projection, Row};

include!("../../domain/door.rs");

#[derive(Projection, Clone)]
struct DoorUse {
    times: u32,
}

fn main() {}
