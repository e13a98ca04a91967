//! An id is a newtype of one value.

use cqrs_core::AggregateId;
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct SeatId(u32, u32);

#[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct AccountId {
    number: u64,
}

#[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum UserId {
    Guest,
}

fn main() {}
