//! Each missing key is named at once.

use cqrs_core::Command;

#[derive(Command)]
struct Open {
    door_id: String,
}

fn main() {}
