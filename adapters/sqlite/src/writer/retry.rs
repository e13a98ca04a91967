//! Folding dead letters again: between two groups, so that no fold comes in between.

use std::collections::HashSet;
use std::sync::Arc;

use cqrs_core::store::{FoldError, Generation, Retried, StoreError};
use cqrs_core::{Position, Projector};

use super::Writer;
use crate::fold;
use crate::letters::Letters;
use crate::tables::{Table, superseded};

impl Writer<'_> {
    /// Folds the letters of up to `limit` events again: rows and letters change in one transaction.
    pub(crate) fn retry(
        &mut self,
        projector: &Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> Result<Retried, FoldError> {
        self.transact_fold(|writer| writer.retry_within(projector, after, limit))
    }

    /// As [`transact`](Self::transact), of work that folds: a failure of the fold is told as it is.
    pub(super) fn transact_fold<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, FoldError>,
    ) -> Result<T, FoldError> {
        let mut failed = None;
        let done = self.transact(|writer| {
            work(writer).map_err(|error| match error {
                FoldError::Store(error) => error,
                error => {
                    failed = Some(error);
                    // The transaction only knows that it is to be taken back.
                    StoreError::invalid("the events cannot be folded")
                }
            })
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(done?),
        }
    }

    fn retry_within(
        &mut self,
        projector: &Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> Result<Retried, FoldError> {
        let (connection, definition) = (self.connection, projector.table());
        let found = Table::find(connection, &definition, Generation::Live)?;
        let (table, standing) = found.ok_or_else(|| superseded(&definition, Position::START, None))?;
        let letters = Letters::of(connection, table.id());
        let tried = letters.after(after, limit)?;
        let batch = letters.events(&mut self.names, &tried)?;
        let Some(last) = batch.last().map(|event| event.position()) else { return Ok(Retried::default()) };
        let tried: HashSet<_> = tried.into_iter().collect();
        let folded = fold::fold_only(connection, &table, &**projector, &batch, after, Some(&tried))?;
        let left: HashSet<_> =
            folded.aside.iter().map(|letter| (letter.position, letter.lane.clone())).collect();
        letters.forget(tried.difference(&left))?;
        table.move_epoch(connection)?;
        let change = table.write(connection, folded, standing.checkpoint)?;
        self.keep_change(change);
        let taken_in = tried.difference(&left).count() as u64;
        Ok(Retried { taken_in, left: left.len() as u64, last: Some(last) })
    }
}
