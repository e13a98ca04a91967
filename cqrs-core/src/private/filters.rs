//! The filters of derived queries: typed columns against values, nullable columns included.

use crate::command::Invalid;
use crate::data_type::DataType;
use crate::query::TypedColumn;
use crate::shape::{Scalar, Shape, ShapeKind};
use crate::store::{RowFilter, RowTest};
use crate::value::Value;

use super::rules::{Sentence, refuse};

/// A value that a column of `C` can be compared with: one of the same type, or of the type within its option.
#[diagnostic::on_unimplemented(
    message = "a column of `{C}` cannot be compared with `{Self}`",
    label = "the column holds `{C}`",
    note = "give the field the column's type; within an `Option`, it filters only when there is a value"
)]
pub trait Compares<C>: DataType {}

impl<T: DataType> Compares<T> for T {}

impl<T: DataType> Compares<Option<T>> for T {}

/// The filter that compares a column with a value.
///
/// # Errors
///
/// When the value has no stored form.
pub fn compare<C: DataType, V: Compares<C>>(
    column: TypedColumn<C>,
    value: &V,
    test: fn(Value) -> RowTest,
) -> Result<RowFilter, Invalid> {
    Ok(RowFilter { column: column.ascending().column, test: test(cell(column, value)?) })
}

/// The filter that finds a column's value among others.
///
/// # Errors
///
/// When a value has no stored form.
pub fn any_of<C: DataType, V: Compares<C>>(
    column: TypedColumn<C>,
    values: &[V],
) -> Result<RowFilter, Invalid> {
    let cells: Result<_, _> = values.iter().map(|value| cell(column, value)).collect();
    Ok(RowFilter { column: column.ascending().column, test: RowTest::In(cells?) })
}

/// The filter by the beginning of a column's text.
///
/// # Errors
///
/// Never; the result has the form of the other filters.
pub fn prefix<C: DataType>(column: TypedColumn<C>, prefix: &str) -> Result<RowFilter, Invalid> {
    Ok(RowFilter { column: column.ascending().column, test: RowTest::Prefix(prefix.to_owned()) })
}

/// Refuses a filter by prefix on a column that holds no text.
#[track_caller]
pub const fn holds_text<C: DataType>(column: TypedColumn<C>) {
    if !is_text(&C::SHAPE) {
        let sentence =
            Sentence::new().add("column `").add(column.name()).add("` holds no text, so it has no prefix");
        refuse(&sentence);
    }
}

const fn is_text(shape: &Shape) -> bool {
    match shape {
        Shape::Scalar(scalar) => matches!(scalar, Scalar::String),
        Shape::Optional(inner) => is_text(inner),
        Shape::Named(named) => matches!(named.kind, ShapeKind::Newtype(inner) if is_text(inner)),
        _ => false,
    }
}

fn cell<C: DataType, V: DataType>(column: TypedColumn<C>, value: &V) -> Result<Value, Invalid> {
    value.to_value().map_err(|error| Invalid::field(column.name(), error.to_string()))
}
