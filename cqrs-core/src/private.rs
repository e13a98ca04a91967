//! What derived code calls and no person should: not part of the promised interface.

mod filters;
mod rules;

use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, AggregateId, ApplyError, Snapshots};
use crate::envelope::Meta;
use crate::event::DecodeError;
use crate::event_set::{EventSet, Member};
use crate::projection::RecordedBy;
use crate::shape::{Fingerprint, Shape};
use crate::value::{Value, ValueError};

pub use filters::{Compares, any_of, compare, holds_text, prefix};
pub use rules::{Versioned, stored_name_is_unique, versions_follow};
pub use serde;
pub use std::borrow::Cow;
pub use std::string::String;
pub use std::vec::Vec;

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

/// A row's next cell as the value of a column.
///
/// # Errors
///
/// When there is no cell left, or it does not fit the column.
pub fn next_cell<T>(
    cells: &mut dyn Iterator<Item = Value>,
    column: &str,
    read: impl FnOnce(Value) -> Result<T, ValueError>,
) -> Result<T, ValueError> {
    let missing = || ValueError { expected: format!("column `{column}`"), found: "no more cells".to_owned() };
    read(cells.next().ok_or_else(missing)?)
        .map_err(|error| ValueError { expected: format!("{} in column `{column}`", error.expected), ..error })
}

/// Decodes a payload in the shape of `T` itself.
///
/// # Errors
///
/// When the payload does not fit.
pub fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(payload).map_err(DecodeError::Payload)
}

/// The error of an upcast that refused a value.
pub fn upcast_error(error: impl Error + Send + Sync + 'static) -> DecodeError {
    DecodeError::Upcast(Box::new(error))
}

/// The error of a depth that reaches further back than the oldest shape of a chain does.
pub fn older_than_the_oldest(further: u16, oldest: u32) -> DecodeError {
    let stored = oldest.saturating_sub(u32::from(further).saturating_add(1));
    DecodeError::UnknownVersion { stored, newest: oldest }
}

/// The id of the aggregate that recorded an event.
///
/// # Errors
///
/// When the stored text is not an id of the aggregate's type.
pub fn aggregate_id<E>(
    meta: &Meta,
) -> Result<<<E::Set as RecordedBy>::Aggregate as Aggregate>::Id, ApplyError>
where
    E: Member,
    E::Set: RecordedBy,
{
    AggregateId::from_stream_id(&meta.aggregate_id)
        .map_err(|error| ApplyError::new(format!("the id of the aggregate cannot be read: {error}")))
}

/// Snapshots of an aggregate whose state has this shape.
pub fn snapshots<A: Aggregate + Serialize + DeserializeOwned>(every: u64, state: &Shape) -> Snapshots<A> {
    let events = <A::Event as EventSet>::fingerprint();
    Snapshots {
        every,
        fingerprint: Fingerprint::of(&format!("{} of {events}", state.describe())),
        encode: |state| serde_json::to_vec(state),
        decode: |bytes| serde_json::from_slice(bytes),
    }
}
