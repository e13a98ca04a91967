//! A field is one filter.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsUsed {
    #[query(at_least, below)]
    times: u32,
    #[query(skip, column = last_by)]
    why: String,
}

fn main() {}
