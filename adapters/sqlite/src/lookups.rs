//! Rows of other projections, as the projections that look them up keep them for themselves.
//!
//! They live and die with the table of the projection that keeps them, and change in its transactions.

use cqrs_core::store::StoreError;
use cqrs_core::{LookupChange, LookupKey, Value};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{OrStoreError, Outcome, corrupt};

/// What a projection keeps under some keys, in the order of the keys.
pub(crate) fn load(
    connection: &Connection,
    projection: i64,
    keys: &[LookupKey],
) -> Outcome<Vec<Option<Vec<Value>>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = connection
        .prepare_cached("SELECT cells FROM cqrs_lookup_rows WHERE projection = ?1 AND key = ?2")
        .or_store_error()?;
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        let kept = statement.query_row((projection, key.as_str()), |row| row.get::<_, String>(0));
        let cells = kept.optional().or_store_error()?.map(|cells| {
            serde_json::from_str(&cells).map_err(|error| {
                corrupt(format!("the row `{}` that is looked up cannot be read", key.as_str())).because(error)
            })
        });
        rows.push(cells.transpose()?);
    }
    Ok(rows)
}

/// Keeps what a fold has changed.
pub(crate) fn keep(connection: &Connection, projection: i64, changes: &[LookupChange]) -> Outcome<()> {
    for LookupChange { key, row } in changes {
        match row {
            Some(cells) => {
                let cells = serde_json::to_string(cells).map_err(|error| {
                    StoreError::invalid("a row cannot be kept to be looked up").because(error)
                })?;
                let sql = "INSERT INTO cqrs_lookup_rows (projection, key, cells) VALUES (?1, ?2, ?3) \
                           ON CONFLICT (projection, key) DO UPDATE SET cells = excluded.cells";
                let mut statement = connection.prepare_cached(sql).or_store_error()?;
                statement.execute((projection, key.as_str(), cells)).or_store_error()?;
            }
            None => {
                let sql = "DELETE FROM cqrs_lookup_rows WHERE projection = ?1 AND key = ?2";
                let mut statement = connection.prepare_cached(sql).or_store_error()?;
                statement.execute((projection, key.as_str())).or_store_error()?;
            }
        }
    }
    Ok(())
}

/// Forgets what a table that is no more has kept.
pub(crate) fn clear(connection: &Connection, projection: i64) -> Outcome<()> {
    let sql = "DELETE FROM cqrs_lookup_rows WHERE projection = ?1";
    connection.execute(sql, [projection]).or_store_error()?;
    Ok(())
}
