//! Values as cells of PostgreSQL: in its own types, so that any SQL tool reads them, and exact on the way back.
//!
//! Dates, times and instants have a second column, their *rest*, as PostgreSQL knows neither nanoseconds nor the years before 4713 BC: it
//! holds the nanoseconds beyond the microsecond. Where PostgreSQL cannot hold the value at all, the first column is `-infinity` and the rest
//! is the whole of it, in nanoseconds or days since 1970. So the two columns together have the order of the values. Durations are
//! seconds, wide integers and decimals are `numeric`, which keeps a decimal's trailing zeros.
//!
//! PostgreSQL's text holds no NUL. Such a character is written as U+0001 twice, and U+0001 itself as U+0001 and U+0002, which keeps the order
//! of texts and their prefixes.

use std::borrow::Cow;
use std::error::Error;

use bytes::BytesMut;
use cqrs_core::store::{Column, StoreError};
use cqrs_core::{ColumnType, Value, Wide};
use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Span, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::error::{OrStoreError, Outcome, corrupt};

/// A value, or a part of one, as PostgreSQL takes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Uuid(Uuid),
    Bytes(&'a [u8]),
    /// A date, a time of day or an instant, as PostgreSQL counts them.
    Ticks(Ticks),
}

/// A number of days or microseconds as PostgreSQL counts them: from the year 2000, or from midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticks(i64);

/// The microseconds between 1970, from where we count, and 2000.
const EPOCH: i64 = 946_684_800_000_000;

/// The first instant and the first day that PostgreSQL has, in the year 4714 before Christ.
const FIRST_INSTANT: i64 = -211_813_488_000_000_000;
const FIRST_DAY: i64 = -2_451_545;

/// The day from which PostgreSQL counts.
const DAY_ZERO: Date = date(2000, 1, 1);

impl Ticks {
    /// Before all others: `-infinity`.
    const BEFORE_ALL: Self = Self(i64::MIN);
}

impl<'a> Cell<'a> {
    /// What a value's first or only column holds.
    pub(crate) fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Wide(number) => Self::Text(number.to_string().into()),
            Value::Real(number) => Self::Real(*number),
            Value::Decimal(number) => Self::Text(number.to_string().into()),
            Value::Text(text) | Value::Json(text) => Self::Text(escaped(text)),
            Value::Uuid(id) => Self::Uuid(*id),
            Value::Date(date) => Self::Ticks(split_date(*date).0),
            Value::Time(time) => Self::Ticks(split_time(*time).0),
            Value::Timestamp(instant) => Self::Ticks(split_instant(*instant).0),
            Value::Duration(length) => Self::Text(seconds(*length).into()),
            Value::Bytes(bytes) => Self::Bytes(bytes),
        }
    }

    /// What a value's second column holds, in a column that has one.
    pub(crate) fn rest_of(value: &Value) -> Self {
        let rest = match value {
            Value::Date(date) => split_date(*date).1,
            Value::Time(time) => split_time(*time).1,
            Value::Timestamp(instant) => split_instant(*instant).1,
            _ => return Self::Null,
        };
        Self::Text(if rest == 0 { "0".into() } else { rest.to_string().into() })
    }
}

/// Whether a column of a type has a rest beside it.
pub(crate) const fn has_rest(column_type: ColumnType) -> bool {
    matches!(column_type, ColumnType::Date | ColumnType::Time | ColumnType::Timestamp)
}

fn split_date(date: Date) -> (Ticks, i128) {
    let days = date.duration_since(DAY_ZERO).as_hours() / 24;
    if days < FIRST_DAY { (Ticks::BEFORE_ALL, days.into()) } else { (Ticks(days), 0) }
}

fn split_time(time: Time) -> (Ticks, i128) {
    split_nanos(time.duration_since(Time::MIN).as_nanos(), 0)
}

fn split_instant(instant: Timestamp) -> (Ticks, i128) {
    split_nanos(instant.as_nanosecond(), EPOCH)
}

fn split_nanos(nanos: i128, epoch: i64) -> (Ticks, i128) {
    match i64::try_from(nanos.div_euclid(1000) - i128::from(epoch)) {
        Ok(micros) if micros >= FIRST_INSTANT => (Ticks(micros), nanos.rem_euclid(1000)),
        _ => (Ticks::BEFORE_ALL, nanos),
    }
}

