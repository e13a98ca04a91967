//! `any_of` takes several values.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsUsed {
    #[query(any_of)]
    times: u32,
}

fn main() {}
