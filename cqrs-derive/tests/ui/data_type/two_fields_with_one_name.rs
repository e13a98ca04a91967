//! Two fields cannot be stored under one name.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize, Deserialize)]
struct Holder {
    name: String,
    #[serde(rename = "name")]
    nick: String,
}

fn main() {}
