//! Each attribute that changes the stored form is named at once.

use cqrs_core::DataType;
use serde::{Deserialize, Serialize};

#[derive(DataType, Serialize, Deserialize)]
#[serde(untagged)]
enum Contact {
    Phone(String),
}

#[derive(DataType, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value")]
enum Address {
    Post(String),
}

#[derive(DataType, Serialize, Deserialize)]
struct Holder {
    #[serde(flatten)]
    contact: Contact,
    #[serde(skip_serializing, default)]
    secret: String,
    #[serde(rename(serialize = "a", deserialize = "b"))]
    age: u8,
}

fn main() {}
