//! The rows of one table in the order of their keys, and the pages that queries read from them.
//!
//! A query that names the first columns of the key looks only at those rows; any other looks at all of them, as there
//! are no further indexes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;

use crate::store::{Column, Order, RowChange, RowFilter, RowQuery, RowTest, StoreError, TableDefinition};
use crate::value::{ColumnType, Value};

pub(super) struct Rows {
    key_columns: usize,
    by_key: BTreeMap<Key, Vec<Value>>,
}

struct Key(Vec<Value>);

/// A key that is looked for, without owning its cells. The first cells of a key come before every key that begins with
/// them.
trait Cells {
    fn cells(&self) -> &[Value];
}

impl Rows {
    pub(super) fn new(key_columns: usize) -> Self {
        Self { key_columns, by_key: BTreeMap::new() }
    }

    /// The rows of some keys, in the order of the keys.
    pub(super) fn load(&self, keys: &[Vec<Value>]) -> Vec<Option<Vec<Value>>> {
        keys.iter().map(|key| self.by_key.get(&key.as_slice() as &dyn Cells).cloned()).collect()
    }

    pub(super) fn write(&mut self, changes: Vec<RowChange>) {
        for RowChange { key, row } in changes {
            match row {
                Some(row) => self.by_key.insert(Key(key), row),
                None => self.by_key.remove(&key.as_slice() as &dyn Cells),
            };
        }
    }

    /// Whether the changes fit the table, as a database with typed columns would insist.
    pub(super) fn check(definition: &TableDefinition, changes: &[RowChange]) -> Result<(), StoreError> {
        for RowChange { key, row } in changes {
            let columns = match row {
                Some(row) if row.len() == definition.columns.len() && row.starts_with(key) => row.iter(),
                None if key.len() == definition.key_columns => key.iter(),
                _ => return Err(misfit(definition, "a row that does not have the table's columns")),
            };
            for (column, value) in definition.columns.iter().zip(columns) {
                if !fits(column, value) {
                    let what = format!("{} into `{}`, which cannot hold it", value.kind(), column.name);
                    return Err(misfit(definition, &what));
                }
            }
        }
        Ok(())
    }

    pub(super) fn count(&self, definition: &TableDefinition, query: &RowQuery) -> Result<u64, StoreError> {
        check_columns(definition, query.filters.iter().map(|filter| filter.column))?;
        let rows = self.after(None, &query.filters);
        Ok(rows.filter(|row| passes(row, &query.filters)).count() as u64)
    }

    /// A page, and whether there are rows after it.
    pub(super) fn page(
        &self,
        definition: &TableDefinition,
        query: &RowQuery,
    ) -> Result<(Vec<Vec<Value>>, bool), StoreError> {
        let order = &query.order;
        check_columns(definition, query.filters.iter().map(|filter| filter.column))?;
        check_columns(definition, order.iter().map(|order| order.column))?;
        if let Some(after) = &query.after
            && after.len() != order.len() + self.key_columns
        {
            return Err(StoreError::invalid(format!(
                "a page of `{}` begins after {} values, expected {}",
                definition.name,
                after.len(),
                order.len() + self.key_columns
            )));
        }
        let wanted = query.limit.saturating_add(1);
        let mut page: Vec<&Vec<Value>> = if order.is_empty() {
            let rows = self.after(query.after.as_deref(), &query.filters);
            rows.filter(|row| passes(row, &query.filters)).take(wanted).collect()
        } else {
            let sorted_by = |row: &&Vec<Value>, other: &&Vec<Value>| self.compare(order, row, other);
            let mut rows: Vec<_> = self
                .after(None, &query.filters)
                .filter(|row| passes(row, &query.filters))
                .filter(|row| query.after.as_ref().is_none_or(|after| self.is_after(order, row, after)))
                .collect();
            if wanted < rows.len() {
                rows.select_nth_unstable_by(wanted, sorted_by);
                rows.truncate(wanted);
            }
            rows.sort_unstable_by(sorted_by);
            rows
        };
        let more = page.len() > query.limit;
        page.truncate(query.limit);
        Ok((page.into_iter().cloned().collect(), more))
    }

    /// The rows after a key, in the order of keys, whose first key columns are those that are filtered for.
    fn after<'a>(
        &'a self,
        after: Option<&'a [Value]>,
        filters: &'a [RowFilter],
    ) -> impl Iterator<Item = &'a Vec<Value>> {
        let prefix: Vec<Value> = (0..self.key_columns)
            .map_while(|column| {
                filters.iter().find_map(|filter| match &filter.test {
                    RowTest::Equals(value) if filter.column == column => Some(value.clone()),
                    _ => None,
                })
            })
            .collect();
        let prefixed = prefix.as_slice();
        let start: Bound<&dyn Cells> = match &after {
            Some(key) if compare_cells(key, prefixed).is_ge() => Bound::Excluded(key),
            _ => Bound::Included(&prefixed),
        };
        self.by_key
            .range::<dyn Cells, _>((start, Bound::Unbounded))
            .take_while(move |(key, _)| compare_cells(&key.0[..prefix.len()], &prefix) == Ordering::Equal)
            .map(|(_, row)| row)
    }

    fn compare(&self, order: &[Order], row: &[Value], other: &[Value]) -> Ordering {
        order
            .iter()
            .map(|order| directed(order, row[order.column].order(&other[order.column])))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| compare_cells(&row[..self.key_columns], &other[..self.key_columns]))
    }

    fn is_after(&self, order: &[Order], row: &[Value], after: &[Value]) -> bool {
        let (ordered, key) = after.split_at(order.len());
        order
            .iter()
            .zip(ordered)
            .map(|(order, value)| directed(order, row[order.column].order(value)))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| compare_cells(&row[..self.key_columns], key))
            .is_gt()
    }
}

fn check_columns(
    definition: &TableDefinition,
    mut columns: impl Iterator<Item = usize>,
) -> Result<(), StoreError> {
    let (name, count) = (&definition.name, definition.columns.len());
    match columns.find(|column| *column >= count) {
        Some(column) => Err(StoreError::invalid(format!("`{name}` has no column {column}, it has {count}"))),
        None => Ok(()),
    }
}

fn passes(row: &[Value], filters: &[RowFilter]) -> bool {
    filters.iter().all(|filter| filter.test.passes(&row[filter.column]))
}

fn directed(order: &Order, ordering: Ordering) -> Ordering {
    if order.descending { ordering.reverse() } else { ordering }
}

fn compare_cells(cells: &[Value], others: &[Value]) -> Ordering {
    let different =
        cells.iter().zip(others).map(|(cell, other)| cell.order(other)).find(|found| found.is_ne());
    different.unwrap_or_else(|| cells.len().cmp(&others.len()))
}

fn misfit(definition: &TableDefinition, what: &str) -> StoreError {
    StoreError::invalid(format!("the projection of `{}` wrote {what}", definition.name))
}

fn fits(column: &Column, value: &Value) -> bool {
    let column_type = match value {
        Value::Null => return column.nullable,
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
    };
    column.column_type == column_type
}

impl Cells for Key {
    fn cells(&self) -> &[Value] {
        &self.0
    }
}

impl Cells for &[Value] {
    fn cells(&self) -> &[Value] {
        self
    }
}

impl<'a> Borrow<dyn Cells + 'a> for Key {
    fn borrow(&self) -> &(dyn Cells + 'a) {
        self
    }
}

impl Ord for dyn Cells + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_cells(self.cells(), other.cells())
    }
}

impl PartialOrd for dyn Cells + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for dyn Cells + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for dyn Cells + '_ {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_cells(&self.0, &other.0)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}
