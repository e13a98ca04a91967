//! The cells of an event, as a function within the statement is given them.
//!
//! A row's cells can be asked for one by one, each with several calls through the driver and a lock of the connection; with a
//! dozen an event, that takes as long as all that SQLite does. The arguments of a function cost a third of it. So the statements
//! that read events select nothing but this function, which puts its arguments down where the thread that steps the statement
//! finds them.
//!
//! That holds where SQLite hands a row out before it looks at the next one, so not where it sorts. The statements name the key that they
//! read along, whatever other indexes there are; and the function returns the position, so that another row's cells are never taken
//! for those of the row that was handed out.

use std::cell::RefCell;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::error::{OrStoreError, Outcome, corrupt};

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

/// Does something with the cells of a row, to which this thread has stepped last.
pub(super) fn of_newest<T>(row: &Row<'_>, work: impl FnOnce(&EventCells) -> Outcome<T>) -> Outcome<T> {
    let position: i64 = row.get(0).or_store_error()?;
    NEWEST.with_borrow(|cells| {
        if cells.position == position {
            work(cells)
        } else {
            Err(corrupt(format!(
                "the database looked at events behind position {position} before it handed that one out"
            )))
        }
    })
}

impl EventCells {
    /// Takes the cells of a row; returns its position.
    fn take(&mut self, context: &Context<'_>) -> rusqlite::Result<i64> {
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
        Ok(self.position)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The positions that are read out of a table with two events.
    fn positions(order: &str) -> Outcome<Vec<i64>> {
        let connection = Connection::open_in_memory().or_store_error()?;
        register(&connection).or_store_error()?;
        connection
            .execute_batch(
                "CREATE TABLE log (position INTEGER PRIMARY KEY, version, event_type, payload); \
                 INSERT INTO log VALUES (1, 2, 1, '{}'), (2, 1, 1, '{}');",
            )
            .or_store_error()?;
        let mut statement =
            connection.prepare(&format!("SELECT {PAYLOAD} FROM log ORDER BY {order}")).or_store_error()?;
        let mut rows = statement.query([]).or_store_error()?;
        let mut positions = Vec::new();
        while let Some(row) = rows.next().or_store_error()? {
            positions.push(of_newest(row, |cells| Ok(cells.position))?);
        }
        Ok(positions)
    }

    #[test]
    fn the_cells_are_those_of_the_row_that_was_handed_out() {
        assert_eq!(positions("position").unwrap(), [1, 2]);
        assert_eq!(positions("position DESC").unwrap(), [2, 1]);
    }

    #[test]
    fn cells_of_a_row_that_was_only_looked_at_are_refused() {
        let error = positions("version DESC").unwrap_err();
        assert!(error.to_string().contains("before it handed that one out"), "{error}");
    }
}
