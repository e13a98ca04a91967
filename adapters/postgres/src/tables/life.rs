//! How tables of read models come and go: opening, rebuilding, pausing, and the swap.
//!
//! Whoever makes or drops tables does so one after the other, under a lock of their own.

use std::sync::Arc;

use cqrs_core::Position;
use cqrs_core::store::{
    DeadLetterCount, Generation, StoreError, StoreErrorKind, TableDefinition, TableState, TableStatus,
};

use super::definition::{check, create as create_sql};
use super::{Table, label, missing, physical_name};
use crate::connect::{Session, quoted};
use crate::error::{OrStoreError, Outcome, corrupt};
use crate::letters::Letters;
use crate::{feeds, lookups};

/// The lock of those who make and drop tables.
pub(crate) const LOCK: &str =
    "SELECT pg_advisory_xact_lock((1668379251::bigint << 32) | 'cqrs_projections'::regclass::oid::bigint)";

/// Finds a projection's table or makes it.
pub(crate) async fn open(session: &Session, definition: &Arc<TableDefinition>) -> Outcome<TableState> {
    check(definition)?;
    // Most are there already, and a role that may make no tables needs nothing more.
    if let Some(live) = registered(session, definition, Generation::Live).await?
        && live.exists
        && live.is_current
    {
        return Ok(TableState { generation: Generation::Live, checkpoint: live.checkpoint });
    }
    session.begin().await?;
    let opened = open_within(session, definition).await;
    session.end(opened).await
}

async fn open_within(session: &Session, definition: &Arc<TableDefinition>) -> Outcome<TableState> {
    session.query(LOCK, &[]).await?;
    for generation in [Generation::Live, Generation::Next] {
        let name = physical_name(definition, generation);
        match registered(session, definition, generation).await? {
            Some(found) if !found.exists || (generation == Generation::Next && !found.is_current) => {
                // Abandoned by another definition, or dropped by hand: it begins anew.
                drop_table(session, &name).await?;
                forget(session, found.id).await?;
            }
            Some(found) if found.is_current => {
                return Ok(TableState { generation, checkpoint: found.checkpoint });
            }
            Some(_) => continue,
            None if exists(session, &name).await? => {
                return Err(StoreError::new(
                    StoreErrorKind::Incompatible,
                    format!("the table `{name}` was not made by a projection; rename it, or the projection"),
                ));
            }
            None => {}
        }
        create(session, definition, generation).await?;
        return Ok(TableState { generation, checkpoint: Position::START });
    }
    Err(corrupt(format!("the table `{}` has no generation", definition.name)))
}

/// Makes an empty table beside the live one of the same definition, or says what is there.
pub(crate) async fn begin_rebuild(
    session: &Session,
    definition: &Arc<TableDefinition>,
) -> Outcome<TableState> {
    check(definition)?;
    session.begin().await?;
    let begun = begin_rebuild_within(session, definition).await;
    session.end(begun).await
}

async fn begin_rebuild_within(session: &Session, definition: &Arc<TableDefinition>) -> Outcome<TableState> {
    session.query(LOCK, &[]).await?;
    if registered(session, definition, Generation::Live).await?.is_none_or(|live| !live.is_current) {
        return open_within(session, definition).await;
    }
    if let Some(next) = registered(session, definition, Generation::Next).await? {
        if next.is_current && next.exists {
            return Ok(TableState { generation: Generation::Next, checkpoint: next.checkpoint });
        }
        drop_table(session, &physical_name(definition, Generation::Next)).await?;
        forget(session, next.id).await?;
    }
    create(session, definition, Generation::Next).await?;
    Ok(TableState { generation: Generation::Next, checkpoint: Position::START })
}

/// How the tables of a name are doing, whatever their definitions; all of it is of one moment.
pub(crate) async fn status(session: &Session, definition: &TableDefinition) -> Outcome<TableStatus> {
    let sql = "SELECT generation = 'live', fingerprint = $2, checkpoint, revision, paused, \
               (SELECT count(reason) FROM cqrs_dead_letters WHERE projection = table_of.id AND skipped IS NULL), \
               (SELECT count(*) - count(reason) FROM cqrs_dead_letters WHERE projection = table_of.id AND skipped IS NULL) \
               FROM cqrs_projections AS table_of WHERE name = $1";
    let mut status = TableStatus::default();
    for row in session.query(sql, &[&definition.name, &definition.fingerprint.to_string()]).await? {
        let number = |index| row.try_get::<_, i64>(index).map(i64::unsigned_abs);
        let mut read = || {
            let (is_live, is_current): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
            let checkpoint = Position::from_i64(row.try_get(2)?);
            if is_live {
                status.live = Some(checkpoint);
                status.is_current = is_current;
                status.revision = number(3)?;
                status.is_paused = row.try_get(4)?;
                status.dead_letters = DeadLetterCount { failed: number(5)?, waiting: number(6)? };
            } else if is_current {
                status.next = Some(checkpoint);
            }
            Ok(())
        };
        read().or_store_error()?;
    }
    Ok(status)
}