fn join_date(ticks: Ticks, rest: i128) -> Option<Date> {
    let days = if ticks == Ticks::BEFORE_ALL { i64::try_from(rest).ok()? } else { ticks.0 };
    DAY_ZERO.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn join_time(ticks: Ticks, rest: i128) -> Option<Time> {
    let nanos = i64::try_from(join_nanos(ticks, rest, 0)).ok()?;
    Time::MIN.checked_add(SignedDuration::from_nanos(nanos)).ok()
}

fn join_instant(ticks: Ticks, rest: i128) -> Option<Timestamp> {
    Timestamp::from_nanosecond(join_nanos(ticks, rest, EPOCH)).ok()
}

fn join_nanos(ticks: Ticks, rest: i128, epoch: i64) -> i128 {
    if ticks == Ticks::BEFORE_ALL {
        return rest;
    }
    (i128::from(ticks.0) + i128::from(epoch)) * 1000 + rest
}

/// A length of time as a decimal number of seconds.
fn seconds(length: SignedDuration) -> String {
    let (sign, nanos) = (if length.is_negative() { "-" } else { "" }, length.as_nanos().unsigned_abs());
    format!("{sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

fn parse_seconds(text: &str) -> Option<SignedDuration> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let nanos = whole.parse::<i128>().ok()?.checked_mul(1_000_000_000)?
        + format!("{fraction:0<9}").parse::<i128>().ok()?;
    SignedDuration::try_from_nanos_i128(if digits.len() < text.len() { -nanos } else { nanos })
}

/// A text as PostgreSQL can hold it.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', '\u{1}']) {
        return text.into();
    }
    text.replace('\u{1}', "\u{1}\u{2}").replace('\0', "\u{1}\u{1}").into()
}

/// The text that [`escaped`] has made a text from.
pub(crate) fn unescaped(text: String) -> String {
    if !text.contains('\u{1}') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\u{1}', Some(mark @ ('\u{1}' | '\u{2}'))) => {
                characters.next();
                plain.push(if mark == '\u{1}' { '\0' } else { '\u{1}' });
            }
            _ => plain.push(character),
        }
    }
    plain
}

/// Checks that a column can hold a value.
///
/// # Errors
///
/// When the value is of another type, is null where it must not be, or is not a number.
pub(crate) fn check(column: &Column, value: &Value) -> Outcome<()> {
    let fits = match value {
        Value::Null => column.nullable,
        Value::Real(number) if number.is_nan() => {
            return Err(StoreError::invalid(format!(
                "`{}` would be NaN, which equals nothing; leave the field empty instead",
                column.name
            )));
        }
        value => type_of(value) == Some(column.column_type),
    };
    if fits {
        return Ok(());
    }
    Err(StoreError::invalid(format!("the column `{}` cannot hold {}", column.name, value.kind())))
}

const fn type_of(value: &Value) -> Option<ColumnType> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => ColumnType::Bool,
        Value::Int(_) => ColumnType::Int,
        Value::Wide(_) => ColumnType::Wide,
        Value::Real(_) => ColumnType::Real,
        Value::Decimal(_) => ColumnType::Decimal,
        Value::Text(_) => ColumnType::Text,
        Value::Uuid(_) => ColumnType::Uuid,
        Value::Date(_) => ColumnType::Date,
        Value::Time(_) => ColumnType::Time,
        Value::Timestamp(_) => ColumnType::Timestamp,
        Value::Duration(_) => ColumnType::Duration,
        Value::Bytes(_) => ColumnType::Bytes,
        Value::Json(_) => ColumnType::Json,
    })
}

/// The value that a row holds in a column, whose first or only cell is at a place; moves the place on.
///
/// # Errors
///
/// When a cell is nothing that [`Cell::of`] makes for the column's type.
pub(crate) fn read(column: &Column, row: &Row, place: &mut usize) -> Outcome<Value> {
    let first = *place;
    *place += 1 + usize::from(has_rest(column.column_type));
    let value = read_cell(column.column_type, row, first).or_store_error()?;
    value.ok_or_else(|| {
        corrupt(format!(
            "the column `{}` of type {:?} holds what this store did not write",
            column.name, column.column_type
        ))
    })
}

