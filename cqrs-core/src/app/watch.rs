//! Watching a query: the current rows, then every change of them, each once and in commit order.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use crate::envelope::Position;
use crate::projection::{Projection, ProjectionKey};
use crate::query::{Change, Query};
use crate::store::{RowChange, RowQuery, TableChange};
use crate::value::Value;

use super::App;
use super::error::{QueryError, WaitError};
use super::projections::{SortedKey, keyed};

/// A query that goes on answering; see [`Ask::watch`](super::Ask::watch).
///
/// It keeps the keys of the rows that pass the query's filters, so that it can say when one no longer does.
pub struct Watch<Q: Query> {
    app: App,
    query: RowQuery,
    changes: broadcast::Receiver<Arc<TableChange>>,
    ready: VecDeque<Change<Q::Projection>>,
    rows: BTreeSet<SortedKey>,
    stage: Stage,
    stopping: watch::Receiver<bool>,
}

enum Stage {
    /// The current rows are being read; each page is as of a moment of its own.
    Reading { pages: Vec<PageRead> },
    /// The current rows are told; changes follow.
    Following { pages: Vec<PageRead> },
}

/// A page of the current rows: all keys up to its last one, as of its position.
struct PageRead {
    last: Option<SortedKey>,
    position: Position,
}

impl<Q: Query> Watch<Q> {
    pub(super) fn new(app: App, query: RowQuery) -> Self {
        let changes = app.inner.store.table_changes();
        let query = RowQuery { order: Vec::new(), after: None, limit: PAGE, ..query };
        let stage = Stage::Reading { pages: Vec::new() };
        let stopping = app.inner.projections.stopping();
        Self { app, query, changes, ready: VecDeque::new(), rows: BTreeSet::new(), stage, stopping }
    }

    /// The next change; waits until there is one.
    ///
    /// First each current row as [`Change::Set`], then [`Change::Current`], then changes as they commit. A watcher that falls
    /// too far behind is given [`Change::Reset`] and the rows anew.
    ///
    /// # Errors
    ///
    /// When the store fails, a row cannot be read, or the application shuts down.
    pub async fn next(&mut self) -> Result<Change<Q::Projection>, QueryError> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return Ok(change);
            }
            match &self.stage {
                Stage::Reading { .. } => self.read_page().await?,
                Stage::Following { .. } => self.follow().await?,
            }
        }
    }

    async fn read_page(&mut self) -> Result<(), QueryError> {
        let page = self.app.inner.store.rows(self.query.clone()).await?;
        let key_columns = self.query.table.key_columns;
        let last = page.rows.last().map(|row| row[..key_columns].to_vec());
        for cells in page.rows {
            self.rows.insert(SortedKey(cells[..key_columns].to_vec()));
            self.ready.push_back(Change::Set { row: keyed(cells)?, position: page.checkpoint });
        }
        let Stage::Reading { pages } = &mut self.stage else { return Ok(()) };
        let end = last.clone().filter(|_| page.more);
        pages.push(PageRead { last: end.clone().map(SortedKey), position: page.checkpoint });
        self.query.after = end;
        if self.query.after.is_none() {
            self.stage = Stage::Following { pages: std::mem::take(pages) };
            self.ready.push_back(Change::Current { position: page.checkpoint });
        }
        Ok(())
    }

    async fn follow(&mut self) -> Result<(), QueryError> {
        let next = tokio::select! {
            next = self.changes.recv() => next,
            _ = self.stopping.wait_for(|stopping| *stopping) => Err(RecvError::Closed),
        };
        match next {
            Ok(change) if change.table == self.query.table.name => self.take(&change),
            Ok(_) => Ok(()),
            Err(RecvError::Closed) => Err(WaitError::ShuttingDown.into()),
            Err(RecvError::Lagged(_)) => {
                self.changes = self.app.inner.store.table_changes();
                self.rows.clear();
                self.stage = Stage::Reading { pages: Vec::new() };
                self.ready.push_back(Change::Reset);
                Ok(())
            }
        }
    }

    fn take(&mut self, commit: &TableChange) -> Result<(), QueryError> {
        for change in &commit.changes {
            if self.was_read(&change.key, commit.checkpoint) {
                continue;
            }
            self.tell(change, commit.checkpoint)?;
        }
        if let Stage::Following { pages } = &mut self.stage
            && pages.iter().all(|page| page.position < commit.checkpoint)
        {
            pages.clear();
        }
        Ok(())
    }

    /// Whether the page that a key falls into was read after this commit, and so told it already.
    fn was_read(&self, key: &[Value], checkpoint: Position) -> bool {
        let Stage::Following { pages } = &self.stage else { return false };
        let key = SortedKey(key.to_vec());
        let page = pages.iter().find(|page| page.last.as_ref().is_none_or(|last| key <= *last));
        page.is_some_and(|page| checkpoint <= page.position)
    }

    fn tell(&mut self, change: &RowChange, position: Position) -> Result<(), QueryError> {
        let passes = |row: &&Vec<Value>| {
            let holds = |filter: &crate::store::RowFilter| {
                row.get(filter.column).is_some_and(|value| filter.test.passes(value))
            };
            self.query.filters.iter().all(holds)
        };
        let key = SortedKey(change.key.clone());
        match change.row.as_ref().filter(passes) {
            Some(row) => {
                self.rows.insert(key);
                self.ready.push_back(Change::Set { row: keyed(row.clone())?, position });
            }
            None if self.rows.remove(&key) => {
                let key = <Q::Projection as Projection>::Key::read(&mut change.key.iter().cloned());
                let table = || self.query.table.name.clone();
                let key = key.map_err(|reason| QueryError::Row { table: table(), reason })?;
                self.ready.push_back(Change::Gone { key, position });
            }
            None => {}
        }
        Ok(())
    }
}

/// The rows of one page of the first reading.
const PAGE: usize = 500;
