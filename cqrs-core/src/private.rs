//! What derived code calls and no person should: not part of the promised interface.

mod dispatch;
mod filters;
mod rules;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, AggregateId, ApplyError, Snapshots};
use crate::envelope::Meta;
use crate::event_set::{EventSet, Member};
use crate::projection::RecordedBy;
use crate::shape::{Fingerprint, Shape};
use crate::value::{Value, ValueError};

pub use dispatch::{
    RetiredFrom, Successor, decode_first, decode_later, decode_member, decode_retired, encode_member, member,
    previous, retired,
};
pub use filters::{Compares, any_of, compare, holds_text, prefix};
pub use rules::{
    StoredShape, Versioned, count_stored_shapes, stored_name_is_unique, stored_shapes, versions_follow,
};
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

/// A value that is stored through serde.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is stored as JSON, but serde cannot write it and read it again",
    label = "needs `Serialize` and `Deserialize`",
    note = "derive both: #[derive(Serialize, Deserialize)]"
)]
pub trait Json: Sized {
    /// This value as one cell of JSON.
    ///
    /// # Errors
    ///
    /// When serde cannot write the value as JSON.
    fn to_json(&self) -> Result<Value, ValueError>;

    /// The value that one cell of JSON holds.
    ///
    /// # Errors
    ///
    /// When the cell holds no JSON, or JSON of another shape.
    fn from_json(value: Value) -> Result<Self, ValueError>;

    /// This value as JSON text.
    ///
    /// # Errors
    ///
    /// When serde cannot write the value as JSON.
    fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error>;

    /// The value that JSON text holds.
    ///
    /// # Errors
    ///
    /// When the text is JSON of another shape, or none.
    fn from_bytes(text: &[u8]) -> Result<Self, serde_json::Error>;

    /// This variant of an enum without data, as one cell of text.
    ///
    /// # Errors
    ///
    /// When serde writes the value as anything but a string.
    fn to_name(&self) -> Result<Value, ValueError>;

    /// The variant that one cell of text names.
    ///
    /// # Errors
    ///
    /// When the cell holds no text, or the name of no variant.
    fn from_name(value: Value) -> Result<Self, ValueError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Json for T {
    fn to_json(&self) -> Result<Value, ValueError> {
        to_json(self)
    }

    fn from_json(value: Value) -> Result<Self, ValueError> {
        from_json(value)
    }

    fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    fn from_bytes(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    fn to_name(&self) -> Result<Value, ValueError> {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => Ok(Value::Text(name)),
            Ok(other) => Err(ValueError::unreadable(VARIANT, other)),
            Err(error) => Err(ValueError::unreadable(VARIANT, error)),
        }
    }

    fn from_name(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Text(name) => serde_json::from_value(serde_json::Value::String(name))
                .map_err(|error| ValueError::unreadable(VARIANT, error)),
            other => Err(ValueError::mismatch(VARIANT, &other)),
        }
    }
}

/// What a cell of an enum without data is expected to hold.
const VARIANT: &str = "a variant's name";

/// A row's next cell, which is that of a column.
///
/// # Errors
///
/// When there is no cell left.
pub fn next_cell(cells: &mut dyn Iterator<Item = Value>, column: &str) -> Result<Value, ValueError> {
    cells.next().ok_or_else(|| ValueError {
        expected: format!("column `{column}`"),
        found: "no more cells".to_owned(),
    })
}

/// Adds to an error in which column it is.
pub fn in_column(column: &str) -> impl FnOnce(ValueError) -> ValueError {
    move |error| ValueError { expected: format!("{} in column `{column}`", error.expected), ..error }
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
pub fn snapshots<A: Aggregate + Json>(every: u64, state: &Shape) -> Snapshots<A> {
    let events = <A::Event as EventSet>::fingerprint();
    Snapshots {
        every,
        fingerprint: Fingerprint::of(&format!("{} of {events}", state.describe())),
        encode: A::to_bytes,
        decode: A::from_bytes,
    }
}
