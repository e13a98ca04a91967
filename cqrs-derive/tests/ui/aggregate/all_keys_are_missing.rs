//! Each missing key is named at once.

use cqrs_core::Aggregate;

#[derive(Aggregate, Default)]
struct Door;

fn main() {}
