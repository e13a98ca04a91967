//! The layout of the store's own tables: which one a schema has, and the steps from each to the next.
//!
//! A layout is never edited once released: a change is a further step. Tables of read models are none of this file's concern.

use cqrs_core::store::{StoreError, StoreErrorKind};

use crate::connect::{Session, Setup, quoted};
use crate::error::{OrStoreError, Outcome, corrupt};

/// The steps: the one at index *n* leads from layout *n* to layout *n* + 1.
const STEPS: [&str; 1] = [include_str!("sql/layout_1.sql")];

/// The newest layout that this build knows.
pub(crate) const LAYOUT: usize = STEPS.len();

/// The oldest server that the store works with, as `server_version_num` tells it.
const OLDEST_SERVER: i32 = 150_000;

/// A step from one layout of the store's own tables to the next, as SQL that a person can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The layout that the step leads to.
    pub version: usize,
    /// The statements of the step: one transaction.
    pub sql: String,
}

/// The steps that make a store's own tables in a schema, for a database whose application may not make tables itself.
///
/// Run those whose [`version`](Migration::version) is above the one in the table `cqrs_layout`, in their order, with `psql` for example.
/// The application's role then needs `USAGE` on the schema, `SELECT` and `INSERT` on all tables of it, and `UPDATE` and `DELETE` on those that
/// hold read models and what belongs to them; the log refuses these whoever asks.
///
/// ```
/// for step in cqrs_postgres::migrations("public") {
///     println!("-- Layout {}.\n{}", step.version, step.sql);
/// }
/// ```
pub fn migrations(schema: &str) -> Vec<Migration> {
    let schema = quoted(schema);
    (1..)
        .zip(STEPS)
        .map(|(version, step)| {
            let start = if version == 1 { format!("CREATE SCHEMA IF NOT EXISTS {schema};\n") } else { String::new() };
            let record = format!(
                "INSERT INTO cqrs_layout (version) VALUES ({version}) ON CONFLICT (is_only) DO UPDATE SET version = {version};"
            );
            let sql = format!("BEGIN;\n{start}SET LOCAL search_path TO {schema};\n\n{step}\n{record}\nCOMMIT;\n");
            Migration { version, sql }
        })
        .collect()
}

/// What a database turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whether it follows another server and may only be read.
    pub(crate) is_standby: bool,
}

/// Looks at a server and brings the schema to the newest layout, or says what is missing.
pub(crate) async fn prepare(session: &Session, setup: &Setup, migrate: bool) -> Outcome<Found> {
    let found = check_server(session).await?;
    let layout = find_layout(session).await?;
    check_known(layout, setup)?;
    if layout == LAYOUT {
        return Ok(found);
    }
    if found.is_standby || !migrate {
        return Err(missing(layout, setup));
    }
    bring_up(session, setup).await.map_err(|error| match error.kind() {
        StoreErrorKind::Other | StoreErrorKind::ReadOnly => missing(layout, setup).because(error),
        _ => error,
    })?;
    Ok(found)
}

async fn check_server(session: &Session) -> Outcome<Found> {
    let sql = "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'), \
               current_setting('fsync')::boolean, pg_is_in_recovery()";
    let row = session.query_opt(sql, &[]).await?.ok_or_else(|| corrupt("the server does not know itself"))?;
    let (version, encoding): (i32, String) =
        (row.try_get(0).or_store_error()?, row.try_get(1).or_store_error()?);
    let incompatible = |message| Err(StoreError::new(StoreErrorKind::Incompatible, message));
    if version < OLDEST_SERVER {
        let (found, oldest) = (version / 10_000, OLDEST_SERVER / 10_000);
        return incompatible(format!("the server is PostgreSQL {found}, the store needs {oldest} or newer"));
    }
    if encoding != "UTF8" {
        return incompatible(format!("the database is encoded in {encoding}, the store needs one in UTF8"));
    }
    if !row.try_get::<_, bool>(2).or_store_error()? {
        tracing::warn!(
            "the server runs with `fsync = off`: what it acknowledges does not survive a loss of power"
        );
    }
    Ok(Found { is_standby: row.try_get(3).or_store_error()? })
}

/// The layout that a schema has; 0 when it has none of our tables.
async fn find_layout(session: &Session) -> Outcome<usize> {
    let row = session.query_opt("SELECT to_regclass('cqrs_layout') IS NOT NULL", &[]).await?;
    let exists: bool = row.map_or(Ok(false), |row| row.try_get(0)).or_store_error()?;
    if !exists {
        return Ok(0);
    }
    let row = session.client().query_opt("SELECT version FROM cqrs_layout", &[]).await.or_store_error()?;
    let version: i32 = row.map_or(Ok(0), |row| row.try_get(0)).or_store_error()?;
    Ok(usize::try_from(version).unwrap_or(0))
}

fn check_known(layout: usize, setup: &Setup) -> Outcome<()> {
    if layout <= LAYOUT {
        return Ok(());
    }
    let schema = &setup.schema;
    Err(StoreError::new(
        StoreErrorKind::Incompatible,
        format!(
            "the schema `{schema}` has layout {layout}, this version reads layouts 1 to {LAYOUT}; use a newer version of the store"
        ),
    ))
}

fn missing(layout: usize, setup: &Setup) -> StoreError {
    let schema = &setup.schema;
    let has = if layout == 0 { "no tables of a store".to_owned() } else { format!("layout {layout}") };
    StoreError::new(
        StoreErrorKind::Incompatible,
        format!(
            "the schema `{schema}` has {has}, this version needs layout {LAYOUT}; let a role that may create tables run what \
             `cqrs_postgres::migrations(\"{schema}\")` prints"
        ),
    )
}

/// Takes the missing steps in one transaction; others that want the same wait for it.
async fn bring_up(session: &Session, setup: &Setup) -> Outcome<()> {
    session.begin().await?;
    let done = take_steps(session, setup).await;
    match done {
        Ok(()) => session.commit().await,
        Err(error) => {
            session.roll_back().await;
            Err(error)
        }
    }
}

async fn take_steps(session: &Session, setup: &Setup) -> Outcome<()> {
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('cqrs_layout of ' || $1, 0))";
    session.query(lock, &[&setup.schema]).await?;
    let schema = quoted(&setup.schema);
    let exists = session.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[&setup.schema]).await?;
    if exists.is_none() {
        session.run(&format!("CREATE SCHEMA {schema}")).await?;
    }
    // Another process may have been faster while this one waited for the lock.
    let from = find_layout(session).await?;
    check_known(from, setup)?;
    for step in STEPS.iter().skip(from) {
        session.run(step).await?;
    }
    session
        .run(&format!(
            "INSERT INTO cqrs_layout (version) VALUES ({LAYOUT}) ON CONFLICT (is_only) DO UPDATE SET version = {LAYOUT}"
        ))
        .await
}
