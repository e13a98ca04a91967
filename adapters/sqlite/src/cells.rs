//! Values as cells of SQLite: in its own types, so that any SQL tool reads them, and exact on the way back.
//!
//! Booleans are 0 and 1. Instants, dates and times are text of a fixed width in UTC, to the nanosecond; UUIDs are
//! hyphenated text; durations are nanoseconds. A decimal is an integer or, up to 15 digits, a floating-point number,
//! because both are exact there; a longer one is text, and trailing zeros are kept beside it by [`scales`]. A wide integer that 64 bits cannot hold is text of 39 digits. One
//! value always makes the same cell, so that equal values are equal cells.
//!
//! A few cells are *irregular*: SQLite's own order puts them in the wrong place, as text comes after all numbers. They are
//! long decimals, numbers below the range of 64 bits, and times before the year 0. [`order`] puts them right.

pub(crate) mod order;
pub(crate) mod scales;

use std::borrow::Cow;

use cqrs_core::store::{Column, StoreError};
use cqrs_core::{ColumnType, Value, Wide};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::{Outcome, corrupt};

/// A value as SQLite takes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    /// NULL.
    Null,
    /// An INTEGER.
    Integer(i64),
    /// A REAL.
    Real(f64),
    /// A TEXT.
    Text(Cow<'a, str>),
    /// A BLOB.
    Blob(Cow<'a, [u8]>),
}

/// The most digits with which every decimal comes back unchanged from a floating-point number.
const EXACT_DIGITS: i128 = 1_000_000_000_000_000;

impl<'a> Cell<'a> {
    pub(crate) fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Integer(i64::from(*truth)),
            Value::Int(number) => Self::Integer(*number),
            Value::Wide(number) => Self::wide(*number),
            Value::Real(number) => Self::Real(*number),
            Value::Decimal(number) => Self::decimal(*number),
            Value::Text(text) | Value::Json(text) => Self::Text(Cow::Borrowed(text)),
            Value::Uuid(id) => Self::text(id.hyphenated()),
            Value::Date(date) => Self::text(date),
            Value::Time(time) => Self::Text(format!("{time:.9}").into()),
            Value::Timestamp(instant) => Self::Text(format!("{instant:.9}").into()),
            Value::Duration(length) => Self::wide(Wide::Signed(length.as_nanos())),
            Value::Bytes(bytes) => Self::Blob(Cow::Borrowed(bytes)),
        }
    }

    fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string().into())
    }

    fn wide(number: Wide) -> Self {
        match number.as_i128() {
            Some(signed) => match i64::try_from(signed) {
                Ok(small) => Self::Integer(small),
                Err(_) if signed < 0 => Self::Text(format!("-{:039}", signed.unsigned_abs()).into()),
                Err(_) => Self::Text(format!("{signed:039}").into()),
            },
            None => Self::Text(format!("{:0>39}", number.to_string()).into()),
        }
    }

    fn decimal(number: Decimal) -> Self {
        let number = number.normalize();
        if number.scale() == 0 {
            return match i64::try_from(number.mantissa()) {
                Ok(small) => Self::Integer(small),
                Err(_) => Self::text(number),
            };
        }
        let text = number.to_string();
        if number.mantissa().abs() < EXACT_DIGITS
            && let Ok(real) = text.parse()
        {
            return Self::Real(real);
        }
        Self::Text(text.into())
    }

    /// The same cell with a memory of its own.
    pub(crate) fn to_owned_cell(&self) -> Cell<'static> {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(number) => Cell::Integer(*number),
            Self::Real(number) => Cell::Real(*number),
            Self::Text(text) => Cell::Text(text.clone().into_owned().into()),
            Self::Blob(bytes) => Cell::Blob(bytes.clone().into_owned().into()),
        }
    }

    /// The same cell as the driver's own kind of value.
    pub(crate) fn into_driver_value(self) -> rusqlite::types::Value {
        use rusqlite::types::Value as Driver;
        match self {
            Self::Null => Driver::Null,
            Self::Integer(number) => Driver::Integer(number),
            Self::Real(number) => Driver::Real(number),
            Self::Text(text) => Driver::Text(text.into_owned()),
            Self::Blob(bytes) => Driver::Blob(bytes.into_owned()),
        }
    }

    /// Whether SQLite's own order puts the cell, in a column of a type, in the wrong place.
    pub(crate) fn is_irregular(&self, column_type: ColumnType) -> bool {
        let Self::Text(text) = self else { return false };
        match column_type {
            ColumnType::Decimal => true,
            ColumnType::Wide | ColumnType::Duration | ColumnType::Date | ColumnType::Timestamp => {
                text.starts_with('-')
            }
            _ => false,
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The declared type of a column in a STRICT table.
pub(crate) fn declared_type(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Bool | ColumnType::Int => "INTEGER",
        ColumnType::Real => "REAL",
        // Numbers beside text: ANY is the one type of STRICT tables that converts nothing.
        ColumnType::Wide | ColumnType::Decimal | ColumnType::Duration => "ANY",
        ColumnType::Text
        | ColumnType::Uuid
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::Timestamp
        | ColumnType::Json => "TEXT",
        ColumnType::Bytes => "BLOB",
    }
}

/// Checks that a column can hold a value.
///
/// # Errors
///
/// When the value is of another type, is null where it must not be, or is not a number.
pub(crate) fn check(column: &Column, value: &Value) -> Outcome<()> {
    let fits = match value {
        Value::Null => column.nullable,
        Value::Bool(_) => column.column_type == ColumnType::Bool,
        Value::Int(_) => column.column_type == ColumnType::Int,
        Value::Wide(_) => column.column_type == ColumnType::Wide,
        Value::Real(number) if number.is_nan() => {
            return Err(StoreError::invalid(format!(
                "`{}` would be NaN, which SQLite cannot hold; leave the field empty instead",
                column.name
            )));
        }
        Value::Real(_) => column.column_type == ColumnType::Real,
        Value::Decimal(_) => column.column_type == ColumnType::Decimal,
        Value::Text(_) => column.column_type == ColumnType::Text,
        Value::Uuid(_) => column.column_type == ColumnType::Uuid,
        Value::Date(_) => column.column_type == ColumnType::Date,
        Value::Time(_) => column.column_type == ColumnType::Time,
        Value::Timestamp(_) => column.column_type == ColumnType::Timestamp,
        Value::Duration(_) => column.column_type == ColumnType::Duration,
        Value::Bytes(_) => column.column_type == ColumnType::Bytes,
        Value::Json(_) => column.column_type == ColumnType::Json,
    };
    if fits {
        return Ok(());
    }
    Err(StoreError::invalid(format!("the column `{}` cannot hold {}", column.name, value.kind())))
}

/// The value that a column's cell holds.
///
/// # Errors
///
/// When the cell is nothing that [`Cell::of`] makes for the column's type.
pub(crate) fn read(column: &Column, cell: ValueRef<'_>) -> Outcome<Value> {
    let value = match (column.column_type, cell) {
        (_, ValueRef::Null) => Some(Value::Null),
        (ColumnType::Bool, ValueRef::Integer(number)) => Some(Value::Bool(number != 0)),
        (ColumnType::Int, ValueRef::Integer(number)) => Some(Value::Int(number)),
        (ColumnType::Wide, cell) => read_wide(cell).map(Value::Wide),
        (ColumnType::Real, ValueRef::Real(number)) => Some(Value::Real(number)),
        (ColumnType::Decimal, cell) => read_decimal(cell).map(Value::Decimal),
        (ColumnType::Duration, cell) => read_wide(cell)
            .and_then(Wide::as_i128)
            .and_then(SignedDuration::try_from_nanos_i128)
            .map(Value::Duration),
        (ColumnType::Bytes, ValueRef::Blob(bytes)) => Some(Value::Bytes(bytes.to_vec())),
        (column_type, ValueRef::Text(bytes)) => {
            std::str::from_utf8(bytes).ok().and_then(|text| read_text(column_type, text))
        }
        _ => None,
    };
    value.ok_or_else(|| {
        corrupt(format!(
            "the column `{}` of type {:?} holds {cell:?}, which this store did not write",
            column.name, column.column_type
        ))
    })
}

fn read_text(column_type: ColumnType, text: &str) -> Option<Value> {
    match column_type {
        ColumnType::Text => Some(Value::Text(text.to_owned())),
        ColumnType::Json => Some(Value::Json(text.to_owned())),
        ColumnType::Uuid => Uuid::try_parse(text).ok().map(Value::Uuid),
        ColumnType::Date => text.parse::<Date>().ok().map(Value::Date),
        ColumnType::Time => text.parse::<Time>().ok().map(Value::Time),
        ColumnType::Timestamp => text.parse::<Timestamp>().ok().map(Value::Timestamp),
        _ => None,
    }
}

fn read_wide(cell: ValueRef<'_>) -> Option<Wide> {
    match cell {
        ValueRef::Integer(number) => Some(Wide::Signed(number.into())),
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}

fn read_decimal(cell: ValueRef<'_>) -> Option<Decimal> {
    match cell {
        ValueRef::Integer(number) => Some(Decimal::from(number)),
        // The shortest text that names the number is the decimal that it was made from.
        ValueRef::Real(number) => number.to_string().parse().ok(),
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}
