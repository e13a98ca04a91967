//! One table of a read model: its rows, its checkpoint, and the two ways in which a fold gets into it.
//!
//! A fold of its own loads rows, folds without the lock and writes only if the checkpoint is still where it was. A fold
//! that is part of an append keeps its tables locked until all of them have taken the events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::changes::Changes;
use super::log::Prepared;
use super::rows::Rows;
use super::tables;
use crate::batch::EventBatch;
use crate::envelope::Position;
use crate::projector::{FoldFailure, Projector};
use crate::store::{
    Append, AppendError, FoldError, Generation, RowChange, RowPage, RowQuery, StoreError, TableDefinition,
};
use crate::value::Value;

pub(super) struct Table {
    definition: Arc<TableDefinition>,
    state: RwLock<State>,
}

struct State {
    rows: Rows,
    checkpoint: Position,
    /// `None` once another table has taken its place.
    generation: Option<Generation>,
}

/// A live table that every append is folded into.
pub(super) struct Attached {
    pub(super) projector: Arc<dyn Projector>,
    pub(super) table: Arc<Table>,
}

/// What an append does to one table, which is locked until it is written.
pub(super) struct FoldedAppend<'a> {
    table: &'a Table,
    state: RwLockWriteGuard<'a, State>,
    changes: Vec<RowChange>,
}

/// Folds an append for every attached table, and changes none of them.
pub(super) fn fold_append<'a>(
    attached: &'a [Attached],
    append: &Append,
    prepared: &Prepared,
) -> Result<Vec<FoldedAppend<'a>>, AppendError> {
    if attached.is_empty() {
        return Ok(Vec::new());
    }
    let batch = prepared.batch(append);
    let mut folded = Vec::with_capacity(attached.len());
    for Attached { projector, table } in attached {
        let state = table.state.write().unwrap_or_else(PoisonError::into_inner);
        let changes = if is_wanted(&**projector, append) {
            fold(&table.definition, &**projector, &batch, |keys| state.rows.load(keys))
                .map_err(AppendError::Projection)?
        } else {
            Vec::new()
        };
        Rows::check(&table.definition, &changes)?;
        folded.push(FoldedAppend { table, state, changes });
    }
    Ok(folded)
}

fn is_wanted(projector: &dyn Projector, append: &Append) -> bool {
    let (aggregate_type, tenant) = (&append.stream.aggregate_type, append.origin.tenant.as_deref());
    append.events.iter().any(|event| projector.filter().matches(aggregate_type, &event.name, tenant))
}

/// Runs a projector, which is somebody else's code: a panic is a failure like any other and leaves the store whole.
fn fold(
    definition: &TableDefinition,
    projector: &dyn Projector,
    batch: &EventBatch,
    load: impl FnOnce(&[Vec<Value>]) -> Vec<Option<Vec<Value>>>,
) -> Result<Vec<RowChange>, Box<FoldFailure>> {
    let Some(first) = batch.first() else { return Ok(Vec::new()) };
    let fold = || {
        let fold = projector.begin(batch)?;
        let rows = load(fold.keys());
        fold.finish(rows)
    };
    catch_unwind(AssertUnwindSafe(fold)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(FoldFailure::at(&definition.name, first, format_args!("the projection panicked: {text}")))
    })
}

/// Writes what [`fold_append`] found; this cannot fail.
pub(super) fn write_all(folded: Vec<FoldedAppend<'_>>, checkpoint: Position, listeners: &Changes) {
    for mut folded in folded {
        folded.state.write(folded.table, folded.changes, checkpoint, listeners);
    }
}

impl Table {
    pub(super) fn new(definition: Arc<TableDefinition>, generation: Generation) -> Self {
        let state = State {
            rows: Rows::new(definition.key_columns),
            checkpoint: Position::START,
            generation: Some(generation),
        };
        Self { definition, state: RwLock::new(state) }
    }

    pub(super) fn is_defined_as(&self, definition: &TableDefinition) -> bool {
        self.definition.fingerprint == definition.fingerprint
    }

    pub(super) fn checkpoint(&self) -> Position {
        self.read_state().checkpoint
    }

    /// Makes the table live, or takes it out of service.
    pub(super) fn set_generation(&self, generation: Option<Generation>) {
        self.write_state().generation = generation;
    }

    /// Folds a batch; rows and checkpoint change together, or not at all.
    pub(super) fn fold(
        &self,
        projector: &dyn Projector,
        from: Position,
        batch: &EventBatch,
        listeners: &Changes,
    ) -> Result<(), FoldError> {
        self.read_state().expect_at(&self.definition, from)?;
        if batch.end() < from || batch.first().is_some_and(|first| first.position() <= from) {
            return Err(StoreError::invalid(format!(
                "the batch for `{}` does not follow its checkpoint {from}",
                self.definition.name
            ))
            .into());
        }
        let changes = fold(&self.definition, projector, batch, |keys| self.read_state().rows.load(keys))?;
        Rows::check(&self.definition, &changes)?;
        let mut state = self.write_state();
        // The rows were loaded outside this lock: they are still the same if the checkpoint is.
        state.expect_at(&self.definition, from)?;
        state.write(self, changes, batch.end(), listeners);
        Ok(())
    }

    pub(super) fn read(&self, query: &RowQuery) -> Result<RowPage, StoreError> {
        let state = self.read_state();
        let (rows, more) = state.rows.page(&self.definition, query)?;
        Ok(RowPage { rows, more, checkpoint: state.checkpoint })
    }

    pub(super) fn count(&self, query: &RowQuery) -> Result<u64, StoreError> {
        self.read_state().rows.count(&self.definition, query)
    }

    fn read_state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_state(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn expect_at(&self, definition: &TableDefinition, expected: Position) -> Result<(), FoldError> {
        let actual = self.generation.map(|_| self.checkpoint);
        if actual == Some(expected) {
            return Ok(());
        }
        Err(tables::superseded(definition, expected, actual))
    }

    fn write(&mut self, table: &Table, changes: Vec<RowChange>, checkpoint: Position, listeners: &Changes) {
        self.checkpoint = checkpoint;
        if changes.is_empty() {
            return;
        }
        if self.generation == Some(Generation::Live) {
            listeners.announce(&table.definition.name, checkpoint, &changes);
        }
        self.rows.write(changes);
    }
}
