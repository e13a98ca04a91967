//! Control over the tables of read models, kept in the database for every process.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{
    BoxFuture, DeadLetter, DeadLetterQuery, FoldError, ReadModelControl, Retried, StoreError,
    TableDefinition, TableState, TableStatus,
};
use cqrs_core::{Position, Projector};
use uuid::Uuid;

use crate::PostgresStore;
use crate::connect::Session;
use crate::error::Outcome;
use crate::letters::Letters;
use crate::tables::{self, Table, missing};
use crate::transaction::Access;

impl ReadModelControl for PostgresStore {
    fn table_status(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableStatus, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            tables::status(&session, &table).await
        })
    }

    fn begin_rebuild(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            tables::begin_rebuild(&session, &table).await
        })
    }

    fn set_paused(&self, table: Arc<TableDefinition>, paused: bool) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            tables::set_paused(&session, &table, paused).await
        })
    }

    fn lease(&self, name: String, holder: Uuid, span: Duration) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            take_lease(&session, &name, holder, span).await
        })
    }

    fn dead_letters(&self, query: DeadLetterQuery) -> BoxFuture<'_, Result<Vec<DeadLetter>, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            let (table, _) = Table::serving(&session, &query.table).await?;
            Letters::of(&session, table.id()).page(&query).await
        })
    }

    fn retry_dead_letters(
        &self,
        projector: Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Retried, FoldError>> {
        Box::pin(async move { self.retry(&*projector, after, limit).await })
    }

    fn skip_dead_letter(
        &self,
        table: Arc<TableDefinition>,
        position: Position,
        reason: String,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move { self.skip(&table, position, &reason).await })
    }
}

impl PostgresStore {
    async fn skip(
        &self,
        definition: &Arc<TableDefinition>,
        position: Position,
        reason: &str,
    ) -> Outcome<u64> {
        let session = self.session().await?;
        if !session.begin_on(&definition.name, Access::WriteInTurn).await? {
            return Err(missing(definition, "serves no queries"));
        }
        let work = async {
            let (table, _) = Table::serving(&session, definition).await?;
            table.touch(&session).await?;
            Letters::of(&session, table.id()).skip(position, reason).await
        };
        let skipped = work.await;
        session.end(skipped).await
    }
}

/// The longest lease, which no clock overflows for.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Takes or renews a lease by the database's clock, which all processes share.
async fn take_lease(session: &Session, name: &str, holder: Uuid, span: Duration) -> Outcome<bool> {
    let micros = i64::try_from(span.min(LONGEST).as_micros()).unwrap_or(i64::MAX);
    let sql = "INSERT INTO cqrs_leases AS kept (name, holder, until) \
               VALUES ($1, $2, clock_timestamp() + $3::bigint * interval '1 microsecond') \
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
               WHERE kept.holder = excluded.holder OR kept.until <= clock_timestamp()";
    Ok(session.execute(sql, &[&name, &holder, &micros]).await? > 0)
}
