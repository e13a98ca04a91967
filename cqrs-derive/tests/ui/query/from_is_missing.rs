//! A query asks one projection.

use cqrs_core::Query;

#[derive(Query)]
#[query(limit = 0)]
struct DoorsUsed {
    times: u32,
}

fn main() {}
