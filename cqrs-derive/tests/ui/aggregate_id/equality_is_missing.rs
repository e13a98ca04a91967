//! Ids are compared and hashed.

use cqrs_core::AggregateId;
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Serialize, Deserialize)]
struct AccountId(String);

fn main() {}
