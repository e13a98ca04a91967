//! A value can only be compared with one of the column's type.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsUsed {
    times: String,
    #[query(column = last_by, any_of)]
    by: Vec<u32>,
}

fn main() {}
