//! What serde stores must be the event's fields.

use cqrs_core::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[serde(tag = "type")]
struct Opened {
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

#[derive(Event, Serialize, Deserialize)]
#[serde(transparent)]
struct Closed {
    #[serde(with = "seconds")]
    at: i64,
}

mod seconds {
    pub fn serialize<S: serde::Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*value)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }
}

fn main() {}
