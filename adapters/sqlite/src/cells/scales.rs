//! The trailing zeros of decimals, which cells that are numbers cannot keep.
//!
//! A table with decimals has one more column, `cqrs_scales`: null in most rows, else how many digits each decimal of the row has
//! after the point, with commas between them and nothing where the cell says it all. So 1.50 is the number 1.5 to every SQL
//! tool, and 1.50 again to the projection.

use cqrs_core::store::TableDefinition;
use cqrs_core::{ColumnType, Value};

use crate::error::{Outcome, corrupt};

/// The column's name.
pub(crate) const COLUMN: &str = "cqrs_scales";

/// Whether a table has the column.
pub(crate) fn are_kept(definition: &TableDefinition) -> bool {
    definition.columns.iter().any(|column| column.column_type == ColumnType::Decimal)
}

/// The column's cell for a row.
pub(crate) fn of(definition: &TableDefinition, row: &[Value]) -> Option<String> {
    let scale = |value: &Value| match value {
        Value::Decimal(number) if number.normalize().scale() != number.scale() => number.scale().to_string(),
        _ => String::new(),
    };
    let decimals = row.iter().zip(&definition.columns);
    let decimals = decimals.filter(|(_, column)| column.column_type == ColumnType::Decimal);
    let scales: Vec<_> = decimals.map(|(value, _)| scale(value)).collect();
    scales.iter().any(|scale| !scale.is_empty()).then(|| scales.join(","))
}

/// Gives a row's decimals the scales that its cell says.
pub(crate) fn restore(definition: &TableDefinition, row: &mut [Value], cell: &str) -> Outcome<()> {
    let decimals = row.iter_mut().zip(&definition.columns);
    let decimals = decimals.filter(|(_, column)| column.column_type == ColumnType::Decimal);
    for ((value, column), scale) in decimals.zip(cell.split(',')) {
        if scale.is_empty() {
            continue;
        }
        let Value::Decimal(number) = value else { continue };
        let scale = scale.parse().map_err(|error| {
            corrupt(format!("`{COLUMN}` of `{}` holds `{cell}`, for `{}`", definition.name, column.name))
                .because(error)
        })?;
        number.rescale(scale);
    }
    Ok(())
}
