//! The types that may stand in events, commands and rows.
//!
//! A [`DataType`] knows its stored shape as a constant and how to become one cell of a table. Serde writes it
//! into payloads; this trait never does.

mod bytes;
mod containers;
mod scalars;

pub use bytes::Bytes;

use crate::shape::Shape;
use crate::value::{Value, ValueError};

/// A type that can be stored: in an event's payload through serde, and in a column of a read model.
///
/// Implemented for Rust's numbers, `bool`, `String`, [`Uuid`](uuid::Uuid), [`Decimal`](rust_decimal::Decimal),
/// jiff's dates and times, [`Bytes`], JSON, and for `Option`, `Vec`, sets and maps of these. For your own structs,
/// enums and newtypes, derive it:
///
/// ```
/// use cqrs_core::DataType;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(DataType, Serialize, Deserialize)]
/// struct Holder {
///     name: String,
///     email: Option<String>,
/// }
///
/// assert_eq!(Holder::SHAPE.describe(), "Holder{name: string, email: string?}");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored: it does not implement `DataType`",
    label = "stored in an event, a row or a snapshot, but its shape is unknown",
    note = "derive it where `{Self}` is defined: #[derive(DataType, Serialize, Deserialize)]",
    note = "for another crate's type, mark the field with #[data_type(opaque = \"{Self}\")] or wrap it in a newtype"
)]
pub trait DataType: Sized {
    /// What the stored form looks like.
    const SHAPE: Shape;

    /// This value as one cell of a table.
    ///
    /// # Errors
    ///
    /// When the value has no stored form, as a map whose keys cannot be JSON keys.
    fn to_value(&self) -> Result<Value, ValueError>;

    /// The value that a cell holds.
    ///
    /// # Errors
    ///
    /// When the cell holds a value of another type, or one out of this type's range.
    fn from_value(value: Value) -> Result<Self, ValueError>;
}
