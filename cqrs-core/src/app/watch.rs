//! Watching a query: the current rows, then every change of them, each once and in commit order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};

use crate::envelope::Position;
use crate::projection::{Projection, ProjectionKey};
use crate::query::{Change, Query};
use crate::store::{RowChange, RowFilter, RowQuery, TableChange};
use crate::value::Value;

use super::App;
use super::error::{QueryError, WaitError};
use super::projections::{SortedKey, keyed};

/// A query that goes on answering; see [`Ask::watch`](super::Ask::watch).
///
/// Changes that this process commits are told one by one. What other processes commit, and what a rebuild makes of the rows, is noticed
/// within a moment and told as what it adds up to: the rows are read again, and those that differ are told. For that it
/// keeps the keys of the rows that pass the query's filters, each with a hash of its row.
pub struct Watch<Q: Query> {
    app: App,
    query: RowQuery,
    changes: broadcast::Receiver<Arc<TableChange>>,
    ready: VecDeque<Change<Q::Projection>>,
    /// What was told: the rows, each by a hash.
    rows: BTreeMap<SortedKey, u64>,
    /// The newest revision of the table that was told.
    revision: u64,
    /// A revision that nobody has announced yet; if nobody does until the next look, another process has made it.
    unannounced: Option<u64>,
    stage: Stage,
    stopping: watch::Receiver<bool>,
}

/// How often the table's revision is looked at, for what other processes have committed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The rows of one page of a reading.
const PAGE: usize = 500;

enum Stage {
    /// The rows are being read; each page is as of a moment of its own.
    Reading(Reading),
    /// The rows are told; changes follow.
    Following { pages: Vec<PageRead> },
}

#[derive(Default)]
struct Reading {
    pages: Vec<PageRead>,
    /// The keys that were read; rows that were told and are not among them are gone.
    seen: BTreeSet<SortedKey>,
    is_first: bool,
}

/// A page of the rows: all keys up to its last one, as of its revision.
struct PageRead {
    last: Option<SortedKey>,
    revision: u64,
}

