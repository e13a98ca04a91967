//! The type exists, but is not a projection.

use cqrs_core::Query;

struct DoorUse;

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsUsed {
    times: u32,
}

fn main() {}
