//! Another crate's type has to be marked.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize, Deserialize)]
struct Visit {
    took: std::time::Duration,
}

fn main() {}