impl<Q: Query> Watch<Q> {
    pub(super) fn new(app: App, query: RowQuery) -> Self {
        let changes = app.inner.store.table_changes();
        let query = RowQuery { order: Vec::new(), after: None, limit: PAGE, ..query };
        let stopping = app.inner.projections.stopping();
        let stage = Stage::Reading(Reading { is_first: true, ..Reading::default() });
        let (ready, rows) = (VecDeque::new(), BTreeMap::new());
        Self { app, query, changes, ready, rows, revision: 0, unannounced: None, stage, stopping }
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
                Stage::Reading(_) => self.read_page().await?,
                Stage::Following { .. } => self.follow().await?,
            }
        }
    }

    async fn read_page(&mut self) -> Result<(), QueryError> {
        let page = self.app.inner.store.rows(self.query.clone()).await?;
        let Stage::Reading(reading) = &mut self.stage else { return Ok(()) };
        let key_columns = self.query.table.key_columns;
        let last = page.rows.last().map(|row| row[..key_columns].to_vec()).filter(|_| page.more);
        for cells in page.rows {
            let (key, hash) = (cells[..key_columns].to_vec(), hash_of(&cells));
            reading.seen.insert(SortedKey(key.clone()));
            if self.rows.insert(SortedKey(key), hash) != Some(hash) {
                self.ready.push_back(Change::Set { row: keyed(cells)?, position: page.checkpoint });
            }
        }
        reading.pages.push(PageRead { last: last.clone().map(SortedKey), revision: page.revision });
        self.query.after = last;
        if self.query.after.is_none() {
            let reading = std::mem::take(reading);
            self.end_reading(reading, page.checkpoint)?;
        }
        Ok(())
    }

    fn end_reading(&mut self, reading: Reading, position: Position) -> Result<(), QueryError> {
        let Reading { pages, seen, is_first } = reading;
        let gone: Vec<_> = self.rows.keys().filter(|key| !seen.contains(key)).cloned().collect();
        for key in gone {
            self.tell_gone(key, position)?;
        }
        // What was committed between two pages is announced, or found by the next look.
        self.revision = pages.first().map_or(0, |page| page.revision);
        self.unannounced = None;
        self.stage = Stage::Following { pages };
        if is_first {
            self.ready.push_back(Change::Current { position });
        }
        Ok(())
    }

    async fn follow(&mut self) -> Result<(), QueryError> {
        let next = tokio::select! {
            next = self.changes.recv() => Some(next),
            () = tokio::time::sleep(LOOK_AGAIN) => None,
            _ = self.stopping.wait_for(|stopping| *stopping) => Some(Err(RecvError::Closed)),
        };
        let Some(next) = next else { return self.look().await };
        match next {
            Ok(change) => self.take(&change),
            Err(RecvError::Closed) => Err(WaitError::ShuttingDown.into()),
            Err(RecvError::Lagged(_)) => {
                self.begin_anew();
                Ok(())
            }
        }
    }

    /// Looks for what others have committed.
    async fn look(&mut self) -> Result<(), QueryError> {
        let status = self.app.inner.store.table_status(Arc::clone(&self.query.table)).await?;
        loop {
            match self.changes.try_recv() {
                Ok(change) => self.take(&change)?,
                Err(TryRecvError::Lagged(_)) => {
                    self.begin_anew();
                    return Ok(());
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if status.revision <= self.revision {
            self.unannounced = None;
        } else if self.unannounced.replace(status.revision).is_some_and(|before| before > self.revision) {
            self.stage = Stage::Reading(Reading::default());
        }
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.changes = self.app.inner.store.table_changes();
        self.rows.clear();
        self.query.after = None;
        self.stage = Stage::Reading(Reading { is_first: true, ..Reading::default() });
        self.ready.push_back(Change::Reset);
    }

    fn take(&mut self, commit: &TableChange) -> Result<(), QueryError> {
        if commit.table != self.query.table.name {
            return Ok(());
        }
        for change in &commit.changes {
            if !self.was_read(&change.key, commit.revision) {
                self.tell(change, commit.checkpoint)?;
            }
        }
        self.revision = self.revision.max(commit.revision);
        if let Stage::Following { pages } = &mut self.stage
            && pages.iter().all(|page| page.revision < commit.revision)
        {
            pages.clear();
        }
        Ok(())
    }

    /// Whether the page that a key falls into was read after this commit, and so told it already.
    fn was_read(&self, key: &[Value], revision: u64) -> bool {
        let Stage::Following { pages } = &self.stage else { return false };
        let key = SortedKey(key.to_vec());
        let page = pages.iter().find(|page| page.last.as_ref().is_none_or(|last| key <= *last));
        page.is_some_and(|page| revision <= page.revision)
    }

    fn tell(&mut self, change: &RowChange, position: Position) -> Result<(), QueryError> {
        let passes = |row: &&Vec<Value>| {
            let holds =
                |filter: &RowFilter| row.get(filter.column).is_some_and(|value| filter.test.passes(value));
            self.query.filters.iter().all(holds)
        };
        let key = SortedKey(change.key.clone());
        match change.row.as_ref().filter(passes) {
            Some(row) => {
                self.rows.insert(key, hash_of(row));
                self.ready.push_back(Change::Set { row: keyed(row.clone())?, position });
                Ok(())
            }
            None if self.rows.contains_key(&key) => self.tell_gone(key, position),
            None => Ok(()),
        }
    }

    fn tell_gone(&mut self, key: SortedKey, position: Position) -> Result<(), QueryError> {
        self.rows.remove(&key);
        let table = || self.query.table.name.clone();
        let key = <Q::Projection as Projection>::Key::read(&mut key.0.into_iter());
        let key = key.map_err(|reason| QueryError::Row { table: table(), reason })?;
        self.ready.push_back(Change::Gone { key, position });
        Ok(())
    }
}

fn hash_of(cells: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for cell in cells {
        cell.to_json().to_string().hash(&mut hasher);
    }
    hasher.finish()
}
