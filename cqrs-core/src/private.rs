//! What derived code calls and no person should: not part of the promised interface.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::EventDescriptor;
use crate::value::{Value, ValueError};

pub use {serde, serde_json};

/// A nested value as one cell of JSON.
///
/// # Errors
///
/// When serde cannot write the value as JSON.
pub fn to_json<T: Serialize>(value: &T) -> Result<Value, ValueError> {
    serde_json::to_string(value).map(Value::Json).map_err(|error| ValueError::unreadable("json", error))
}

/// The nested value that one cell of JSON holds.
///
/// # Errors
///
/// When the cell holds no JSON, or JSON of another shape.
pub fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, ValueError> {
    match value {
        Value::Json(text) => {
            serde_json::from_str(&text).map_err(|error| ValueError::unreadable("json", error))
        }
        other => Err(ValueError::mismatch("json", &other)),
    }
}

/// A variant's name of an enum without data, as one cell of text.
///
/// # Errors
///
/// When serde writes the value as anything but a string.
pub fn to_name<T: Serialize>(value: &T) -> Result<Value, ValueError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(Value::Text(name)),
        Ok(other) => Err(ValueError::unreadable("a variant's name", other)),
        Err(error) => Err(ValueError::unreadable("a variant's name", error)),
    }
}

/// The variant that one cell of text names.
///
/// # Errors
///
/// When the cell holds no text, or the name of no variant.
pub fn from_name<T: DeserializeOwned>(value: Value) -> Result<T, ValueError> {
    match value {
        Value::Text(name) => serde_json::from_value(serde_json::Value::String(name))
            .map_err(|error| ValueError::unreadable("a variant's name", error)),
        other => Err(ValueError::mismatch("a variant's name", &other)),
    }
}

/// Whether two events could be taken for each other in one log: some shape of either bears a name of the other's.
pub const fn shares_a_name(a: &EventDescriptor, b: &EventDescriptor) -> bool {
    let mut left = Some(a);
    while let Some(shape) = left {
        let mut right = Some(b);
        while let Some(other) = right {
            if same_text(shape.name, other.name) {
                return true;
            }
            right = other.previous;
        }
        left = shape.previous;
    }
    false
}

/// Whether two events have a stored shape, name and version, in common.
pub const fn shares_a_shape(a: &EventDescriptor, b: &EventDescriptor) -> bool {
    let mut left = Some(a);
    while let Some(shape) = left {
        let mut right = Some(b);
        while let Some(other) = right {
            if same_text(shape.name, other.name) && shape.version == other.version {
                return true;
            }
            right = other.previous;
        }
        left = shape.previous;
    }
    false
}

const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}
