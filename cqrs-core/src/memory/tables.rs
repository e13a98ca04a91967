//! The tables by name: the live one of each, and the one that is built to take its place.
//!
//! Definitions are told apart by their fingerprints. Rows are none of its concern.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::locked;
use super::table::Table;
use crate::envelope::Position;
use crate::store::{
    FoldError, Generation, StoreError, StoreErrorKind, TableDefinition, TableState, TableStatus,
};

#[derive(Default)]
pub(super) struct Tables {
    by_name: Mutex<HashMap<String, Named>>,
}

struct Named {
    live: Arc<Table>,
    next: Option<Arc<Table>>,
}

impl Tables {
    pub(super) fn open(&self, definition: Arc<TableDefinition>) -> TableState {
        let mut by_name = locked(&self.by_name);
        let Some(named) = by_name.get_mut(&definition.name) else {
            let name = definition.name.clone();
            let live = Arc::new(Table::new(definition, Generation::Live));
            by_name.insert(name, Named { live, next: None });
            return TableState { generation: Generation::Live, checkpoint: Position::START };
        };
        if named.live.is_defined_as(&definition) {
            return TableState { generation: Generation::Live, checkpoint: named.live.checkpoint() };
        }
        let next = match named.next.take() {
            Some(next) if next.is_defined_as(&definition) => next,
            abandoned => {
                abandoned.inspect(|next| next.set_generation(None));
                Arc::new(Table::new(definition, Generation::Next))
            }
        };
        let checkpoint = next.checkpoint();
        named.next = Some(next);
        TableState { generation: Generation::Next, checkpoint }
    }

    /// Makes an empty table beside the live one of the same definition, or returns what is there.
    pub(super) fn begin_rebuild(&self, definition: Arc<TableDefinition>) -> TableState {
        let mut by_name = locked(&self.by_name);
        match by_name.get_mut(&definition.name) {
            Some(named) if named.live.is_defined_as(&definition) => {
                if let Some(next) = named.next.as_ref().filter(|next| next.is_defined_as(&definition)) {
                    return TableState { generation: Generation::Next, checkpoint: next.checkpoint() };
                }
                if let Some(abandoned) = named.next.take() {
                    abandoned.set_generation(None);
                }
                named.next = Some(Arc::new(Table::new(definition, Generation::Next)));
                TableState { generation: Generation::Next, checkpoint: Position::START }
            }
            _ => {
                drop(by_name);
                self.open(definition)
            }
        }
    }

    /// How the tables of a name are doing.
    pub(super) fn status(&self, definition: &TableDefinition) -> TableStatus {
        let by_name = locked(&self.by_name);
        let Some(named) = by_name.get(&definition.name) else { return TableStatus::default() };
        TableStatus {
            live: Some(named.live.checkpoint()),
            revision: named.live.revision(),
            is_current: named.live.is_defined_as(definition),
            next: named
                .next
                .as_ref()
                .filter(|next| next.is_defined_as(definition))
                .map(|next| next.checkpoint()),
            is_paused: named.live.is_paused(),
            dead_letters: named.live.count_dead_letters(),
        }
    }

    /// The live table of a name, whatever its definition.
    pub(super) fn live(&self, definition: &TableDefinition) -> Result<Arc<Table>, StoreError> {
        let by_name = locked(&self.by_name);
        let live = by_name.get(&definition.name).map(|named| Arc::clone(&named.live));
        live.ok_or_else(|| missing(definition, "is not there"))
    }

    pub(super) fn find(&self, definition: &TableDefinition, generation: Generation) -> Option<Arc<Table>> {
        let by_name = locked(&self.by_name);
        let named = by_name.get(&definition.name)?;
        let table = match generation {
            Generation::Live => Some(&named.live),
            Generation::Next => named.next.as_ref(),
        };
        table.filter(|table| table.is_defined_as(definition)).cloned()
    }

    /// The live table, for queries.
    pub(super) fn serving(&self, definition: &TableDefinition) -> Result<Arc<Table>, StoreError> {
        self.find(definition, Generation::Live).ok_or_else(|| missing(definition, "serves no queries"))
    }

    /// Puts the next table in the place of the live one, which is returned; [`None`] when there is no next one.
    pub(super) fn promote(&self, definition: &TableDefinition) -> Option<Arc<Table>> {
        let mut by_name = locked(&self.by_name);
        let named = by_name.get_mut(&definition.name)?;
        let next = named.next.take_if(|next| next.is_defined_as(definition))?;
        next.set_generation(Some(Generation::Live));
        next.succeed(&named.live);
        named.live.set_generation(None);
        Some(std::mem::replace(&mut named.live, next))
    }
}

/// The failure of a fold whose table is elsewhere, or gone.
pub(super) fn superseded(
    definition: &TableDefinition,
    expected: Position,
    actual: Option<Position>,
) -> FoldError {
    FoldError::Superseded { table: definition.name.clone(), expected, actual }
}

fn missing(definition: &TableDefinition, lack: &str) -> StoreError {
    let TableDefinition { name, fingerprint, .. } = definition;
    StoreError::new(
        StoreErrorKind::Superseded,
        format!("the table `{name}` under definition {fingerprint} {lack}"),
    )
}
