//! Folding a batch into a table: a projector's two steps around the one load of the rows that it touches.
//!
//! A fold of its own is computed on a reader's connection and only then handed to the writer, which writes it if the
//! table's checkpoint has not moved meanwhile; so a slow fold never keeps appends waiting.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cqrs_core::store::{FoldError, Generation, RowChange, StoreError, StoreErrorKind};
use cqrs_core::{EventBatch, FoldFailure, Position, Projector};
use rusqlite::Connection;

use crate::error::OrStoreError;
use crate::tables::{Table, check_changes, superseded};

/// The changes that a batch makes to a table, as of the rows that the connection sees; nothing is written.
pub(crate) fn changes(
    connection: &Connection,
    table: &Table,
    projector: &dyn Projector,
    batch: &EventBatch,
) -> Result<Vec<RowChange>, FoldError> {
    let fold = guarded(table, batch, || projector.begin(batch))?;
    let rows = table.load(connection, fold.keys())?;
    let changes = guarded(table, batch, || fold.finish(rows))?;
    check_changes(table.definition(), &changes)?;
    Ok(changes)
}

/// The changes that a batch makes to a table that must be at a checkpoint.
pub(crate) fn changes_at(
    connection: &Connection,
    projector: &dyn Projector,
    generation: Generation,
    from: Position,
    batch: &EventBatch,
) -> Result<(Table, Vec<RowChange>), FoldError> {
    let definition = projector.table();
    // Checkpoint and rows are of one moment.
    let _snapshot = connection.unchecked_transaction().or_store_error()?;
    let found = Table::find(connection, &definition, generation)?;
    let (table, standing) = found.ok_or_else(|| superseded(&definition, from, None))?;
    if standing.checkpoint != from {
        return Err(superseded(&definition, from, Some(standing.checkpoint)));
    }
    if batch.end() < from || batch.first().is_some_and(|first| first.position() <= from) {
        return Err(StoreError::invalid(format!(
            "the batch for `{}` does not follow its checkpoint {from}",
            definition.name
        ))
        .into());
    }
    let changes = changes(connection, &table, projector, batch)?;
    Ok((table, changes))
}

/// Runs a projector's code; a panic in it is a failure of the fold, not of the store.
fn guarded<T>(
    table: &Table,
    batch: &EventBatch,
    work: impl FnOnce() -> Result<T, Box<FoldFailure>>,
) -> Result<T, FoldError> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => return outcome.map_err(FoldError::Failed),
        Err(panic) => panic,
    };
    let name = &table.definition().name;
    let reason = format!("the projection panicked: {}", words_of(&*panic));
    Err(match batch.first() {
        Some(event) => FoldFailure::at(name, event, reason).into(),
        None => StoreError::new(StoreErrorKind::Other, format!("`{name}`: {reason}")).into(),
    })
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}
