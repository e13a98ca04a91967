//! Plain values: what `default`, `value`, `given`, `when` and `then` write.

use super::{Scalar, TypeId};

/// A value that has been checked against the type of its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A scalar and its text, which the scalar's own parser has accepted. Numbers are without underscores, `true` and
    /// `false` as such, bytes as base64, JSON as JSON text.
    Scalar(Scalar, String),
    /// Absence, in the place of a `T?`.
    None,
    /// Presence, in the place of a `T?`.
    Some(Box<Value>),
    /// The items of a list, or of a set (distinct).
    List(Vec<Value>),
    /// The items of a set, without repetition.
    Set(Vec<Value>),
    /// The entries of a map, keys without repetition.
    Map(Vec<(Value, Value)>),
    /// A newtype round a value.
    Newtype(TypeId, Box<Value>),
    /// A struct with its fields in the order of their declaration; nothing means the field's default, or absence.
    Struct(TypeId, Vec<Option<Value>>),
    /// A variant, by its place among the variants, with its fields as a struct has them.
    Variant(TypeId, usize, Vec<Option<Value>>),
    /// A value of the user's own type, as the JSON that its `Deserialize` will read. Only scenarios have these.
    Extern(TypeId, String),
}
