//! A projection as of a past position, folded from the log in memory.

use std::collections::{BTreeMap, HashMap};

use crate::batch::EventBatch;
use crate::envelope::Position;
use crate::projection::{Keyed, Projection, ProjectionKey, TypedProjector};
use crate::projector::{FoldFailure, LoadedRows, LookupKey, Projector};
use crate::store::{ReadAll, Store};
use crate::value::{Value, ValueError};

use crate::app::error::QueryError;
use crate::app::load::begin;

/// The rows of a projection as of a position, ordered by key.
pub(in crate::app) async fn rows_at<P: Projection>(
    store: &dyn Store,
    position: Position,
) -> Result<Vec<Keyed<P>>, QueryError> {
    let projector = TypedProjector::<P>::new();
    let mut rows = ReplayedRows::default();
    let start = ReadAll::after(Position::START);
    let mut read = ReadAll { until: position, filter: projector.filter().clone(), ..start };
    let mut batch = store.read_all(read.clone()).await?;
    while batch.end() > read.after && batch.end() < position {
        read.after = batch.end();
        let next = begin(store.read_all(read.clone())).await;
        rows.fold(&projector, &batch).map_err(QueryError::Fold)?;
        batch = next.answer().await?;
    }
    rows.fold(&projector, &batch).map_err(QueryError::Fold)?;
    rows.cells().map(|cells| keyed(cells.clone())).collect()
}

/// Rows that are folded in memory, without a store.
#[derive(Default)]
pub(crate) struct ReplayedRows {
    rows: BTreeMap<SortedKey, Vec<Value>>,
    lookups: HashMap<LookupKey, Vec<Value>>,
}

impl ReplayedRows {
    /// Folds a batch, or nothing of it.
    pub(crate) fn fold(
        &mut self,
        projector: &dyn Projector,
        batch: &EventBatch,
    ) -> Result<(), Box<FoldFailure>> {
        let fold = projector.begin(batch)?;
        let rows = fold.keys().iter().map(|key| self.rows.get(&SortedKey(key.clone())).cloned()).collect();
        let lookups = fold.lookups().iter().map(|key| self.lookups.get(key).cloned()).collect();
        let folded = fold.finish(LoadedRows { rows, lookups })?;
        for change in folded.changes {
            match change.row {
                Some(row) => self.rows.insert(SortedKey(change.key), row),
                None => self.rows.remove(&SortedKey(change.key)),
            };
        }
        for change in folded.lookups {
            match change.row {
                Some(row) => self.lookups.insert(change.key, row),
                None => self.lookups.remove(&change.key),
            };
        }
        Ok(())
    }

    /// The cells of the rows, in the order of their keys.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &Vec<Value>> {
        self.rows.values()
    }
}

/// A row with its key, from cells.
pub(crate) fn keyed<P: Projection>(cells: Vec<Value>) -> Result<Keyed<P>, QueryError> {
    let unreadable = |reason: ValueError| QueryError::Row { table: P::DESCRIPTOR.table.to_owned(), reason };
    let mut cells = cells.into_iter();
    let key = P::Key::read(&mut cells).map_err(unreadable)?;
    let row = P::read(&mut cells).map_err(unreadable)?;
    Ok(Keyed { key, row })
}

/// Cells of a key with the order that tables have.
#[derive(Clone)]
pub(crate) struct SortedKey(pub(crate) Vec<Value>);

impl Ord for SortedKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let parts = self.0.iter().zip(&other.0).map(|(a, b)| a.order(b));
        parts.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(self.0.len().cmp(&other.0.len()))
    }
}

impl PartialOrd for SortedKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortedKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortedKey {}
