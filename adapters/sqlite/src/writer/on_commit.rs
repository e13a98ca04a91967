//! On-commit tables: they take in every event within the transaction that records it.
//!
//! What another process has recorded is folded first, at the beginning of the next transaction or when it is noticed. A
//! table that another definition has replaced is let go. While a table cannot take an event of another process, appends are
//! refused, as the promise could not be kept for them.

use std::sync::Arc;

use cqrs_core::store::{FoldError, Generation, ReadAll, StoreErrorKind};
use cqrs_core::store::{TableChange, TableDefinition};
use cqrs_core::{BatchBuilder, BatchRow, EventBatch, FoldFailure, Position, Projector, StreamVersion};

use super::Writer;
use super::jobs::AppendJob;
use super::settle::Settler;
use crate::error::Outcome;
use crate::fold;
use crate::read;
use crate::tables::{Table, superseded};

/// A live table that every append is folded into.
pub(super) struct Attached {
    projector: Arc<dyn Projector>,
    table: Table,
}

/// How many pages one transaction folds of what a table lacks.
const PAGES: usize = 4;

/// How far catching up has come.
enum CaughtUp {
    /// The table lacks nothing.
    Fully,
    /// The table lacks more than one transaction should fold.
    Partly,
    /// The table has been replaced.
    Gone,
    /// The table cannot take the next event.
    Stuck(Box<FoldFailure>),
}

