//! The cells of an event, as a function within the statement is given them.
//!
//! A row's cells can be asked for one by one, each with several calls through the driver and a lock of the connection; with a
//! dozen an event, that takes as long as all that SQLite does. The arguments of a function cost a third of it. So the statements
//! that read events select nothing but this function, which puts its arguments down where the thread that steps the statement
//! finds them.

use std::cell::RefCell;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{FromSql, Null, ValueRef};
use uuid::Uuid;

/// What a statement selects for what folding into a state needs, and for everything.
pub(super) const PAYLOAD: &str = "cqrs_event(position, version, event_type, payload)";
pub(super) const FULL: &str = "cqrs_event(position, version, event_type, payload, recorded_at, stream, event_id, \
     correlation_id, causation_id, tenant, actor, metadata)";

thread_local! {
    static NEWEST: RefCell<EventCells> = RefCell::default();
}

/// The cells of one event; those behind the payload are as they were where they are not selected. An id is none where its cell
/// is not one.
#[derive(Default)]
pub(super) struct EventCells {
    pub(super) position: i64,
    pub(super) version: i64,
    pub(super) event_type: i64,
    pub(super) payload: Vec<u8>,
    pub(super) has_payload: bool,
    pub(super) recorded_at: i64,
    pub(super) stream: i64,
    pub(super) event_id: Option<Uuid>,
    pub(super) origin: OriginCells,
}

/// The cells of an event that those of one decision share.
#[derive(Default, Clone, PartialEq, Eq)]
pub(super) struct OriginCells {
    pub(super) correlation_id: Option<Uuid>,
    pub(super) causation_id: Option<Uuid>,
    pub(super) tenant: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) metadata: Option<String>,
}

/// Makes the function known to a connection.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("cqrs_event", -1, flags, |context| {
        NEWEST.with_borrow_mut(|cells| cells.take(context))
    })
}

/// Does something with the cells of the row to which this thread has stepped last.
pub(super) fn of_newest<T>(work: impl FnOnce(&EventCells) -> T) -> T {
    NEWEST.with_borrow(work)
}

impl EventCells {
    fn take(&mut self, context: &Context<'_>) -> rusqlite::Result<Null> {
        self.position = integer(context, 0)?;
        self.version = integer(context, 1)?;
        self.event_type = integer(context, 2)?;
        self.payload.clear();
        self.has_payload = match context.get_raw(3) {
            ValueRef::Text(payload) | ValueRef::Blob(payload) => {
                self.payload.extend_from_slice(payload);
                true
            }
            _ => false,
        };
        if context.len() > 4 {
            self.recorded_at = integer(context, 4)?;
            self.stream = integer(context, 5)?;
            self.event_id = uuid(context.get_raw(6));
            self.origin.correlation_id = uuid(context.get_raw(7));
            self.origin.causation_id = uuid(context.get_raw(8));
            replace(&mut self.origin.tenant, context.get_raw(9));
            replace(&mut self.origin.actor, context.get_raw(10));
            replace(&mut self.origin.metadata, context.get_raw(11));
        }
        Ok(Null)
    }
}

fn integer(context: &Context<'_>, index: usize) -> rusqlite::Result<i64> {
    Ok(i64::column_result(context.get_raw(index))?)
}

fn uuid(cell: ValueRef<'_>) -> Option<Uuid> {
    match cell {
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

/// Keeps a text cell, in the memory of the one before.
fn replace(kept: &mut Option<String>, cell: ValueRef<'_>) {
    let text = match cell {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    };
    match (kept, text) {
        (Some(kept), Some(text)) => text.clone_into(kept),
        (kept, text) => *kept = text.map(str::to_owned),
    }
}