/// Pauses the live table of a name, or lets it go on.
pub(crate) async fn set_paused(session: &Session, definition: &TableDefinition, paused: bool) -> Outcome<()> {
    let sql = "UPDATE cqrs_projections SET paused = $2 WHERE name = $1 AND generation = 'live'";
    match session.execute(sql, &[&definition.name, &paused]).await? {
        0 => Err(missing(definition, "is not there")),
        _ => Ok(()),
    }
}

/// Puts the next table, which the transaction holds, in the place of the live one.
pub(crate) async fn promote(session: &Session, next: &Table) -> Outcome<()> {
    let definition = &next.definition;
    let (live_name, next_name) = (&definition.name, physical_name(definition, Generation::Next));
    if exists(session, live_name).await? {
        // Before the table's row is held: whoever holds the table may be about to change the row.
        session.run(&format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", quoted(live_name))).await?;
    }
    let swap = "WITH live AS (DELETE FROM cqrs_projections WHERE name = $1 AND generation = 'live' RETURNING id, revision, paused) \
                SELECT id, revision, paused FROM live";
    let live = session.query_opt(swap, &[live_name]).await?;
    let (mut revision, mut is_paused) = (0_i64, false);
    if let Some(live) = live {
        revision = live.try_get(1).or_store_error()?;
        is_paused = live.try_get(2).or_store_error()?;
        forget(session, live.try_get(0).or_store_error()?).await?;
    }
    drop_table(session, live_name).await?;
    session.run(&format!("ALTER TABLE {} RENAME TO {}", quoted(&next_name), quoted(live_name))).await?;
    let sql = "UPDATE cqrs_projections SET generation = 'live', paused = $2, revision = greatest(revision, $3) + 1 WHERE id = $1";
    session.execute(sql, &[&next.id, &is_paused, &revision]).await?;
    Ok(())
}

/// One row of `cqrs_projections`.
struct Registered {
    id: i64,
    is_current: bool,
    checkpoint: Position,
    /// Whether the table itself is there.
    exists: bool,
}

async fn registered(
    session: &Session,
    definition: &TableDefinition,
    generation: Generation,
) -> Outcome<Option<Registered>> {
    let sql = "SELECT id, fingerprint = $3, checkpoint, to_regclass($4) IS NOT NULL FROM cqrs_projections \
               WHERE name = $1 AND generation = $2";
    let (fingerprint, table) =
        (definition.fingerprint.to_string(), quoted(&physical_name(definition, generation)));
    let row = session.query_opt(sql, &[&definition.name, &label(generation), &fingerprint, &table]).await?;
    let Some(row) = row else { return Ok(None) };
    let read = || {
        let checkpoint = Position::from_i64(row.try_get(2)?);
        Ok(Registered {
            id: row.try_get(0)?,
            is_current: row.try_get(1)?,
            checkpoint,
            exists: row.try_get(3)?,
        })
    };
    read().or_store_error().map(Some)
}

async fn create(session: &Session, definition: &Arc<TableDefinition>, generation: Generation) -> Outcome<()> {
    let sql = "INSERT INTO cqrs_projections (name, generation, fingerprint) VALUES ($1, $2, $3) RETURNING id";
    let fingerprint = definition.fingerprint.to_string();
    let row = session.query_opt(sql, &[&definition.name, &label(generation), &fingerprint]).await?;
    let row = row.ok_or_else(|| corrupt("a row that was put in is not there"))?;
    let id = row.try_get(0).or_store_error()?;
    session.run(&create_sql(&physical_name(definition, generation), id, definition)).await
}

async fn forget(session: &Session, id: i64) -> Outcome<()> {
    Letters::of(session, id).clear().await?;
    feeds::clear(session, id).await?;
    lookups::clear(session, id).await?;
    session.execute("DELETE FROM cqrs_projections WHERE id = $1", &[&id]).await?;
    Ok(())
}

async fn drop_table(session: &Session, name: &str) -> Outcome<()> {
    session.run(&format!("DROP TABLE IF EXISTS {}", quoted(name))).await
}

async fn exists(session: &Session, name: &str) -> Outcome<bool> {
    let row = session.query_opt("SELECT to_regclass($1) IS NOT NULL", &[&quoted(name)]).await?;
    row.map_or(Ok(false), |row| row.try_get(0)).or_store_error()
}