fn read_cell(
    column_type: ColumnType,
    row: &Row,
    place: usize,
) -> Result<Option<Value>, tokio_postgres::Error> {
    fn cell<'r, T: FromSql<'r>>(row: &'r Row, place: usize) -> Result<Option<T>, tokio_postgres::Error> {
        row.try_get(place)
    }
    let text = |read: &dyn Fn(&str) -> Option<Value>| {
        let text = cell::<&str>(row, place)?;
        Ok(text.map_or(Some(Value::Null), read))
    };
    let ticks = |join: &dyn Fn(Ticks, i128) -> Option<Value>| {
        let (ticks, rest) = (cell::<Ticks>(row, place)?, cell::<&str>(row, place + 1)?);
        let Some(ticks) = ticks else { return Ok(Some(Value::Null)) };
        let rest = rest.and_then(|rest| rest.parse().ok());
        Ok(rest.and_then(|rest| join(ticks, rest)))
    };
    let known = |value: Option<Value>| Ok(Some(value.unwrap_or(Value::Null)));
    match column_type {
        ColumnType::Bool => known(cell(row, place)?.map(Value::Bool)),
        ColumnType::Int => known(cell(row, place)?.map(Value::Int)),
        ColumnType::Real => known(cell(row, place)?.map(Value::Real)),
        ColumnType::Uuid => known(cell(row, place)?.map(Value::Uuid)),
        ColumnType::Bytes => known(cell(row, place)?.map(Value::Bytes)),
        ColumnType::Text => known(cell(row, place)?.map(|text| Value::Text(unescaped(text)))),
        ColumnType::Json => known(cell(row, place)?.map(|text| Value::Json(unescaped(text)))),
        ColumnType::Wide => text(&|text| text.parse::<Wide>().ok().map(Value::Wide)),
        ColumnType::Decimal => text(&|text| text.parse().ok().map(Value::Decimal)),
        ColumnType::Duration => text(&|text| parse_seconds(text).map(Value::Duration)),
        ColumnType::Date => ticks(&|ticks, rest| join_date(ticks, rest).map(Value::Date)),
        ColumnType::Time => ticks(&|ticks, rest| join_time(ticks, rest).map(Value::Time)),
        ColumnType::Timestamp => ticks(&|ticks, rest| join_instant(ticks, rest).map(Value::Timestamp)),
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self, column: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(truth) => truth.to_sql(column, out),
            Self::Int(number) => number.to_sql(column, out),
            Self::Real(number) => number.to_sql(column, out),
            Self::Text(text) => text.to_sql(column, out),
            Self::Uuid(id) => id.to_sql(column, out),
            Self::Bytes(bytes) => bytes.to_sql(column, out),
            Self::Ticks(ticks) => ticks.to_sql(column, out),
        }
    }

    /// Each statement names the types of its cells, which are those of their columns.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl ToSql for Ticks {
    fn to_sql(&self, column: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (column, *self) {
            (&Type::DATE, Self::BEFORE_ALL) => out.extend_from_slice(&i32::MIN.to_be_bytes()),
            (&Type::DATE, Self(days)) => out.extend_from_slice(&i32::try_from(days)?.to_be_bytes()),
            (_, Self(micros)) => out.extend_from_slice(&micros.to_be_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(column: &Type) -> bool {
        matches!(*column, Type::DATE | Type::TIME | Type::TIMESTAMPTZ)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Ticks {
    fn from_sql(column: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        if *column != Type::DATE {
            return Ok(Self(i64::from_be_bytes(raw.try_into()?)));
        }
        let days = i32::from_be_bytes(raw.try_into()?);
        Ok(if days == i32::MIN { Self::BEFORE_ALL } else { Self(days.into()) })
    }

    fn accepts(column: &Type) -> bool {
        <Self as ToSql>::accepts(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_texts_come_back_and_keep_their_order() {
        let texts = [
            "",
            "\0",
            "\0\0",
            "\0\u{1}",
            "\0a",
            "\u{1}",
            "\u{1}\0",
            "\u{1}\u{2}",
            "\u{2}",
            "a",
            "a\0",
            "a\u{1}",
        ];
        for (before, after) in texts.iter().zip(&texts[1..]) {
            assert!(before < after && escaped(before) < escaped(after), "{before:?} comes before {after:?}");
        }
        for text in texts {
            assert!(!escaped(text).contains('\0'));
            assert_eq!(unescaped(escaped(text).into_owned()), text);
        }
    }

    #[test]
    fn times_come_back_from_their_two_columns() {
        for instant in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            let (ticks, rest) = split_instant(instant);
            assert_eq!(join_instant(ticks, rest), Some(instant));
        }
        for date in [Date::MIN, date(-4713, 11, 23), date(-4713, 11, 24), Date::MAX] {
            let (ticks, rest) = split_date(date);
            assert_eq!(
                (join_date(ticks, rest), ticks == Ticks::BEFORE_ALL),
                (Some(date), date < Date::constant(-4713, 11, 24))
            );
        }
    }

    #[test]
    fn durations_are_exact_seconds() {
        for length in
            [SignedDuration::MIN, SignedDuration::from_nanos(-1), SignedDuration::ZERO, SignedDuration::MAX]
        {
            assert_eq!(parse_seconds(&seconds(length)), Some(length));
        }
        assert_eq!(seconds(SignedDuration::new(-1, -500_000_000)), "-1.500000000");
    }
}
