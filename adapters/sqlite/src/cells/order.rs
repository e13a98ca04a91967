//! The exact order of irregular cells, as functions for the store's own queries.
//!
//! Each function makes bytes whose order is that of the values. They serve the store's own connections only: no table,
//! index or view mentions them, so that any other tool can read the file.

use cqrs_core::ColumnType;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

use super::Cell;

/// The SQL function that puts numbers in order.
const NUMBERS: &str = "cqrs_number_order";

/// The SQL function that puts dates and instants in order.
const TIMES: &str = "cqrs_time_order";

/// The function that puts the cells of a column's type in order, where SQLite's own order may not.
pub(crate) fn function(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Date | ColumnType::Timestamp => TIMES,
        _ => NUMBERS,
    }
}

/// Makes the functions known to a connection.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(NUMBERS, 1, flags, |context| Ok(number_key(context.get_raw(0))))?;
    connection.create_scalar_function(TIMES, 1, flags, |context| Ok(time_key(context.get_raw(0))))
}

/// The sort key of a cell that is to be compared with what [`function`] makes of a column.
pub(crate) fn key(column_type: ColumnType, cell: &Cell<'_>) -> Option<Vec<u8>> {
    let cell = match cell {
        Cell::Null => ValueRef::Null,
        Cell::Integer(number) => ValueRef::Integer(*number),
        Cell::Real(number) => ValueRef::Real(*number),
        Cell::Text(text) => ValueRef::Text(text.as_bytes()),
        Cell::Blob(bytes) => ValueRef::Blob(bytes),
    };
    match column_type {
        ColumnType::Date | ColumnType::Timestamp => time_key(cell),
        _ => number_key(cell),
    }
}

/// The most digits before the point of any number in a cell.
const DIGITS: usize = 40;

/// A number's sign, then its digits with the point at a fixed place; of a negative number, all turned round.
fn number_key(cell: ValueRef<'_>) -> Option<Vec<u8>> {
    let text = match cell {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Null | ValueRef::Blob(_) => return None,
    };
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let mut key = Vec::with_capacity(DIGITS + fraction.len() + 2);
    key.push(1);
    key.resize(1 + DIGITS.saturating_sub(whole.len()), b'0');
    key.extend_from_slice(whole.as_bytes());
    key.extend_from_slice(fraction.trim_end_matches('0').as_bytes());
    if text.starts_with('-') {
        // The end of a shorter fraction comes after its longer rivals, as they are further below zero.
        key.iter_mut().for_each(|byte| *byte = !*byte);
        key.push(u8::MAX);
        key[0] = 0;
    }
    Some(key)
}

/// A text whose years before 0 are turned round, as the text's order has them backwards.
fn time_key(cell: ValueRef<'_>) -> Option<Vec<u8>> {
    let ValueRef::Text(text) = cell else { return None };
    let mut key = Vec::with_capacity(text.len() + 1);
    match text.strip_prefix(b"-") {
        Some(rest) => {
            let year = rest.iter().position(|byte| *byte == b'-').unwrap_or(rest.len());
            key.push(0);
            key.extend(rest[..year].iter().map(|byte| !byte));
            key.extend_from_slice(&rest[year..]);
        }
        None => {
            key.push(1);
            key.extend_from_slice(text);
        }
    }
    Some(key)
}
