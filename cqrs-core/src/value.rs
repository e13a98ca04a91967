//! Values as tables hold them: the one vocabulary between typed rows and any database.
//!
//! An adapter maps each [`Value`] to its database's own type; the core never speaks SQL.

use base64::Engine as _;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use uuid::Uuid;

use crate::shape::{Scalar, Shape};

/// One cell of a read model's table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing: the column is nullable.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of up to 64 bits, signed.
    Int(i64),
    /// An integer that needs more than 63 bits and a sign.
    Wide(Wide),
    /// A floating-point number.
    Real(#[serde(with = "real")] f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// A UUID.
    Uuid(Uuid),
    /// A calendar date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// An instant.
    Timestamp(Timestamp),
    /// A length of time.
    Duration(SignedDuration),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Everything nested, as JSON text.
    Json(String),
}

/// A floating-point number as stores keep it in JSON, which has no infinities: those are texts.
mod real {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Finite(f64),
        Other(String),
    }

    pub(super) fn serialize<S: Serializer>(real: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = if real.is_finite() { Kept::Finite(*real) } else { Kept::Other(real.to_string()) };
        kept.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Kept::deserialize(deserializer)? {
            Kept::Finite(real) => Ok(real),
            Kept::Other(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// An integer of up to 128 bits, signed or not; ordered by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Wide {
    /// Below zero or at most `i128::MAX`.
    Signed(i128),
    /// Above `i128::MAX`.
    Unsigned(u128),
}

/// The type of a read model's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// A truth value.
    Bool,
    /// An integer of up to 64 bits, signed.
    Int,
    /// An unsigned integer of 64 bits, or any integer of 128.
    Wide,
    /// A floating-point number.
    Real,
    /// An exact decimal number.
    Decimal,
    /// Text.
    Text,
    /// A UUID.
    Uuid,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// An instant.
    Timestamp,
    /// A length of time.
    Duration,
    /// Bytes.
    Bytes,
    /// Everything nested, as JSON.
    Json,
}

/// A value that does not fit the type that asked for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct ValueError {
    /// What the type asked for.
    pub expected: String,
    /// What was there.
    pub found: String,
}

impl ValueError {
    /// A mismatch between a wanted type and a value.
    pub fn mismatch(expected: &str, found: &Value) -> Self {
        Self { expected: expected.to_owned(), found: found.kind().to_owned() }
    }

    /// A text that cannot be read as the wanted type, with the reason.
    pub fn unreadable(expected: &str, reason: impl std::fmt::Display) -> Self {
        Self { expected: expected.to_owned(), found: reason.to_string() }
    }
}

impl Value {
    /// The value as JSON that a person reads; what JSON has no form for becomes text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(truth) => (*truth).into(),
            Self::Int(number) => (*number).into(),
            Self::Wide(Wide::Signed(number)) => number.to_string().into(),
            Self::Wide(Wide::Unsigned(number)) => number.to_string().into(),
            Self::Real(number) => (*number).into(),
            Self::Decimal(number) => number.to_string().into(),
            Self::Text(text) | Self::Json(text) => text.as_str().into(),
            Self::Uuid(id) => id.to_string().into(),
            Self::Date(date) => date.to_string().into(),
            Self::Time(time) => time.to_string().into(),
            Self::Timestamp(instant) => instant.to_string().into(),
            Self::Duration(length) => length.to_string().into(),
            Self::Bytes(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        }
    }

    /// What kind of value this is, for error messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Wide(_) => "a wide integer",
            Self::Real(_) => "a floating-point number",
            Self::Decimal(_) => "a decimal",
            Self::Text(_) => "text",
            Self::Uuid(_) => "a UUID",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time",
            Self::Timestamp(_) => "a timestamp",
            Self::Duration(_) => "a duration",
            Self::Bytes(_) => "bytes",
            Self::Json(_) => "JSON",
        }
    }

    /// Orders two values of one column: null first, then by the type's own order; JSON by its text.
    ///
    /// Values of different kinds, which no column holds, are ordered by their kind.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Wide(a), Self::Wide(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) | (Self::Json(a), Self::Json(b)) => a.cmp(b),
            (Self::Uuid(a), Self::Uuid(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Wide(_) => 3,
            Self::Real(_) => 4,
            Self::Decimal(_) => 5,
            Self::Text(_) => 6,
            Self::Uuid(_) => 7,
            Self::Date(_) => 8,
            Self::Time(_) => 9,
            Self::Timestamp(_) => 10,
            Self::Duration(_) => 11,
            Self::Bytes(_) => 12,
            Self::Json(_) => 13,
        }
    }
}

impl Wide {
    /// The number as a signed one, where it fits.
    pub fn as_i128(self) -> Option<i128> {
        match self {
            Self::Signed(number) => Some(number),
            Self::Unsigned(number) => i128::try_from(number).ok(),
        }
    }

    /// The number as an unsigned one, where it fits.
    pub fn as_u128(self) -> Option<u128> {
        match self {
            Self::Signed(number) => u128::try_from(number).ok(),
            Self::Unsigned(number) => Some(number),
        }
    }
}

impl From<i128> for Wide {
    fn from(number: i128) -> Self {
        Self::Signed(number)
    }
}

impl From<u128> for Wide {
    fn from(number: u128) -> Self {
        i128::try_from(number).map_or(Self::Unsigned(number), Self::Signed)
    }
}

impl std::fmt::Display for Wide {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signed(number) => number.fmt(formatter),
            Self::Unsigned(number) => number.fmt(formatter),
        }
    }
}

impl std::str::FromStr for Wide {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<i128>().map(Self::Signed).or_else(|_| text.parse::<u128>().map(Self::from))
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.as_i128(), other.as_i128()) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.as_u128().cmp(&other.as_u128()),
        }
    }
}

impl ColumnType {
    /// The column that holds values of a shape: a type of its own for each scalar, JSON for everything nested.
    pub fn of(shape: &Shape) -> Self {
        match shape.stored() {
            Shape::Optional(inner) => Self::of(inner),
            Shape::Scalar(scalar) => Self::of_scalar(*scalar),
            Shape::Named(named) if named.is_plain_enum() => Self::Text,
            Shape::Named(_) | Shape::List(_) | Shape::Set(_) | Shape::Map(..) | Shape::Opaque(_) => {
                Self::Json
            }
        }
    }

    const fn of_scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool => Self::Bool,
            Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 | Scalar::U8 | Scalar::U16 | Scalar::U32 => {
                Self::Int
            }
            Scalar::U64 | Scalar::I128 | Scalar::U128 => Self::Wide,
            Scalar::F32 | Scalar::F64 => Self::Real,
            Scalar::String => Self::Text,
            Scalar::Decimal => Self::Decimal,
            Scalar::Uuid => Self::Uuid,
            Scalar::Date => Self::Date,
            Scalar::Time => Self::Time,
            Scalar::Timestamp => Self::Timestamp,
            Scalar::Duration => Self::Duration,
            Scalar::Bytes => Self::Bytes,
            Scalar::Json => Self::Json,
        }
    }
}

impl crate::shape::NamedShape {
    /// Whether this is an enum whose variants carry nothing: it is stored as its variant's name.
    pub fn is_plain_enum(&self) -> bool {
        match self.kind {
            crate::shape::ShapeKind::Enum(variants) => {
                variants().iter().all(|variant| matches!(variant.kind, crate::shape::VariantKind::Unit))
            }
            _ => false,
        }
    }
}
