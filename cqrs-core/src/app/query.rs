//! Answering queries: roles, the wait for a write, a page with its cursor.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::envelope::Position;
use crate::projection::Projection;
use crate::query::{Cursor, Page, Query};
use crate::shape::Fingerprint;
use crate::store::{RowQuery, TableDefinition};
use crate::value::Value;

use super::error::{QueryError, WaitError};
use super::projections::{Running, keyed};
use super::watch::Watch;
use super::{App, Caller, Receipt};

/// How long a query waits for a write when nothing is said.
const PATIENCE: Duration = Duration::from_secs(5);

/// A query about to be asked; awaiting it reads a page.
#[must_use = "a query reads nothing until it is awaited"]
pub struct Ask<'a, Q> {
    app: &'a App,
    query: Q,
    caller: Caller,
    after: Position,
    /// How many events up to there are the caller's own.
    own: u64,
    within: Duration,
    limit: Option<usize>,
    page: Option<Cursor>,
}

type BoxedAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, QueryError>> + Send + 'a>>;

impl<'a, Q: Query> Ask<'a, Q> {
    pub(super) fn new(app: &'a App, query: Q) -> Self {
        let (caller, after, within) = (Caller::default(), Position::START, PATIENCE);
        Self { app, query, caller, after, own: 0, within, limit: None, page: None }
    }

    /// Says who asks.
    pub fn by(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    /// Answers only from rows that include this write.
    ///
    /// Where the projection had to set one of its events aside, the answer is [`WaitError::SetAside`].
    pub fn after(mut self, receipt: impl std::borrow::Borrow<Receipt>) -> Self {
        let receipt = receipt.borrow();
        self.own = receipt.events;
        self.after_position(receipt.position)
    }

    /// Answers only from rows that include everything up to this position.
    pub fn after_position(mut self, position: Position) -> Self {
        self.after = position;
        self
    }

    /// How long to wait for that; 5 seconds when nothing is said.
    pub fn within(mut self, patience: Duration) -> Self {
        self.within = patience;
        self
    }

    /// The most rows of the page; the query's own limit when nothing is said.
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Goes on where an earlier page of the same query ended.
    pub fn page(mut self, cursor: Cursor) -> Self {
        self.page = Some(cursor);
        self
    }

    /// Counts the rows instead of reading them.
    pub fn count(self) -> Count<'a, Q> {
        Count(self)
    }

    /// Watches the query: the current rows, then every change of them as it commits.
    ///
    /// Order, page and limit of the query do not matter here.
    ///
    /// # Errors
    ///
    /// As for asking once.
    pub async fn watch(self) -> Result<Watch<Q>, QueryError> {
        let (running, rows) = self.prepare()?;
        self.wait(&running).await?;
        Ok(Watch::new(self.app.clone(), rows))
    }

    /// Checks roles and rules, and puts the request into the table's own terms.
    fn prepare(&self) -> Result<(Arc<Running>, RowQuery), QueryError> {
        let query = Q::NAME;
        if !self.caller.has_one_of(Q::ROLES) {
            return Err(QueryError::Forbidden { query, wanted: Q::ROLES });
        }
        if self.app.inner.is_closing() {
            return Err(WaitError::ShuttingDown.into());
        }
        let invalid = |reason| QueryError::Invalid { query, reason };
        self.query.validate().map_err(invalid)?;
        let filters = self.query.filters().map_err(invalid)?;
        let running = self.app.inner.projections.get(Q::Projection::DESCRIPTOR.table);
        let running = running.ok_or_else(WaitError::unregistered::<Q::Projection>)?;
        let limit = self.limit.unwrap_or(Q::LIMIT).max(1);
        let table = Arc::clone(&running.table);
        Ok((Arc::clone(running), RowQuery { table, filters, order: Q::order(), after: None, limit }))
    }

    /// Waits until the rows are as new as was asked for; returns how far they have come.
    async fn wait(&self, running: &Running) -> Result<Position, WaitError> {
        // Who asks for nothing newer than what is there is not kept waiting where nothing is there yet.
        let within = if self.after == Position::START { Duration::ZERO } else { self.within };
        let reached = running.wait_for(self.after, within).await?;
        if self.own > 0 {
            let before = Position::new(self.after.get().saturating_sub(self.own));
            running.expect_taken_in(before, self.after).await?;
        }
        Ok(reached)
    }

    async fn answer(self) -> Result<Page<Q::Projection>, QueryError> {
        let (running, mut rows) = self.prepare()?;
        let same_query = fingerprint::<Q>(&rows);
        if let Some(cursor) = self.page.clone() {
            let place = cursor.after(same_query)?;
            if place.len() != rows.order.len() + rows.table.key_columns {
                return Err(crate::query::CursorError.into());
            }
            rows.after = Some(place);
        }
        let seen = self.wait(&running).await?;
        let (table, order) = (Arc::clone(&rows.table), rows.order.clone());
        let page = self.app.inner.store.rows(rows).await?;
        let last = page.rows.last().filter(|_| page.more);
        let place_of = |row: &Vec<Value>| {
            let ordered = order.iter().filter_map(|order| row.get(order.column).cloned());
            ordered.chain(row.iter().take(table.key_columns).cloned()).collect()
        };
        let next = last.map(|row| Cursor::new(same_query, place_of(row)));
        let rows: Result<Vec<_>, _> = page.rows.into_iter().map(keyed::<Q::Projection>).collect();
        Ok(Page { rows: rows?, next, position: seen.max(page.checkpoint) })
    }
}

impl<'a, Q: Query> IntoFuture for Ask<'a, Q> {
    type Output = Result<Page<Q::Projection>, QueryError>;
    type IntoFuture = BoxedAnswer<'a, Page<Q::Projection>>;

    fn into_future(self) -> Self::IntoFuture {
        use tracing::Instrument as _;
        let span = tracing::info_span!(
            "cqrs.query",
            "db.operation.name" = Q::NAME,
            "db.collection.name" = Q::Projection::DESCRIPTOR.table,
        );
        Box::pin(self.answer().instrument(span))
    }
}

/// A query whose rows are only counted; awaiting it counts them.
#[must_use = "nothing is counted until it is awaited"]
pub struct Count<'a, Q>(Ask<'a, Q>);

impl<'a, Q: Query> IntoFuture for Count<'a, Q> {
    type Output = Result<u64, QueryError>;
    type IntoFuture = BoxedAnswer<'a, u64>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (running, rows) = self.0.prepare()?;
            self.0.wait(&running).await?;
            Ok(self.0.app.inner.store.count_rows(rows).await?)
        })
    }
}

/// Tells the pages of one query from those of another: by its name, its filters, its order and the table's definition.
fn fingerprint<Q: Query>(rows: &RowQuery) -> Fingerprint {
    let table: &TableDefinition = &rows.table;
    Fingerprint::of(&format!("{} {} {:?} {:?}", Q::NAME, table.fingerprint, rows.filters, rows.order))
}
