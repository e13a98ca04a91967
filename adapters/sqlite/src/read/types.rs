//! The stored event types by their ids, as one connection has seen them.
//!
//! Types are never changed nor deleted, so what was seen stays right. A connection that adds types in a transaction must not
//! look here before it has committed.

use std::collections::HashMap;

use cqrs_core::store::EventFilter;
use rusqlite::Connection;

use crate::error::{OrStoreError, Outcome, corrupt};

/// A stored event type.
pub(crate) struct TypeName {
    pub(crate) aggregate_type: String,
    pub(crate) name: String,
    pub(crate) version: u32,
}

/// The stored event types by their ids.
#[derive(Default)]
pub(crate) struct TypeNames {
    by_id: HashMap<i64, TypeName>,
    newest: i64,
}

impl TypeNames {
    /// Reads the types that were added since the last look.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Outcome<()> {
        let mut statement = connection
            .prepare_cached(
                "SELECT id, aggregate_type, name, version FROM cqrs_event_types WHERE id > ?1 ORDER BY id",
            )
            .or_store_error()?;
        let mut rows = statement.query([self.newest]).or_store_error()?;
        while let Some(row) = rows.next().or_store_error()? {
            let read = || {
                let (aggregate_type, name) = (row.get(1)?, row.get(2)?);
                Ok((row.get(0)?, TypeName { aggregate_type, name, version: row.get(3)? }))
            };
            let (id, name) = read().or_store_error()?;
            self.by_id.insert(id, name);
            self.newest = id;
        }
        Ok(())
    }

    /// A type by its id, read anew where it is not known yet.
    pub(crate) fn get(&mut self, connection: &Connection, id: i64) -> Outcome<&TypeName> {
        if !self.by_id.contains_key(&id) {
            self.refresh(connection)?;
        }
        self.by_id.get(&id).ok_or_else(|| corrupt(format!("there is no event type {id}, which events have")))
    }

    /// The ids of the types that a filter lets through, in order; `None` when it lets all through.
    pub(crate) fn wanted(&self, filter: &EventFilter) -> Option<Vec<i64>> {
        if filter.event_types.is_empty() && filter.aggregate_types.is_empty() {
            return None;
        }
        // Tenants are a matter of events, not of their types.
        let types_only = EventFilter { tenants: Vec::new(), ..filter.clone() };
        let passes = |name: &TypeName| types_only.matches(&name.aggregate_type, &name.name, None);
        let mut ids: Vec<_> = self.by_id.iter().filter(|(_, name)| passes(name)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        Some(ids)
    }
}
