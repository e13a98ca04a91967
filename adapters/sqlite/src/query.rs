//! Queries over a live table: filters, a total order, and pages by key, all within SQLite.
//!
//! A page after a row is read in stretches: first the rows that equal it in all but the last column of the order, then
//! those that equal it in all but the last two, and so on. Each stretch is one range of an index where there is one, so that
//! the hundredth page costs what the first one does. Columns with irregular cells are compared by the functions of
//! [`order`]: exact too, but without an index.

mod conditions;

use cqrs_core::store::{Order, RowPage, RowQuery, StoreError, TableDefinition};
use cqrs_core::{Position, Value};
use rusqlite::{Connection, Statement};

use self::conditions::Conditions;
use crate::cells::{Cell, order};
use crate::error::{OrStoreError, Outcome};
use crate::tables::{Standing, Table, all_columns, may_be_irregular, quoted, read_row};

/// A page of rows and the table's checkpoint, both as of one moment.
pub(crate) fn rows(connection: &Connection, query: &RowQuery) -> Outcome<RowPage> {
    check(query)?;
    let _snapshot = connection.unchecked_transaction().or_store_error()?;
    let (table, standing) = Table::serving(connection, &query.table)?;
    let terms = terms(query, &standing);
    let mut filters = Conditions::default();
    filters.filter(query, &standing);
    let wanted = query.limit.saturating_add(1);
    let mut rows = Vec::new();
    for stretch in stretches(&terms) {
        if rows.len() >= wanted {
            break;
        }
        let mut conditions = filters.clone();
        stretch.restrict(&mut conditions, &terms);
        read_stretch(connection, &table, &terms, &conditions, wanted, &mut rows)?;
    }
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    Ok(RowPage { rows, more, checkpoint: standing.checkpoint, revision: standing.revision })
}

/// How many rows pass a query's filters, and the table's checkpoint, both as of one moment.
pub(crate) fn count(connection: &Connection, query: &RowQuery) -> Outcome<(u64, Position)> {
    check(query)?;
    let _snapshot = connection.unchecked_transaction().or_store_error()?;
    let (table, standing) = Table::serving(connection, &query.table)?;
    let mut filters = Conditions::default();
    filters.filter(query, &standing);
    let sql = format!("SELECT count(*) FROM {}{}", quoted(table.name()), filters.where_clause());
    let mut statement = prepare(connection, &sql, &filters)?;
    let mut rows = statement.raw_query();
    let row = rows.next().or_store_error()?;
    let count: i64 = row.map_or(Ok(0), |row| row.get(0)).or_store_error()?;
    Ok((count.unsigned_abs(), standing.checkpoint))
}

/// One column of the order, with the value after which to go on.
struct Term<'a> {
    column: String,
    nullable: bool,
    descending: bool,
    /// The function that puts the column's cells in order, where SQLite's own order does not.
    function: Option<&'static str>,
    after: Option<After<'a>>,
}

/// The value of a column after which a page goes on: the cell, and what it is compared by.
struct After<'a> {
    cell: Cell<'a>,
    key: Cell<'a>,
}

/// The rows that equal the one before the page in the first `equal` terms, and lie beyond it in the next.
#[derive(Clone, Copy)]
struct Stretch {
    equal: usize,
    /// Whether these are the rows beyond it only because their column is null.
    nulls: bool,
}

impl Term<'_> {
    /// What rows are ordered and compared by.
    fn expression(&self) -> String {
        match self.function {
            Some(function) => format!("{function}({})", self.column),
            None => self.column.clone(),
        }
    }
}

