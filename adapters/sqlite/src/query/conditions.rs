//! Conditions of a query as SQL: text without any value in it, and the cells to bind.

use std::rc::Rc;

use cqrs_core::store::{Column, RowFilter, RowQuery, RowTest};
use cqrs_core::{ColumnType, Value};
use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;
use rusqlite::vtab::array::Array;

use crate::cells::{Cell, order};
use crate::tables::{Standing, may_be_irregular, quoted};

/// Conditions that must all hold.
#[derive(Default, Clone)]
pub(super) struct Conditions {
    texts: Vec<String>,
    bound: Vec<Bound>,
}

/// What is bound to one place of a condition.
#[derive(Clone)]
pub(super) enum Bound {
    One(Cell<'static>),
    Many(Array),
}

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::One(cell) => cell.to_sql(),
            Self::Many(cells) => cells.to_sql(),
        }
    }
}

impl Conditions {
    /// The conditions as a clause; empty where there are none.
    pub(super) fn where_clause(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!(" WHERE {}", self.texts.join(" AND ")) }
    }

    /// What to bind, in order.
    pub(super) fn bound(&self) -> &[Bound] {
        &self.bound
    }

    /// Adds a condition without values.
    pub(super) fn push(&mut self, text: String) {
        self.texts.push(text);
    }

    /// Adds a comparison of an expression with a cell.
    pub(super) fn compare(&mut self, expression: &str, operator: &str, cell: &Cell<'_>) {
        let place = self.bind(Bound::One(cell.to_owned_cell()));
        self.texts.push(format!("{expression} {operator} {place}"));
    }

    /// Adds the filters of a query.
    pub(super) fn filter(&mut self, query: &RowQuery, standing: &Standing) {
        for RowFilter { column, test } in &query.filters {
            self.test(&query.table.columns[*column], test, standing);
        }
    }

    fn test(&mut self, column: &Column, test: &RowTest, standing: &Standing) {
        let name = quoted(&column.name);
        match test {
            RowTest::Equals(Value::Null) => self.push(format!("{name} IS NULL")),
            RowTest::Equals(value) => self.compare(&name, "=", &Cell::of(value)),
            RowTest::In(values) => {
                let present = values.iter().filter(|value| **value != Value::Null);
                let cells = present.map(|value| Cell::of(value).into_driver_value()).collect();
                let place = self.bind(Bound::Many(Rc::new(cells)));
                self.push(format!("{name} IN (SELECT value FROM rarray({place}))"));
            }
            RowTest::AtLeast(Value::Null) | RowTest::Above(Value::Null) => {
                self.push(format!("{name} IS NOT NULL"));
            }
            RowTest::AtMost(Value::Null) | RowTest::Below(Value::Null) => self.push("FALSE".to_owned()),
            RowTest::AtLeast(bound) => self.range(column, ">=", bound, standing),
            RowTest::Above(bound) => self.range(column, ">", bound, standing),
            RowTest::AtMost(bound) => self.range(column, "<=", bound, standing),
            RowTest::Below(bound) => self.range(column, "<", bound, standing),
            RowTest::Prefix(_) if column.column_type != ColumnType::Text => self.push("FALSE".to_owned()),
            RowTest::Prefix(prefix) => {
                self.compare(&name, ">=", &Cell::Text(prefix.into()));
                if let Some(end) = after_all_with_prefix(prefix) {
                    self.compare(&name, "<", &Cell::Text(end.into()));
                }
            }
        }
    }

    fn range(&mut self, column: &Column, operator: &str, bound: &Value, standing: &Standing) {
        let (name, cell) = (quoted(&column.name), Cell::of(bound));
        let is_exact = may_be_irregular(column.column_type)
            && (standing.irregular.contains(&column.name) || cell.is_irregular(column.column_type));
        match order::key(column.column_type, &cell).filter(|_| is_exact) {
            Some(key) => {
                let expression = format!("{}({name})", order::function(column.column_type));
                self.compare(&expression, operator, &Cell::Blob(key.into()));
            }
            None => self.compare(&name, operator, &cell),
        }
    }

    fn bind(&mut self, bound: Bound) -> String {
        self.bound.push(bound);
        format!("?{}", self.bound.len())
    }
}

/// The least text that is greater than every text with a prefix; `None` when there is none.
fn after_all_with_prefix(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // The code points from U+D800 to U+DFFF are no characters.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_lies_after_all_texts_that_have_it() {
        assert_eq!(after_all_with_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_all_with_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_all_with_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_all_with_prefix("\u{10FFFF}"), None);
        assert_eq!(after_all_with_prefix(""), None);
    }
}
