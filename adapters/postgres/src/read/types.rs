//! The stored event types by their ids, as this process has seen them.
//!
//! Types are never changed nor deleted, and their rows are committed in the order of their ids, so what was seen stays right.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cqrs_core::store::EventFilter;

use crate::connect::Session;
use crate::error::{OrStoreError, Outcome};

/// A stored event type.
pub(crate) struct TypeName {
    pub(crate) aggregate_type: String,
    pub(crate) name: String,
    pub(crate) version: u32,
}

/// The stored event types by their ids.
#[derive(Default)]
pub(crate) struct TypeNames {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    by_id: HashMap<i64, Arc<TypeName>>,
    newest: i64,
}

impl TypeNames {
    /// Reads the types that were added since the last look.
    pub(crate) async fn refresh(&self, session: &Session) -> Outcome<()> {
        let sql = "SELECT id, aggregate_type, name, version FROM cqrs_event_types WHERE id > $1 ORDER BY id";
        let newest = self.newest();
        for row in session.query(sql, &[&newest]).await? {
            let read = || {
                let version: i64 = row.try_get(3)?;
                let version = u32::try_from(version).unwrap_or(u32::MAX);
                Ok((
                    row.try_get(0)?,
                    TypeName { aggregate_type: row.try_get(1)?, name: row.try_get(2)?, version },
                ))
            };
            let (id, name): (i64, _) = read().or_store_error()?;
            let mut seen = self.seen();
            seen.by_id.insert(id, Arc::new(name));
            seen.newest = seen.newest.max(id);
        }
        Ok(())
    }

    /// A type by its id, where it was seen.
    pub(crate) fn get(&self, id: i64) -> Option<Arc<TypeName>> {
        self.seen().by_id.get(&id).cloned()
    }

    /// The newest type that was seen; all before it were seen too.
    pub(crate) fn newest(&self) -> i64 {
        self.seen().newest
    }

    /// The ids of the seen types that a filter lets through, in order; `None` when it lets all through.
    pub(crate) fn wanted(&self, filter: &EventFilter) -> Option<Vec<i64>> {
        if filter.event_types.is_empty() && filter.aggregate_types.is_empty() {
            return None;
        }
        // Tenants are a matter of events, not of their types.
        let types_only = EventFilter { tenants: Vec::new(), ..filter.clone() };
        let passes = |name: &TypeName| types_only.matches(&name.aggregate_type, &name.name, None);
        let seen = self.seen();
        let mut ids: Vec<_> = seen.by_id.iter().filter(|(_, name)| passes(name)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        Some(ids)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
