//! The order names columns of the table, with a direction.

include!("../../domain/door_use.rs");

#[derive(Query)]
#[query(from = DoorUse, order_by(tims desc))]
struct BusiestDoors {}

#[derive(Query)]
#[query(from = DoorUse, order_by(times down, times, times))]
struct LaziestDoors {}

fn main() {}
