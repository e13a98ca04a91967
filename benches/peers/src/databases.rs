//! Databases that are made for one case of one round: SQLite files and PostgreSQL databases, with the peers' pools on them.
//!
//! Everybody has the same durability: WAL and `synchronous = FULL` on SQLite, `synchronous_commit = on` (the server's default) on PostgreSQL.

use std::path::Path;

use cqrs_postgres_testserver::Server;
use evento::migrator::{Migrate as _, Plan};

use crate::account::Outcome;
use crate::banks::evento::Evento;

/// What many tasks share; more connections than writers help none of the peers on SQLite.
const SQLITE_CONNECTIONS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 32;

/// evento in a new file, and the pool that it is on.
pub(crate) async fn evento_on_sqlite(path: &Path) -> Outcome<(Evento<evento::Sqlite>, sqlx::SqlitePool)> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    let mut connection = pool.acquire().await?;
    evento::sql_migrator::new::<sqlx::Sqlite>()?.run(&mut *connection, &Plan::apply_all()).await?;
    drop(connection);
    Ok((Evento { executor: pool.clone().into() }, pool))
}

/// A pool for cqrs-es on a new file, with the tables of `sqlite-es`.
pub(crate) async fn cqrs_es_on_sqlite(path: &Path) -> Outcome<sqlx08::SqlitePool> {
    use sqlx08::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    sqlx08::raw_sql(
        "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
         sequence integer CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL, \
         payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT; \
         CREATE TABLE takings (view_id text NOT NULL, version integer CHECK (version >= 0) NOT NULL, \
         payload text NOT NULL, PRIMARY KEY (view_id)) STRICT;",
    )
    .execute(&pool)
    .await?;
    Ok(pool)
}

/// A new database of a server, and its address.
pub(crate) fn database(server: &Server, name: &str) -> Outcome<String> {
    server.sql(&format!("CREATE DATABASE {name}"))?;
    Ok(server.address_of("postgres", name))
}

/// Gives the server's planner its figures of a database, as its own background task would after a while.
pub(crate) async fn analyze(server: &Server, name: &str) -> Outcome {
    let (client, connection) =
        tokio_postgres::connect(&server.address_of("postgres", name), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client.batch_execute("VACUUM ANALYZE").await?)
}

/// evento in a new PostgreSQL database, and the pool that it is on.
pub(crate) async fn evento_on_postgres(address: &str) -> Outcome<(Evento<evento::Postgres>, sqlx::PgPool)> {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .test_before_acquire(false)
        .connect(address)
        .await?;
    let mut connection = pool.acquire().await?;
    evento::sql_migrator::new::<sqlx::Postgres>()?.run(&mut *connection, &Plan::apply_all()).await?;
    drop(connection);
    Ok((Evento { executor: pool.clone().into() }, pool))
}

/// A pool for cqrs-es, esrs and disintegrate.
pub(crate) async fn pool(address: &str) -> Outcome<sqlx08::PgPool> {
    Ok(sqlx08::postgres::PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .test_before_acquire(false)
        .connect(address)
        .await?)
}

/// The tables of `postgres-es`.
pub(crate) async fn cqrs_es_on_postgres(address: &str) -> Outcome<sqlx08::PgPool> {
    let pool = pool(address).await?;
    sqlx08::raw_sql(
        "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
         sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL, \
         payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence)); \
         CREATE TABLE takings (view_id text NOT NULL, version bigint CHECK (version >= 0) NOT NULL, \
         payload json NOT NULL, PRIMARY KEY (view_id));",
    )
    .execute(&pool)
    .await?;
    Ok(pool)
}

/// What a handler of one event writes: the row of its account, in the table [`TAKINGS`].
pub(crate) const ADD_TO_TAKINGS: &str = "INSERT INTO takings (account, deposits, cents) VALUES ($1, 1, $2) \
     ON CONFLICT (account) DO UPDATE SET deposits = takings.deposits + 1, cents = takings.cents + excluded.cents";

/// The read model of those peers that leave it to the handler.
pub(crate) const TAKINGS: &str =
    "CREATE TABLE takings (account text PRIMARY KEY, deposits bigint NOT NULL, cents bigint NOT NULL)";
