//! Floating-point numbers have no exact equality.

use cqrs_core::AggregateId;
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Clone, PartialEq, Serialize, Deserialize)]
struct AccountId(f64);

fn main() {}
