//! Only text has a beginning.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsUsed {
    #[query(column = times, prefix)]
    times: String,
}

fn main() {}
