//! Control over the tables of read models, kept in the file for every process.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{
    BoxFuture, DeadLetter, DeadLetterQuery, FoldError, ReadModelControl, Retried, StoreError,
    TableDefinition, TableState, TableStatus,
};
use cqrs_core::{Position, Projector};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::SqliteStore;
use crate::error::{OrStoreError, Outcome};
use crate::letters::Letters;
use crate::tables::{self, Table};

impl ReadModelControl for SqliteStore {
    fn table_status(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableStatus, StoreError>> {
        Box::pin(self.reading(move |reader| {
            // All of it is of one moment.
            let _snapshot = reader.connection.unchecked_transaction().or_store_error()?;
            tables::status(&reader.connection, &table)
        }))
    }

    fn begin_rebuild(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| tables::begin_rebuild(writer.connection(), &table))
        }))
    }

    fn set_paused(&self, table: Arc<TableDefinition>, paused: bool) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| tables::set_paused(writer.connection(), &table, paused))
        }))
    }

    fn lease(&self, name: String, holder: Uuid, span: Duration) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| take_lease(writer.connection(), &name, holder, span))
        }))
    }

    fn dead_letters(&self, query: DeadLetterQuery) -> BoxFuture<'_, Result<Vec<DeadLetter>, StoreError>> {
        Box::pin(self.reading(move |reader| {
            let (table, _) = Table::serving(&reader.connection, &query.table)?;
            Letters::of(&reader.connection, table.id()).page(&query)
        }))
    }

    fn retry_dead_letters(
        &self,
        projector: Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Retried, FoldError>> {
        Box::pin(self.writing(move |writer| writer.retry(&projector, after, limit)))
    }

    fn skip_dead_letter(
        &self,
        table: Arc<TableDefinition>,
        position: Position,
        reason: String,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(self.writing(move |writer| {
            writer.transact(|writer| {
                let connection = writer.connection();
                let (found, _) = Table::serving(connection, &table)?;
                found.move_epoch(connection)?;
                Letters::of(connection, found.id()).skip(position, &reason)
            })
        }))
    }
}

fn take_lease(connection: &Connection, name: &str, holder: Uuid, span: Duration) -> Outcome<bool> {
    let now = Timestamp::now().as_microsecond();
    let until = now.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX));
    let sql = "INSERT INTO cqrs_leases (name, holder, until) VALUES (?1, ?2, ?3) \
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
               WHERE holder = excluded.holder OR until <= ?4";
    let taken = connection.execute(sql, (name, &holder.as_bytes()[..], until, now)).or_store_error()?;
    Ok(taken > 0)
}
