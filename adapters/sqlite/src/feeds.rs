//! Feeds: what each commit has changed in a table's rows, kept until every reader has acknowledged it.

use std::sync::Arc;

use cqrs_core::store::{
    BoxFuture, FeedPage, FeedPlace, RowChange, RowFeeds, StoreError, TableChange, TableDefinition,
};
use cqrs_core::{Position, Value};
use rusqlite::{Connection, OptionalExtension};

use crate::SqliteStore;
use crate::error::{OrStoreError, Outcome, corrupt};
use crate::tables::Table;

/// A row's key, and the row where it is there.
type Kept = (Vec<Value>, Option<Vec<Value>>);

/// Keeps a commit's changes where anybody reads them.
pub(crate) fn keep(connection: &Connection, projection: i64, change: &TableChange) -> Outcome<()> {
    if change.changes.is_empty() || !are_read(connection, &change.table)? {
        return Ok(());
    }
    let kept: Vec<_> = change.changes.iter().map(|change| (&change.key, &change.row)).collect();
    let kept = serde_json::to_string(&kept)
        .map_err(|error| StoreError::invalid("a row cannot be kept for its feed").because(error))?;
    let mut statement = connection
        .prepare_cached(
            "INSERT INTO cqrs_row_changes (projection, revision, checkpoint, changes) VALUES (?1, ?2, ?3, ?4)",
        )
        .or_store_error()?;
    let cells = (projection, to_i64(change.revision), change.checkpoint.to_i64(), kept);
    statement.execute(cells).or_store_error()?;
    Ok(())
}

fn are_read(connection: &Connection, name: &str) -> Outcome<bool> {
    let mut statement = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM cqrs_feeds WHERE name = ?1)")
        .or_store_error()?;
    statement.query_row([name], |row| row.get(0)).or_store_error()
}

/// Forgets the changes of a table that is no more.
pub(crate) fn clear(connection: &Connection, projection: i64) -> Outcome<()> {
    connection
        .execute("DELETE FROM cqrs_row_changes WHERE projection = ?1", [projection])
        .or_store_error()?;
    Ok(())
}

/// A reader's place in a live table, made where there is none; one in a table that was replaced begins anew.
fn open(connection: &Connection, table: &Table, reader: &str) -> Outcome<FeedPlace> {
    let name = &table.definition().name;
    let find = "SELECT revision FROM cqrs_feeds WHERE name = ?1 AND reader = ?2 AND projection = ?3";
    let found = connection.query_row(find, (name, reader, table.id()), |row| row.get::<_, Option<i64>>(0));
    let revision = match found.optional().or_store_error()? {
        Some(revision) => revision.map(i64::unsigned_abs),
        None => {
            let put = "INSERT INTO cqrs_feeds (name, reader, projection) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (name, reader) DO UPDATE SET projection = excluded.projection, revision = NULL";
            connection.execute(put, (name, reader, table.id())).or_store_error()?;
            None
        }
    };
    Ok(FeedPlace { generation: table.id().unsigned_abs(), revision })
}

fn page(connection: &Connection, table: &Table, after: u64, limit: usize) -> Outcome<FeedPage> {
    let mut statement = connection
        .prepare_cached(
            "SELECT revision, checkpoint, changes FROM cqrs_row_changes \
             WHERE projection = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3",
        )
        .or_store_error()?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query((table.id(), to_i64(after), limit)).or_store_error()?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next().or_store_error()? {
        let revision = row.get::<_, i64>(0).or_store_error()?.unsigned_abs();
        let kept = row.get_ref(2).or_store_error()?.as_str().unwrap_or_default();
        let kept: Vec<Kept> = serde_json::from_str(kept).map_err(|error| {
            let name = &table.definition().name;
            corrupt(format!("the changes of `{name}` at revision {revision} cannot be read")).because(error)
        })?;
        changes.push(Arc::new(TableChange {
            table: table.definition().name.clone(),
            checkpoint: Position::from_i64(row.get(1).or_store_error()?),
            revision,
            changes: kept.into_iter().map(|(key, row)| RowChange { key, row }).collect(),
        }));
    }
    Ok(FeedPage { generation: table.id().unsigned_abs(), changes })
}

fn acknowledge(connection: &Connection, table: &Table, reader: &str, revision: u64) -> Outcome<()> {
    let sql = "UPDATE cqrs_feeds SET revision = max(?4, ifnull(revision, 0)) \
               WHERE name = ?1 AND reader = ?2 AND projection = ?3";
    let cells = (&table.definition().name, reader, table.id(), to_i64(revision));
    connection.execute(sql, cells).or_store_error()?;
    forget(connection, table)
}

/// Forgets what every reader has acknowledged.
fn forget(connection: &Connection, table: &Table) -> Outcome<()> {
    let sql = "DELETE FROM cqrs_row_changes WHERE projection = ?1 AND revision <= ifnull( \
               (SELECT min(CASE WHEN projection = ?1 THEN ifnull(revision, 0) ELSE 0 END) \
                FROM cqrs_feeds WHERE name = ?2), 9223372036854775807)";
    connection.execute(sql, (table.id(), &table.definition().name)).or_store_error()?;
    Ok(())
}

fn to_i64(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

impl RowFeeds for SqliteStore {
    fn open_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<FeedPlace, StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| {
                let (table, _) = Table::serving(writer.connection(), &table)?;
                open(writer.connection(), &table, &reader)
            })
        }))
    }

    fn feed_changes(
        &self,
        table: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<FeedPage, StoreError>> {
        Box::pin(self.settled(move |reader| {
            // The table and its changes are of one moment.
            let _snapshot = reader.connection.unchecked_transaction().or_store_error()?;
            let (table, standing) = Table::serving(&reader.connection, &table)?;
            Ok((page(&reader.connection, &table, after, limit)?, standing.checkpoint))
        }))
    }

    fn acknowledge_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
        generation: u64,
        revision: u64,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| {
                let (table, _) = Table::serving(writer.connection(), &table)?;
                if table.id().unsigned_abs() == generation {
                    acknowledge(writer.connection(), &table, &reader, revision)?;
                }
                Ok(())
            })
        }))
    }

    fn close_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| {
                let connection = writer.connection();
                let sql = "DELETE FROM cqrs_feeds WHERE name = ?1 AND reader = ?2";
                connection.execute(sql, (&table.name, &reader)).or_store_error()?;
                let (table, _) = Table::serving(connection, &table)?;
                forget(connection, &table)
            })
        }))
    }
}
