//! Queries over a live table: filters, a total order, and pages by key, all within PostgreSQL.
//!
//! A page after a row is read in stretches: first the rows that equal it in all but the last column of the order, then
//! those that equal it in all but the last two, and so on. Each stretch is one range of an index where there is one, so that
//! the hundredth page costs what the first one does.

mod conditions;

use std::sync::Arc;

use cqrs_core::Value;
use cqrs_core::store::{Order, RowPage, RowQuery, StoreError, TableDefinition};

use self::conditions::Conditions;
use crate::PostgresStore;
use crate::connect::{Session, quoted};
use crate::error::{OrStoreError, Outcome};
use crate::sessions::Lent;
use crate::tables::{Part, Standing, Table, all_columns, missing, parts, read_row};
use crate::transaction::Access;

impl PostgresStore {
    /// A page of rows and the table's checkpoint, both as of one moment.
    pub(crate) async fn page_of_rows(&self, query: &RowQuery) -> Outcome<RowPage> {
        check(query)?;
        let session = self.reading(&query.table).await?;
        let read = rows(&session, query).await;
        session.end(read).await
    }

    /// How many rows pass a query's filters.
    pub(crate) async fn count_of_rows(&self, query: &RowQuery) -> Outcome<u64> {
        check(query)?;
        let session = self.reading(&query.table).await?;
        let read = count(&session, query).await;
        session.end(read).await
    }

    /// A session within a transaction that reads a live table.
    async fn reading(&self, definition: &Arc<TableDefinition>) -> Outcome<Lent> {
        let session = self.session().await?;
        match session.begin_on(&definition.name, Access::Read).await? {
            true => Ok(session),
            false => Err(missing(definition, "serves no queries")),
        }
    }
}

async fn rows(session: &Session, query: &RowQuery) -> Outcome<RowPage> {
    let (table, standing): (_, Standing) = Table::serving(session, &query.table).await?;
    let terms = terms(query);
    let wanted = query.limit.saturating_add(1);
    let mut rows = Vec::new();
    for stretch in stretches(&terms) {
        if rows.len() >= wanted {
            break;
        }
        let mut conditions = Conditions::of(query);
        stretch.restrict(&mut conditions, &terms);
        read_stretch(session, &table, &terms, &conditions, wanted - rows.len(), &mut rows).await?;
    }
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    Ok(RowPage { rows, more, checkpoint: standing.checkpoint, revision: standing.revision })
}

async fn count(session: &Session, query: &RowQuery) -> Outcome<u64> {
    let (table, _) = Table::serving(session, &query.table).await?;
    let conditions = Conditions::of(query);
    let (id, name, clause) = (table.id(), quoted(&query.table.name), conditions.where_clause());
    let sql = format!("/* {id} */ SELECT count(*) FROM {name} AS kept{clause}");
    let row = session.query_opt(&sql, &conditions.bound()).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get(0)).or_store_error()?;
    Ok(count.unsigned_abs())
}

/// One column of the order, with the value after which to go on.
struct Term<'q> {
    parts: Vec<Part>,
    nullable: bool,
    descending: bool,
    after: Option<&'q Value>,
}

/// The rows that equal the one before the page in the first `equal` terms, and lie beyond it in the next.
#[derive(Clone, Copy)]
struct Stretch {
    equal: usize,
    /// Whether these are the rows beyond it only because their column is null.
    nulls: bool,
}

impl Term<'_> {
    /// What rows are ordered by: null first, or last where the highest come first.
    fn order(&self) -> impl Iterator<Item = String> {
        let direction = match (self.descending, self.nullable) {
            (true, true) => " DESC NULLS LAST",
            (true, false) => " DESC",
            (false, true) => " NULLS FIRST",
            (false, false) => "",
        };
        self.parts.iter().map(move |part| format!("{}{direction}", part.expression()))
    }
}

impl Stretch {
    fn restrict<'q>(self, conditions: &mut Conditions<'q>, terms: &[Term<'q>]) {
        for term in &terms[..self.equal] {
            if let Some(after) = term.after {
                conditions.equal(&term.parts, after);
            }
        }
        let Some((term, after)) = terms.get(self.equal).and_then(|term| Some((term, term.after?))) else {
            return;
        };
        match (after, term.descending) {
            (_, true) if self.nulls => conditions.equal(&term.parts, &Value::Null),
            (Value::Null, _) => conditions.is_not_null(&term.parts),
            (_, true) => conditions.compare(&term.parts, "<", after),
            (_, false) => conditions.compare(&term.parts, ">", after),
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
        let Some(after) = term.after else { continue };
        let is_null = *after == Value::Null;
        if is_null && term.descending {
            continue;
        }
        stretches.push(Stretch { equal, nulls: false });
        if !is_null && term.descending && term.nullable {
            stretches.push(Stretch { equal, nulls: true });
        }
    }
    stretches
}

/// The order's columns and then the key's, each once.
fn terms(query: &RowQuery) -> Vec<Term<'_>> {
    let definition = &query.table;
    let key = (0..definition.key_columns).map(|column| Order { column, descending: false });
    let mut seen = Vec::new();
    let mut terms = Vec::new();
    for (index, order) in query.order.iter().copied().chain(key).enumerate() {
        if seen.contains(&order.column) {
            continue;
        }
        seen.push(order.column);
        let after = query.after.as_ref().and_then(|after| after.get(index));
        let nullable = definition.columns[order.column].nullable;
        terms.push(Term {
            parts: parts(definition, order.column),
            nullable,
            descending: order.descending,
            after,
        });
    }
    terms
}

async fn read_stretch(
    session: &Session,
    table: &Table,
    terms: &[Term<'_>],
    conditions: &Conditions<'_>,
    wanted: usize,
    rows: &mut Vec<Vec<Value>>,
) -> Outcome<()> {
    let definition = table.definition();
    let order: Vec<_> = terms.iter().flat_map(Term::order).collect();
    let order_by = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    let mut bound = conditions.bound();
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    bound.push(&limit);
    let sql = format!(
        "/* {} */ SELECT {} FROM {} AS kept{}{order_by} LIMIT ${}",
        table.id(),
        all_columns(definition),
        quoted(&definition.name),
        conditions.where_clause(),
        bound.len(),
    );
    for row in session.query(&sql, &bound).await? {
        rows.push(read_row(definition, &row)?.0);
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
