//! Rows of other projections, as the projections that look them up keep them for themselves.
//!
//! They live and die with the table of the projection that keeps them, and change in its transactions.

use std::collections::HashMap;

use cqrs_core::store::StoreError;
use cqrs_core::{LookupChange, LookupKey, Value};

use crate::connect::Session;
use crate::error::{OrStoreError, Outcome, corrupt};

/// What a projection keeps under some keys, in the order of the keys.
pub(crate) async fn load(
    session: &Session,
    projection: i64,
    keys: &[LookupKey],
) -> Outcome<Vec<Option<Vec<Value>>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT key, cells FROM cqrs_lookup_rows WHERE projection = $1 AND key = ANY($2)";
    let wanted: Vec<_> = keys.iter().map(LookupKey::as_str).collect();
    let rows = session.query(sql, &[&projection, &wanted]).await?;
    let cells = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, _>>();
    let cells: HashMap<&str, &str> = cells.or_store_error()?;
    let row = |key: &LookupKey| {
        let cells = cells.get(key.as_str()).map(|cells| serde_json::from_str(cells)).transpose();
        cells.map_err(|error| {
            corrupt(format!("the row `{}` that is looked up cannot be read", key.as_str())).because(error)
        })
    };
    keys.iter().map(row).collect()
}

/// Keeps what a fold has changed.
pub(crate) async fn keep(session: &Session, projection: i64, changes: &[LookupChange]) -> Outcome<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let gone: Vec<_> =
        changes.iter().filter(|change| change.row.is_none()).map(|change| change.key.as_str()).collect();
    let (mut keys, mut rows) = (Vec::new(), Vec::new());
    for (key, cells) in changes.iter().filter_map(|change| Some((&change.key, change.row.as_ref()?))) {
        let cells = serde_json::to_string(cells)
            .map_err(|error| StoreError::invalid("a row cannot be kept to be looked up").because(error))?;
        keys.push(key.as_str());
        rows.push(cells);
    }
    let delete = "DELETE FROM cqrs_lookup_rows WHERE projection = $1 AND key = ANY($2)";
    let put = "INSERT INTO cqrs_lookup_rows (projection, key, cells) SELECT $1, new.key, new.cells \
               FROM unnest($2::text[], $3::text[]) AS new (key, cells) \
               ON CONFLICT (projection, key) DO UPDATE SET cells = excluded.cells";
    session.execute(delete, &[&projection, &gone]).await?;
    session.execute(put, &[&projection, &keys, &rows]).await?;
    Ok(())
}

/// Forgets what a table that is no more has kept.
pub(crate) async fn clear(session: &Session, projection: i64) -> Outcome<()> {
    session.execute("DELETE FROM cqrs_lookup_rows WHERE projection = $1", &[&projection]).await?;
    Ok(())
}
