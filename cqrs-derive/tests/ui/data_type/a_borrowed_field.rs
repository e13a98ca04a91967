//! What is stored owns its parts.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize)]
struct Holder<'a> {
    name: &'a str,
}

fn main() {}
