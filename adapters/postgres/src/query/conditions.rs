//! Conditions of a query as SQL: text without any value in it, and the cells to bind.

use cqrs_core::store::{RowFilter, RowQuery, RowTest};
use cqrs_core::{ColumnType, Value};
use tokio_postgres::types::ToSql;

use crate::cells::Cell;
use crate::tables::{Part, parts};

/// Conditions that must all hold.
#[derive(Default)]
pub(super) struct Conditions<'q> {
    texts: Vec<String>,
    bound: Vec<Bound<'q>>,
}

/// What is bound to one place of a condition.
enum Bound<'q> {
    One(Cell<'q>),
    Many(Vec<Cell<'q>>),
}

impl Bound<'_> {
    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::One(cell) => cell,
            Self::Many(cells) => cells,
        }
    }
}

impl<'q> Conditions<'q> {
    /// The filters of a query.
    pub(super) fn of(query: &'q RowQuery) -> Self {
        let mut conditions = Self::default();
        for RowFilter { column, test } in &query.filters {
            let column_type = query.table.columns[*column].column_type;
            conditions.test(&parts(&query.table, *column), column_type, test);
        }
        conditions
    }

    /// The conditions as a clause; empty where there are none.
    pub(super) fn where_clause(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!(" WHERE {}", self.texts.join(" AND ")) }
    }

    /// What to bind, in order.
    pub(super) fn bound(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.bound.iter().map(Bound::as_sql).collect()
    }

    /// Adds that a column equals a value.
    pub(super) fn equal(&mut self, parts: &[Part], value: &'q Value) {
        match value {
            Value::Null => self.texts.push(format!("{} IS NULL", parts[0].expression())),
            value => self.compare(parts, "=", value),
        }
    }

    /// Adds that a column is not null.
    pub(super) fn is_not_null(&mut self, parts: &[Part]) {
        self.texts.push(format!("{} IS NOT NULL", parts[0].expression()));
    }

    /// Adds a comparison of a column with a value that is not null.
    pub(super) fn compare(&mut self, parts: &[Part], operator: &str, value: &'q Value) {
        let first = self.bind(Bound::One(Cell::of(value)));
        let first = (parts[0].expression(), parts[0].place(first));
        let text = match parts.get(1) {
            None => format!("{} {operator} {}", first.0, first.1),
            Some(rest) => {
                let number = self.bind(Bound::One(Cell::rest_of(value)));
                format!(
                    "({}, {}) {operator} ({}, {})",
                    first.0,
                    rest.expression(),
                    first.1,
                    rest.place(number)
                )
            }
        };
        self.texts.push(text);
    }

    fn is_one_of(&mut self, parts: &[Part], values: &'q [Value]) {
        let present: Vec<_> = values.iter().filter(|value| **value != Value::Null).collect();
        let first = self.bind(Bound::Many(present.iter().map(|value| Cell::of(value)).collect()));
        let first = (parts[0].expression(), parts[0].places(first));
        let text = match parts.get(1) {
            None => format!("{} = ANY({})", first.0, first.1),
            Some(rest) => {
                let number =
                    self.bind(Bound::Many(present.iter().map(|value| Cell::rest_of(value)).collect()));
                let places = format!("{}, {}", first.1, rest.places(number));
                format!("({}, {}) IN (SELECT * FROM unnest({places}))", first.0, rest.expression())
            }
        };
        self.texts.push(text);
    }

    fn test(&mut self, parts: &[Part], column_type: ColumnType, test: &'q RowTest) {
        match test {
            RowTest::Equals(value) => self.equal(parts, value),
            RowTest::In(values) => self.is_one_of(parts, values),
            RowTest::AtLeast(Value::Null) | RowTest::Above(Value::Null) => self.is_not_null(parts),
            RowTest::AtMost(Value::Null) | RowTest::Below(Value::Null) => self.texts.push("false".to_owned()),
            RowTest::AtLeast(bound) => self.compare(parts, ">=", bound),
            RowTest::Above(bound) => self.compare(parts, ">", bound),
            RowTest::AtMost(bound) => self.compare(parts, "<=", bound),
            RowTest::Below(bound) => self.compare(parts, "<", bound),
            RowTest::Prefix(_) if column_type != ColumnType::Text => self.texts.push("false".to_owned()),
            RowTest::Prefix(prefix) => {
                let number = self.bind(Bound::One(Cell::Text(crate::cells::escaped(prefix))));
                self.texts.push(format!("starts_with({}, ${number}::text)", parts[0].expression()));
            }
        }
    }

    /// Adds what is bound; returns the number of its place.
    fn bind(&mut self, bound: Bound<'q>) -> usize {
        self.bound.push(bound);
        self.bound.len()
    }
}
