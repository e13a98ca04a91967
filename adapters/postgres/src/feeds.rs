//! Feeds: what each commit has changed in a table's rows, kept until every reader has acknowledged it.

use std::sync::Arc;

use cqrs_core::store::{
    BoxFuture, FeedPage, FeedPlace, RowChange, RowFeeds, StoreError, TableChange, TableDefinition,
};
use cqrs_core::{Position, Value};

use crate::PostgresStore;
use crate::connect::Session;
use crate::error::{OrStoreError, Outcome, corrupt};
use crate::tables::{Table, missing};
use crate::transaction::Access;

/// A row's key, and the row where it is there.
type Kept = (Vec<Value>, Option<Vec<Value>>);

/// Keeps a commit's changes for those who read them.
pub(crate) async fn keep(session: &Session, projection: i64, change: &TableChange) -> Outcome<()> {
    if change.changes.is_empty() {
        return Ok(());
    }
    let kept: Vec<_> = change.changes.iter().map(|change| (&change.key, &change.row)).collect();
    let kept = serde_json::to_string(&kept)
        .map_err(|error| StoreError::invalid("a row cannot be kept for its feed").because(error))?;
    let sql =
        "INSERT INTO cqrs_row_changes (projection, revision, checkpoint, changes) VALUES ($1, $2, $3, $4)";
    let (revision, checkpoint) = (to_i64(change.revision), change.checkpoint.to_i64());
    session.execute(sql, &[&projection, &revision, &checkpoint, &kept]).await?;
    Ok(())
}

/// Forgets the changes of a table that is no more.
pub(crate) async fn clear(session: &Session, projection: i64) -> Outcome<()> {
    session.execute("DELETE FROM cqrs_row_changes WHERE projection = $1", &[&projection]).await?;
    Ok(())
}

/// A reader's place in a live table, made where there is none; one in a table that was replaced begins anew.
async fn open(session: &Session, table: &Table, reader: &str) -> Outcome<FeedPlace> {
    // A fold that has not seen the reader would not keep its changes.
    table.touch(session).await?;
    let name = &table.definition().name;
    let put = "INSERT INTO cqrs_feeds AS kept (name, reader, projection) VALUES ($1, $2, $3) \
               ON CONFLICT (name, reader) DO UPDATE SET projection = excluded.projection, \
               revision = CASE WHEN kept.projection = excluded.projection THEN kept.revision END RETURNING revision";
    let row = session.query_opt(put, &[name, &reader, &table.id()]).await?;
    let revision = row.map_or(Ok(None), |row| row.try_get::<_, Option<i64>>(0)).or_store_error()?;
    Ok(FeedPlace { generation: table.id().unsigned_abs(), revision: revision.map(i64::unsigned_abs) })
}

async fn page(session: &Session, table: &Table, after: u64, limit: usize) -> Outcome<FeedPage> {
    let sql = "SELECT revision, checkpoint, changes FROM cqrs_row_changes \
               WHERE projection = $1 AND revision > $2 ORDER BY revision LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut changes = Vec::new();
    for row in session.query(sql, &[&table.id(), &to_i64(after), &limit]).await? {
        let revision = row.try_get::<_, i64>(0).or_store_error()?.unsigned_abs();
        let kept: Vec<Kept> = serde_json::from_str(row.try_get(2).or_store_error()?).map_err(|error| {
            let name = &table.definition().name;
            corrupt(format!("the changes of `{name}` at revision {revision} cannot be read")).because(error)
        })?;
        changes.push(Arc::new(TableChange {
            table: table.definition().name.clone(),
            checkpoint: Position::from_i64(row.try_get(1).or_store_error()?),
            revision,
            changes: kept.into_iter().map(|(key, row)| RowChange { key, row }).collect(),
        }));
    }
    Ok(FeedPage { generation: table.id().unsigned_abs(), changes })
}

async fn acknowledge(session: &Session, table: &Table, reader: &str, revision: u64) -> Outcome<()> {
    let sql = "UPDATE cqrs_feeds SET revision = greatest($4, coalesce(revision, 0)) \
               WHERE name = $1 AND reader = $2 AND projection = $3";
    session.execute(sql, &[&table.definition().name, &reader, &table.id(), &to_i64(revision)]).await?;
    forget(session, table).await
}

async fn close(session: &Session, table: &Table, reader: &str) -> Outcome<()> {
    let sql = "DELETE FROM cqrs_feeds WHERE name = $1 AND reader = $2";
    session.execute(sql, &[&table.definition().name, &reader]).await?;
    forget(session, table).await
}

/// Forgets what every reader has acknowledged.
async fn forget(session: &Session, table: &Table) -> Outcome<()> {
    let sql = "DELETE FROM cqrs_row_changes WHERE projection = $1 AND revision <= coalesce( \
               (SELECT min(CASE WHEN projection = $1 THEN coalesce(revision, 0) ELSE 0 END) \
                FROM cqrs_feeds WHERE name = $2), 9223372036854775807)";
    session.execute(sql, &[&table.id(), &table.definition().name]).await?;
    Ok(())
}

fn to_i64(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

/// What is done about a reader's place.
enum Step {
    Acknowledge { generation: u64, revision: u64 },
    Close,
}

impl PostgresStore {
    async fn open_place(&self, definition: Arc<TableDefinition>, reader: &str) -> Outcome<FeedPlace> {
        let session = self.session().await?;
        if !session.begin_on(&definition.name, Access::WriteInTurn).await? {
            return Err(missing(&definition, "serves no queries"));
        }
        let place = async {
            let (table, _) = Table::serving(&session, &definition).await?;
            open(&session, &table, reader).await
        };
        let place = place.await;
        session.end(place).await
    }

    async fn move_place(&self, definition: Arc<TableDefinition>, reader: &str, step: Step) -> Outcome<()> {
        let session = self.session().await?;
        if !session.begin_on(&definition.name, Access::WriteInTurn).await? {
            return Err(missing(&definition, "serves no queries"));
        }
        let moved = async {
            let (table, _) = Table::serving(&session, &definition).await?;
            match step {
                Step::Acknowledge { generation, revision } if table.id().unsigned_abs() == generation => {
                    acknowledge(&session, &table, reader, revision).await
                }
                Step::Acknowledge { .. } => Ok(()),
                Step::Close => close(&session, &table, reader).await,
            }
        };
        let moved = moved.await;
        session.end(moved).await
    }

    async fn page_of_feed(
        &self,
        definition: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> Outcome<FeedPage> {
        let session = self.session().await?;
        if !session.begin_on(&definition.name, Access::Read).await? {
            return Err(missing(&definition, "serves no queries"));
        }
        let read = async {
            let (table, _) = Table::serving(&session, &definition).await?;
            page(&session, &table, after, limit).await
        };
        let read = read.await;
        session.end(read).await
    }
}

impl RowFeeds for PostgresStore {
    fn open_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<FeedPlace, StoreError>> {
        Box::pin(async move { self.open_place(table, &reader).await })
    }

    fn feed_changes(
        &self,
        table: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<FeedPage, StoreError>> {
        Box::pin(self.page_of_feed(table, after, limit))
    }

    fn acknowledge_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
        generation: u64,
        revision: u64,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        let step = Step::Acknowledge { generation, revision };
        Box::pin(async move { self.move_place(table, &reader, step).await })
    }

    fn close_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.move_place(table, &reader, Step::Close).await })
    }
}
