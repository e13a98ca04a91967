//! Feeds of row changes: for caches and search indexes that follow a read model, each at its own pace.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::projection::{Projection, ProjectionKey};
use crate::query::Change;
use crate::store::{FeedPlace, RowChange, RowQuery, TableDefinition};
use crate::value::Value;

use super::App;
use super::error::{QueryError, WaitError};
use super::projections::{SortedKey, keyed};

/// A feed of a projection's row changes; see [`App::feed`].
pub struct Feed<P: Projection> {
    app: App,
    table: Arc<TableDefinition>,
    reader: String,
    generation: u64,
    stage: Stage,
    ready: VecDeque<FeedBatch<P>>,
    stopping: watch::Receiver<bool>,
    of: PhantomData<fn() -> P>,
}

/// Changes of a feed that are acknowledged together.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedBatch<P: Projection> {
    /// The changes, in commit order. After [`Change::Reset`] the reader forgets all rows; [`Change::Current`] says that all rows
    /// have been given.
    pub changes: Vec<Change<P>>,
    generation: u64,
    /// Until where an acknowledgement goes; [`None`] before all rows were given, where it would lead nowhere.
    revision: Option<u64>,
}

enum Stage {
    /// The rows are being read, page by page.
    Reading { after: Option<Vec<Value>>, pages: Vec<PageRead> },
    /// The rows are given; changes after this revision follow.
    Following { revision: u64, pages: Vec<PageRead> },
}

/// A page of rows: all keys up to its last one, as of its revision.
struct PageRead {
    last: Option<SortedKey>,
    revision: u64,
}

/// The rows of one page, and the commits of one batch.
const PAGE: usize = 500;

/// How often a feed asks for what was committed when it has heard of nothing.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl<P: Projection> Feed<P> {
    pub(super) async fn open(app: App, reader: String) -> Result<Self, QueryError> {
        let running = app.inner.projections.get(P::DESCRIPTOR.table);
        let table = Arc::clone(&running.ok_or_else(WaitError::unregistered::<P>)?.table);
        let place = app.inner.store.open_feed(Arc::clone(&table), reader.clone()).await?;
        let (stopping, ready) = (app.inner.projections.stopping(), VecDeque::new());
        let stage = stage_at(place);
        let generation = place.generation;
        Ok(Self { app, table, reader, generation, stage, ready, stopping, of: PhantomData })
    }

    /// The next changes; waits until there are some. A reader that is opened for the first time, or whose table was built anew, is given
    /// [`Change::Reset`], the rows, [`Change::Current`], and then changes. What was not acknowledged is given again when the feed is
    /// opened anew.
    ///
    /// # Errors
    ///
    /// When the store fails, a row cannot be read, or the application shuts down.
    pub async fn next(&mut self) -> Result<FeedBatch<P>, QueryError> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(batch);
            }
            if *self.stopping.borrow() {
                return Err(WaitError::ShuttingDown.into());
            }
            match &self.stage {
                Stage::Reading { .. } => self.read_page().await?,
                Stage::Following { revision, .. } => {
                    let revision = *revision;
                    self.follow(revision).await?;
                }
            }
        }
    }

    /// Says that everything up to and with a batch was taken in, so that it is not given again.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn acknowledge(&self, batch: &FeedBatch<P>) -> Result<(), QueryError> {
        let Some(revision) = batch.revision else { return Ok(()) };
        let (table, reader) = (Arc::clone(&self.table), self.reader.clone());
        Ok(self.app.inner.store.acknowledge_feed(table, reader, batch.generation, revision).await?)
    }

    /// Gives the reader's place up for good, so that no changes are kept for it any more.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn close(self) -> Result<(), QueryError> {
        Ok(self.app.inner.store.close_feed(self.table, self.reader).await?)
    }

    async fn read_page(&mut self) -> Result<(), QueryError> {
        let Stage::Reading { after, pages } = &mut self.stage else { return Ok(()) };
        let table = Arc::clone(&self.table);
        let query =
            RowQuery { table, filters: Vec::new(), order: Vec::new(), after: after.clone(), limit: PAGE };
        let page = self.app.inner.store.rows(query).await?;
        let mut changes = Vec::with_capacity(page.rows.len() + 2);
        if pages.is_empty() {
            changes.push(Change::Reset);
        }
        let key_columns = self.table.key_columns;
        *after = page.rows.last().map(|row| row[..key_columns].to_vec()).filter(|_| page.more);
        for cells in page.rows {
            changes.push(Change::Set { row: keyed(cells)?, position: page.checkpoint });
        }
        pages.push(PageRead { last: after.clone().map(SortedKey), revision: page.revision });
        let mut revision = None;
        if after.is_none() {
            changes.push(Change::Current { position: page.checkpoint });
            let pages = std::mem::take(pages);
            let first = pages.first().map_or(0, |page| page.revision);
            revision = Some(first);
            self.stage = Stage::Following { revision: first, pages };
        }
        self.ready.push_back(FeedBatch { changes, generation: self.generation, revision });
        Ok(())
    }

    async fn follow(&mut self, after: u64) -> Result<(), QueryError> {
        let page = self.app.inner.store.feed_changes(Arc::clone(&self.table), after, PAGE).await?;
        if page.generation != self.generation {
            let place = self.app.inner.store.open_feed(Arc::clone(&self.table), self.reader.clone()).await?;
            (self.generation, self.stage) = (place.generation, stage_at(place));
            return Ok(());
        }
        let Some(last) = page.changes.last().map(|change| change.revision) else {
            tokio::select! {
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                _ = self.stopping.wait_for(|stopping| *stopping) => {}
            }
            return Ok(());
        };
        let mut changes = Vec::new();
        for commit in &page.changes {
            for change in &commit.changes {
                if !self.was_read(&change.key, commit.revision) {
                    changes.push(self.change_of(change, commit.checkpoint)?);
                }
            }
        }
        if let Stage::Following { revision, pages } = &mut self.stage {
            *revision = last;
            if pages.iter().all(|page| page.revision <= last) {
                pages.clear();
            }
        }
        self.ready.push_back(FeedBatch { changes, generation: self.generation, revision: Some(last) });
        Ok(())
    }

    /// Whether the page that a key falls into was read after this commit.
    fn was_read(&self, key: &[Value], revision: u64) -> bool {
        let Stage::Following { pages, .. } = &self.stage else { return false };
        if pages.is_empty() {
            return false;
        }
        let key = SortedKey(key.to_vec());
        let page = pages.iter().find(|page| page.last.as_ref().is_none_or(|last| key <= *last));
        page.is_some_and(|page| revision <= page.revision)
    }

    fn change_of(&self, change: &RowChange, position: crate::Position) -> Result<Change<P>, QueryError> {
        match &change.row {
            Some(row) => Ok(Change::Set { row: keyed(row.clone())?, position }),
            None => {
                let key = P::Key::read(&mut change.key.iter().cloned());
                let table = || self.table.name.clone();
                let key = key.map_err(|reason| QueryError::Row { table: table(), reason })?;
                Ok(Change::Gone { key, position })
            }
        }
    }
}

fn stage_at(place: FeedPlace) -> Stage {
    match place.revision {
        Some(revision) => Stage::Following { revision, pages: Vec::new() },
        None => Stage::Reading { after: None, pages: Vec::new() },
    }
}