impl Stretch {
    fn restrict(self, conditions: &mut Conditions, terms: &[Term<'_>]) {
        for term in &terms[..self.equal] {
            match &term.after {
                Some(After { cell: Cell::Null, .. }) => conditions.push(format!("{} IS NULL", term.column)),
                Some(after) => conditions.compare(&term.column, "=", &after.cell),
                None => {}
            }
        }
        let Some((term, after)) =
            terms.get(self.equal).and_then(|term| term.after.as_ref().map(|after| (term, after)))
        else {
            return;
        };
        match (&after.cell, term.descending) {
            (_, true) if self.nulls => conditions.push(format!("{} IS NULL", term.column)),
            (Cell::Null, _) => conditions.push(format!("{} IS NOT NULL", term.column)),
            (_, true) => conditions.compare(&term.expression(), "<", &after.key),
            (_, false) => conditions.compare(&term.expression(), ">", &after.key),
        }
    }
}

/// The stretches of a page in their order; a first page is one stretch of everything.
fn stretches(terms: &[Term<'_>]) -> Vec<Stretch> {
    if terms.iter().all(|term| term.after.is_none()) {
        return vec![Stretch { equal: 0, nulls: false }];
    }
    let mut stretches = Vec::new();
    for (equal, term) in terms.iter().enumerate().rev() {
        let Some(after) = &term.after else { continue };
        let nulls_come_first = !term.descending;
        match (&after.cell, nulls_come_first) {
            (Cell::Null, false) => {}
            (Cell::Null, true) => stretches.push(Stretch { equal, nulls: false }),
            (_, true) => stretches.push(Stretch { equal, nulls: false }),
            (_, false) => {
                stretches.push(Stretch { equal, nulls: false });
                if term.nullable {
                    stretches.push(Stretch { equal, nulls: true });
                }
            }
        }
    }
    stretches
}

/// The order's columns and then the key's, each once.
fn terms<'a>(query: &'a RowQuery, standing: &Standing) -> Vec<Term<'a>> {
    let definition = &query.table;
    let key = (0..definition.key_columns).map(|column| Order { column, descending: false });
    let mut seen = Vec::new();
    let mut terms = Vec::new();
    for (index, order) in query.order.iter().copied().chain(key).enumerate() {
        if seen.contains(&order.column) {
            continue;
        }
        seen.push(order.column);
        let column = &definition.columns[order.column];
        let after = query.after.as_ref().and_then(|after| after.get(index)).map(Cell::of);
        let is_irregular = |cell: &Cell<'_>| cell.is_irregular(column.column_type);
        let is_exact = may_be_irregular(column.column_type)
            && (standing.irregular.contains(&column.name) || after.as_ref().is_some_and(is_irregular));
        let function = is_exact.then(|| order::function(column.column_type));
        let after = after.map(|cell| {
            let key = function.and_then(|_| order::key(column.column_type, &cell));
            After { key: key.map_or_else(|| cell.clone(), |key| Cell::Blob(key.into())), cell }
        });
        let (column, nullable) = (quoted(&column.name), column.nullable);
        terms.push(Term { column, nullable, descending: order.descending, function, after });
    }
    terms
}

fn read_stretch(
    connection: &Connection,
    table: &Table,
    terms: &[Term<'_>],
    conditions: &Conditions,
    wanted: usize,
    rows: &mut Vec<Vec<Value>>,
) -> Outcome<()> {
    let definition = table.definition();
    let columns = all_columns(definition);
    let direction = |term: &Term<'_>| if term.descending { "DESC" } else { "ASC" };
    let order: Vec<_> =
        terms.iter().map(|term| format!("{} {}", term.expression(), direction(term))).collect();
    let order_by = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    let sql = format!(
        "SELECT {columns} FROM {}{}{order_by} LIMIT {}",
        quoted(table.name()),
        conditions.where_clause(),
        i64::try_from(wanted - rows.len()).unwrap_or(i64::MAX),
    );
    let mut statement = prepare(connection, &sql, conditions)?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next().or_store_error()? {
        rows.push(read_row(definition, row)?);
    }
    Ok(())
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    conditions: &Conditions,
) -> Outcome<rusqlite::CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql).or_store_error()?;
    bind(&mut statement, conditions).or_store_error()?;
    Ok(statement)
}

fn bind(statement: &mut Statement<'_>, conditions: &Conditions) -> rusqlite::Result<()> {
    for (index, bound) in conditions.bound().iter().enumerate() {
        statement.raw_bind_parameter(index + 1, bound)?;
    }
    Ok(())
}

/// Checks that a query fits its table.
fn check(query: &RowQuery) -> Outcome<()> {
    let TableDefinition { name, columns, key_columns, .. } = &*query.table;
    let filtered = query.filters.iter().map(|filter| filter.column);
    let named = filtered.chain(query.order.iter().map(|order| order.column));
    if let Some(column) = named.into_iter().find(|column| *column >= columns.len()) {
        return Err(StoreError::invalid(format!(
            "the table `{name}` has {} columns, none at {column}",
            columns.len()
        )));
    }
    let expected = query.order.len() + key_columns;
    match &query.after {
        Some(after) if after.len() != expected => Err(StoreError::invalid(format!(
            "a page of `{name}` begins after {} values, expected {expected}",
            after.len()
        ))),
        _ => Ok(()),
    }
}
