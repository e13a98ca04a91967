//! Read models as callers ask for them: each call is work on a lent connection, or for the writer.

use std::sync::Arc;

use cqrs_core::store::{
    BoxFuture, EventStore, FoldError, Generation, ReadAll, ReadModelStore, RowPage, RowQuery, SetAside,
    StoreError, StoreErrorKind, TableChange, TableDefinition, TableState,
};
use cqrs_core::{EventBatch, Position, Projector};
use tokio::sync::broadcast;

use crate::PostgresStore;
use crate::connect::{Session, quoted};
use crate::error::OrStoreError;
use crate::fold::fold;
use crate::read;
use crate::tables::{self, Table, physical_name, superseded};
use crate::writer::statements::LOCK;

impl PostgresStore {
    /// Folds most of what a table lacks beside the writer, which then folds the rest and keeps the table.
    async fn attach_caught_up(&self, projector: Arc<dyn Projector>) -> Result<(), FoldError> {
        let definition = projector.table();
        loop {
            let after = self.checkpoint(Arc::clone(&definition)).await;
            let after = after.map_err(|error| match error.kind() {
                StoreErrorKind::Superseded => superseded(&definition, Position::START, None),
                _ => error.into(),
            })?;
            let wanted = ReadAll { filter: projector.filter().clone(), ..ReadAll::after(after) };
            let batch = self.read_all(wanted).await?;
            if batch.len() < ReadAll::PAGE && batch.end() >= *self.watch_head().borrow() {
                return self.attach_to_writer(projector).await;
            }
            match self.fold_batch(&*projector, Generation::Live, after, &batch).await {
                // Somebody else folds the same table: go on from where they left it.
                Ok(_) | Err(FoldError::Superseded { actual: Some(_), .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Folds what the next table still lacks and has it take the live one's place, while appends wait.
    async fn promote_next(&self, projector: &dyn Projector) -> Result<(), FoldError> {
        let session = self.session().await?;
        session.begin().await?;
        let promoted = self.promote_within(&session, projector).await;
        session.end(promoted).await
    }

    async fn promote_within(&self, session: &Session, projector: &dyn Projector) -> Result<(), FoldError> {
        let definition = projector.table();
        let gone = || superseded(&definition, Position::START, None);
        session.query(tables::LOCK, &[]).await?;
        let (next, _) = Table::find(session, &definition, Generation::Next).await?.ok_or_else(gone)?;
        session.query(LOCK, &[]).await?;
        let name = quoted(&physical_name(&definition, Generation::Next));
        // Before the table's row is held: whoever holds the table may be about to change the row.
        session.run(&format!("LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")).await?;
        let mut standing = next.hold(session).await?.ok_or_else(gone)?;
        let head = read::head(session).await?;
        while standing.checkpoint < head {
            let filter = projector.filter().clone();
            let wanted = ReadAll { filter, until: head, ..ReadAll::after(standing.checkpoint) };
            let page = read::page_of_all(session, self.names(), &wanted).await?;
            let folded = fold(session, &next, standing.has_letters, projector, &page).await?;
            next.write(session, folded, page.end(), &mut standing).await?;
        }
        Ok(tables::promote(session, &next).await?)
    }

    async fn live_checkpoint(&self, definition: &TableDefinition) -> Result<Position, StoreError> {
        let session = self.session().await?;
        let sql = "SELECT checkpoint FROM cqrs_projections WHERE name = $1 AND generation = 'live' AND fingerprint = $2";
        let row = session.query_opt(sql, &[&definition.name, &definition.fingerprint.to_string()]).await?;
        let row = row.ok_or_else(|| tables::missing(definition, "serves no queries"))?;
        Ok(Position::from_i64(row.try_get(0).or_store_error()?))
    }
}

impl ReadModelStore for PostgresStore {
    fn open_table(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        Box::pin(async move {
            let session = self.session().await?;
            tables::open(&session, &table).await
        })
    }

    fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> BoxFuture<'_, Result<Vec<SetAside>, FoldError>> {
        Box::pin(async move { self.fold_batch(&*projector, generation, from, &batch).await })
    }

    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(async move { self.promote_next(&*projector).await })
    }

    fn attach(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        Box::pin(self.attach_caught_up(projector))
    }

    fn checkpoint(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<Position, StoreError>> {
        Box::pin(async move { self.live_checkpoint(&table).await })
    }

    fn rows(&self, query: RowQuery) -> BoxFuture<'_, Result<RowPage, StoreError>> {
        Box::pin(async move { self.page_of_rows(&query).await })
    }

    fn count_rows(&self, query: RowQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move { self.count_of_rows(&query).await })
    }

    fn table_changes(&self) -> broadcast::Receiver<Arc<TableChange>> {
        self.changes().listen()
    }
}
