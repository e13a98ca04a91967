//! The layout of the store's own tables: which one a file has, and the steps from each to the next.
//!
//! A file is ours by its `application_id`, its layout is its `user_version`. A layout is never edited once released: a change
//! is a further step. Tables of read models are none of this file's concern.

use std::path::Path;

use cqrs_core::store::{StoreError, StoreErrorKind};
use rusqlite::Connection;

use crate::error::{OrStoreError, Outcome};
use crate::open::in_transaction;

/// What marks a file as a store: `cqrs` in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x6371_7273;

/// The steps: the one at index *n* leads from layout *n* to layout *n* + 1.
const STEPS: [&str; 3] =
    [include_str!("sql/layout_1.sql"), include_str!("sql/layout_2.sql"), include_str!("sql/layout_3.sql")];

/// The newest layout that this build knows.
pub(crate) const LAYOUT: usize = STEPS.len();

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing yet.
    Nothing,
    /// A store of this layout.
    Store(usize),
}

/// Looks at a file without changing it.
///
/// # Errors
///
/// [`StoreErrorKind::Incompatible`] when the file belongs to another application, or to a newer version of this one.
pub(crate) fn identify(connection: &Connection, path: &Path) -> Outcome<Found> {
    let number =
        |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).or_store_error();
    let (application, layout) = (number("application_id")?, number("user_version")?);
    let incompatible = |message| Err(StoreError::new(StoreErrorKind::Incompatible, message));
    if application == APPLICATION_ID {
        return match usize::try_from(layout) {
            Ok(layout) if (1..=LAYOUT).contains(&layout) => Ok(Found::Store(layout)),
            _ => incompatible(format!(
                "`{}` has layout {layout}, this version reads layouts 1 to {LAYOUT}; use a newer version of the store",
                path.display()
            )),
        };
    }
    let tables = tables_of(connection)?;
    if application == 0 && layout == 0 && tables.is_empty() {
        return Ok(Found::Nothing);
    }
    let holds = if tables.is_empty() {
        format!("its application id is {application:#x}, its user version {layout}")
    } else {
        format!("it holds {}", tables.join(", "))
    };
    incompatible(format!(
        "`{}` is the database of another application ({holds}); choose another file",
        path.display()
    ))
}

/// A few of the tables in a file, quoted, for a message.
fn tables_of(connection: &Connection) -> Outcome<Vec<String>> {
    let mut statement = connection
        .prepare("SELECT '`' || name || '`' FROM sqlite_schema ORDER BY rowid LIMIT 3")
        .or_store_error()?;
    let names = statement.query_map([], |row| row.get(0)).or_store_error()?;
    names.collect::<rusqlite::Result<_>>().or_store_error()
}

/// Brings a file to the newest layout in one transaction; a file without anything begins at the first step.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Outcome<()> {
    if identify(connection, path)? == Found::Store(LAYOUT) {
        return Ok(());
    }
    in_transaction(connection, |connection| {
        // Another process may have been faster while this one waited for the lock.
        let from = match identify(connection, path)? {
            Found::Nothing => 0,
            Found::Store(layout) => layout,
        };
        for step in STEPS.iter().skip(from) {
            connection.execute_batch(step).or_store_error()?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID).or_store_error()?;
        connection
            .pragma_update(None, "user_version", u32::try_from(LAYOUT).unwrap_or(u32::MAX))
            .or_store_error()
    })
}
