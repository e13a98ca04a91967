//! What is left out has to be put back when it is read.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize, Deserialize)]
struct Holder {
    #[serde(skip_serializing_if = "String::is_empty")]
    nick: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

fn main() {}
