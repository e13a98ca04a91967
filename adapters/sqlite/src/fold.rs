//! Folding a batch into a table: a projector's two steps around the one load of the rows that it touches.
//!
//! A fold of its own is computed on a reader's connection and only then handed to the writer, which writes it if the
//! table has not moved meanwhile; so a slow fold never keeps appends waiting.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cqrs_core::store::{FoldError, Generation, Lane, StoreError, StoreErrorKind};
use cqrs_core::{EventBatch, FoldFailure, FoldRun, Folded, LoadedRows, Position, Projector};
use rusqlite::Connection;

use crate::error::OrStoreError;
use crate::letters::Letters;
use crate::lookups;
use crate::tables::{Standing, Table, check_changes, superseded};

/// What a batch makes of a table, as of the rows that the connection sees; nothing is written.
pub(crate) fn fold(
    connection: &Connection,
    table: &Table,
    projector: &dyn Projector,
    batch: &EventBatch,
) -> Result<Folded, FoldError> {
    fold_only(connection, table, projector, batch, Position::MAX, None)
}

/// As [`fold`], where an event that cannot be taken in is a failure of the whole.
pub(crate) fn fold_or_refuse(
    connection: &Connection,
    table: &Table,
    projector: &dyn Projector,
    batch: &EventBatch,
) -> Result<Folded, FoldError> {
    let folded = fold(connection, table, projector, batch)?;
    let failed = folded.aside.iter().filter(|letter| letter.reason.is_some());
    if let Some(first) = failed.min_by_key(|letter| letter.position)
        && let Some(event) = batch.iter().find(|event| event.position() == first.position)
    {
        let reason = first.reason.as_deref().unwrap_or_default();
        return Err(FoldFailure::at(&table.definition().name, event, reason).into());
    }
    Ok(folded)
}

/// As [`fold`], of nothing but some letters, which wait for what was set aside up to a position.
pub(crate) fn fold_only(
    connection: &Connection,
    table: &Table,
    projector: &dyn Projector,
    batch: &EventBatch,
    held_until: Position,
    only: Option<&HashSet<(Position, Lane)>>,
) -> Result<Folded, FoldError> {
    let letters = Letters::of(connection, table.id());
    let folded = guarded(table, batch, || {
        let mut run = FoldRun::begin(projector, batch, only)?;
        run.hold(letters.held(|| run.lanes(), held_until)?);
        run.fold_with(|keys, wanted| {
            let lookups = lookups::load(connection, table.id(), wanted)?;
            Ok::<_, FoldError>(LoadedRows { rows: table.load(connection, keys)?, lookups })
        })
    })?;
    check_changes(table.definition(), &folded.changes)?;
    Ok(folded)
}

/// What a batch makes of a table that must be at a checkpoint.
pub(crate) fn fold_at(
    connection: &Connection,
    projector: &dyn Projector,
    generation: Generation,
    from: Position,
    batch: &EventBatch,
) -> Result<(Table, Standing, Folded), FoldError> {
    let definition = projector.table();
    // Checkpoint, letters and rows are of one moment.
    let _snapshot = connection.unchecked_transaction().or_store_error()?;
    let found = Table::find(connection, &definition, generation)?;
    let (table, standing) = found.ok_or_else(|| superseded(&definition, from, None))?;
    if standing.checkpoint != from {
        return Err(superseded(&definition, from, Some(standing.checkpoint)));
    }
    if standing.is_paused {
        return Err(FoldError::Paused { table: definition.name.clone() });
    }
    if batch.end() < from || batch.first().is_some_and(|first| first.position() <= from) {
        return Err(StoreError::invalid(format!(
            "the batch for `{}` does not follow its checkpoint {from}",
            definition.name
        ))
        .into());
    }
    let folded = fold(connection, &table, projector, batch)?;
    Ok((table, standing, folded))
}

/// Runs a projector's code; a panic in it is a failure of the fold, not of the store.
fn guarded<T>(
    table: &Table,
    batch: &EventBatch,
    work: impl FnOnce() -> Result<T, FoldError>,
) -> Result<T, FoldError> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => return outcome,
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
