//! Nothing can be compared with what only its own code knows.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse)]
struct DoorsOf {
    kind: Kind,
}

fn main() {}