impl Writer<'_> {
    /// Folds every append into a live table from now on.
    ///
    /// # Errors
    ///
    /// When the table is not there under this definition, or cannot take an event that it has not seen yet.
    pub(crate) fn attach(
        &mut self,
        projector: Arc<dyn Projector>,
        definition: &Arc<TableDefinition>,
    ) -> Result<(), FoldError> {
        let connection = self.connection;
        let found = self.transact(|_| Table::find(connection, definition, Generation::Live))?;
        let (table, _) = found.ok_or_else(|| superseded(definition, Position::START, None))?;
        self.detach(&definition.name);
        self.attached.push(Attached { projector, table });
        let caught_up = self.begin_caught_up().and_then(|()| self.commit());
        let caught_up = caught_up.and_then(|committed| self.settler.settle(committed));
        if let Err(error) = caught_up {
            self.detach(&definition.name);
            return Err(error.into());
        }
        match self.stuck.take_if(|failure| failure.table == definition.name) {
            Some(failure) => {
                self.detach(&definition.name);
                Err(failure.into())
            }
            None => Ok(()),
        }
    }

    /// No longer folds appends into a table.
    pub(crate) fn detach(&mut self, table: &str) {
        self.attached.retain(|attached| attached.table.definition().name != table);
    }

    /// Begins a transaction in which every attached table has taken in all events so far, or is known to be stuck.
    pub(super) fn begin_caught_up(&mut self) -> Outcome<()> {
        loop {
            self.begin()?;
            match self.catch_up() {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    let committed = self.commit()?;
                    self.settler.settle_beside(committed, true);
                }
                Err(error) => {
                    self.roll_back();
                    return Err(error);
                }
            }
        }
    }

    /// Folds what attached tables lack; says whether they lack nothing more.
    fn catch_up(&mut self) -> Outcome<bool> {
        let before = self.stuck.take();
        let mut is_done = true;
        let mut index = 0;
        while index < self.attached.len() {
            match self.catch_up_one(index)? {
                CaughtUp::Fully => {}
                CaughtUp::Partly => is_done = false,
                CaughtUp::Gone => {
                    let table = &self.attached.remove(index).table;
                    let table = &table.definition().name;
                    tracing::warn!(
                        table,
                        "another definition has taken the table over; it is folded no longer"
                    );
                    continue;
                }
                CaughtUp::Stuck(failure) => {
                    if before.as_ref() != Some(&failure) {
                        tracing::error!(%failure, "an on-commit projection stands still, appends are refused");
                    }
                    self.stuck = Some(failure);
                }
            }
            index += 1;
        }
        Ok(is_done)
    }

    fn catch_up_one(&mut self, index: usize) -> Outcome<CaughtUp> {
        let Attached { projector, table } = &mut self.attached[index];
        for _ in 0..PAGES {
            let after = match table.checkpoint(self.connection)? {
                Some(checkpoint) => checkpoint,
                None => match Table::find(self.connection, table.definition(), Generation::Live)? {
                    // Built anew under the same definition, by whichever process.
                    Some((built, standing)) => {
                        *table = built;
                        standing.checkpoint
                    }
                    None => return Ok(CaughtUp::Gone),
                },
            };
            let head = Position::from_i64(self.head);
            if after >= head {
                return Ok(CaughtUp::Fully);
            }
            let filter = projector.filter().clone();
            let wanted = ReadAll { filter, until: head, ..ReadAll::after(after) };
            let page = read::page_of_all(self.connection, &mut self.names, &wanted)?;
            let folded = match fold::fold(self.connection, table, &**projector, &page) {
                Ok(folded) => folded,
                Err(error) => return poison(table, &page, error).map(CaughtUp::Stuck),
            };
            let change = table.write(self.connection, folded, page.end())?;
            keep(&mut self.changes, &self.settler, change);
        }
        Ok(CaughtUp::Partly)
    }

    /// The events of some appends that attached tables want, in order.
    pub(super) fn batch_of<'a>(&self, jobs: impl Iterator<Item = &'a AppendJob>) -> EventBatch {
        let mut builder = BatchBuilder::default();
        for job in jobs {
            let (append, Some(recorded)) = (&job.append, job.recorded()) else { continue };
            let mut shared = None;
            let tenant = append.origin.tenant.as_deref();
            let mut later = append.events.len() as i64;
            for event in &append.events {
                later -= 1;
                let wants = |attached: &Attached| {
                    attached.projector.filter().matches(&append.stream.aggregate_type, &event.name, tenant)
                };
                if !self.attached.iter().any(wants) {
                    continue;
                }
                let (stream_index, origin_index) = *shared.get_or_insert_with(|| {
                    (builder.stream(&append.stream), builder.origin(append.origin.clone()))
                });
                let row = BatchRow {
                    position: Position::from_i64(recorded.position - later),
                    version: StreamVersion::from_i64(recorded.version - later),
                    recorded_at_micros: recorded.recorded_at,
                    event_id: event.event_id,
                    type_index: builder.stored_type(&event.name, event.version),
                    stream_index,
                    origin_index,
                };
                builder.push(row, &event.payload);
            }
        }
        builder.finish(Position::from_i64(self.head))
    }

    /// Folds new events into every attached table, or says which one a table cannot take. After a failure the caller must
    /// go back to before the events.
    pub(super) fn fold_on_commit(&mut self, batch: &EventBatch) -> Outcome<Result<(), Box<FoldFailure>>> {
        let mut told = Vec::new();
        for Attached { projector, table } in &self.attached {
            match fold::fold_or_refuse(self.connection, table, &**projector, batch) {
                Ok(folded) => told.push(table.write(self.connection, folded, batch.end())?),
                Err(error) => return poison(table, batch, error).map(Err),
            }
        }
        for change in told {
            self.keep_change(change);
        }
        Ok(Ok(()))
    }

    /// Keeps a change of a live table for its listeners, until it is settled.
    pub(super) fn keep_change(&mut self, change: TableChange) {
        keep(&mut self.changes, &self.settler, change);
    }
}

fn keep(changes: &mut Vec<TableChange>, settler: &Settler, change: TableChange) {
    if !change.changes.is_empty() && settler.has_change_listeners() {
        changes.push(change);
    }
}

/// The failure that an event is to blame for; any other is the database's.
fn poison(table: &Table, batch: &EventBatch, error: FoldError) -> Outcome<Box<FoldFailure>> {
    match (error, batch.last()) {
        (FoldError::Failed(failure), _) => Ok(failure),
        // A row that no table could hold comes of what the events say.
        (FoldError::Store(error), Some(last)) if error.kind() == StoreErrorKind::Invalid => {
            Ok(FoldFailure::at(&table.definition().name, last, error))
        }
        (FoldError::Store(error), _) => Err(error),
        (error @ (FoldError::Superseded { .. } | FoldError::Paused { .. }), _) => {
            Err(cqrs_core::store::StoreError::new(StoreErrorKind::Superseded, error.to_string()))
        }
    }
}
