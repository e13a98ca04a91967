//! A field filters the column of its name.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsUsedBy {
    lastby: String,
}

fn main() {}
