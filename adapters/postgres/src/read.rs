//! Reading events: pages of one stream and pages of the whole log, on whichever connection.
//!
//! A page ends at its limit or when its payloads take enough memory. Types are kept by their id for as long as the store is open, so that
//! reading a page joins nothing. The log has two keys and no other index, so that there is none that could lead a planner astray.

mod page;
mod types;

use cqrs_core::store::{Appended, Detail, Direction, ReadAll, ReadStream, Snapshot, Until};
use cqrs_core::{EventBatch, Fingerprint, Position, StreamId, StreamVersion, timestamp_from_micros};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

pub(crate) use types::TypeNames;

use self::page::Rows;
use crate::connect::Session;
use crate::error::{OrStoreError, Outcome, corrupt};

/// What earlier commands led to, by their ids.
pub(crate) const FIND_COMMANDS: &str = "SELECT command.id, stream.aggregate_type, stream.aggregate_id, \
     command.version, command.events, command.position, command.recorded_at FROM cqrs_commands AS command \
     JOIN cqrs_streams AS stream ON stream.id = command.stream WHERE command.id = ANY($1)";

/// How many positions a page with a filter looks at, so that a rare event cannot make one read endless.
const SPAN: u64 = 262_144;

/// The columns of a page, in its order: the first four are all that folding needs.
const COLUMNS: &str = "position, version, event_type, payload";
const MORE_COLUMNS: &str =
    ", recorded_at, stream, event_id, correlation_id, causation_id, tenant, actor, metadata";

/// A page of one stream.
pub(crate) async fn read_stream(
    session: &Session,
    names: &TypeNames,
    read: &ReadStream,
) -> Outcome<EventBatch> {
    let last = match read.until {
        Until::Latest => StreamVersion::MAX.to_i64(),
        Until::Version(version) => version.to_i64(),
        Until::Time(time) => version_at(session, &read.stream, time).await?,
    };
    let more = if read.detail == Detail::Full { MORE_COLUMNS } else { "" };
    let (from, to, order) = match read.direction {
        Direction::Forward => (read.from.to_i64(), last, "ASC"),
        Direction::Backward => (1, last.min(read.from.to_i64()), "DESC"),
    };
    let sql = format!(
        "SELECT {COLUMNS}{more} FROM cqrs_events WHERE stream = \
         (SELECT id FROM cqrs_streams WHERE aggregate_type = $1 AND aggregate_id = $2) \
         AND version BETWEEN $3 AND $4 ORDER BY version {order} LIMIT $5"
    );
    let StreamId { aggregate_type, aggregate_id } = &read.stream;
    let limit = to_limit(read.limit);
    let rows = Rows::read(session, &sql, &[&&**aggregate_type, aggregate_id, &from, &to, &limit]).await?;
    rows.batch(session, names, read.detail, Some(&read.stream), Position::START).await
}

/// A page of all streams, as of the newest event at the beginning of the read.
pub(crate) async fn page_of_all(session: &Session, names: &TypeNames, read: &ReadAll) -> Outcome<EventBatch> {
    loop {
        let seen = names.newest();
        let wanted = names.wanted(&read.filter);
        let is_filtered = wanted.is_some() || !read.filter.tenants.is_empty();
        let until = if is_filtered { read.until.min(read.after.plus(SPAN)) } else { read.until };
        let sql = sql_of_all(wanted.is_some(), !read.filter.tenants.is_empty());
        let (after, to, limit) = (read.after.to_i64(), until.to_i64(), to_limit(read.limit));
        let wanted = wanted.unwrap_or_default();
        let cells: [&(dyn ToSql + Sync); 5] = [&after, &to, &limit, &wanted, &read.filter.tenants];
        // Both are sent at once; what is newer than the first answer is left to the next page.
        let (head, rows) = tokio::join!(biased; newest(session), Rows::read(session, &sql, &cells));
        let ((head, newest_type), mut rows) = (head?, rows?);
        if is_filtered && newest_type > seen {
            names.refresh(session).await?;
            continue;
        }
        let is_whole = rows.is_all && rows.len() < read.limit;
        let end = until.min(head);
        rows.cut(end);
        let end = if is_whole { end.max(read.after) } else { rows.last()?.unwrap_or(read.after) };
        return rows.batch(session, names, Detail::Full, None, end).await;
    }
}

/// The events at some positions, in their order: as many from the first as a page has room for.
pub(crate) async fn events_at(
    session: &Session,
    names: &TypeNames,
    positions: &[Position],
) -> Outcome<EventBatch> {
    let sql =
        format!("SELECT {COLUMNS}{MORE_COLUMNS} FROM cqrs_events WHERE position = ANY($1) ORDER BY position");
    let positions: Vec<_> = positions.iter().map(|position| position.to_i64()).collect();
    let rows = Rows::read(session, &sql, &[&positions]).await?;
    rows.batch(session, names, Detail::Full, None, Position::START).await
}

/// The statement takes five values, whichever of them it uses.
fn sql_of_all(has_types: bool, has_tenants: bool) -> String {
    let types = if has_types { "event_type = ANY($4)" } else { "$4::bigint[] IS NOT NULL" };
    let tenants = if has_tenants { "tenant = ANY($5)" } else { "$5::text[] IS NOT NULL" };
    format!(
        "SELECT {COLUMNS}{MORE_COLUMNS} FROM cqrs_events \
         WHERE position > $1 AND position <= $2 AND {types} AND {tenants} ORDER BY position LIMIT $3"
    )
}

/// The positions of the newest event and of the newest event type.
async fn newest(session: &Session) -> Outcome<(Position, i64)> {
    let sql = "SELECT coalesce((SELECT position FROM cqrs_events ORDER BY position DESC LIMIT 1), 0), \
               coalesce((SELECT id FROM cqrs_event_types ORDER BY id DESC LIMIT 1), 0)";
    let statement = session.prepared(sql).await.or_store_error()?;
    let row = session.client().query_one(&statement, &[]).await.or_store_error()?;
    let (position, newest_type) = (row.try_get(0).or_store_error()?, row.try_get(1).or_store_error()?);
    Ok((Position::from_i64(position), newest_type))
}

/// The position of the newest event.
pub(crate) async fn head(session: &Session) -> Outcome<Position> {
    newest(session).await.map(|(head, _)| head)
}

/// The version of a stream.
pub(crate) async fn stream_version(session: &Session, stream: &StreamId) -> Outcome<StreamVersion> {
    let sql = "SELECT version FROM cqrs_events WHERE stream = \
               (SELECT id FROM cqrs_streams WHERE aggregate_type = $1 AND aggregate_id = $2) \
               ORDER BY version DESC LIMIT 1";
    let row = session.query_opt(sql, &[&&*stream.aggregate_type, &stream.aggregate_id]).await?;
    let version = row.map_or(Ok(0), |row| row.try_get(0)).or_store_error()?;
    Ok(StreamVersion::from_i64(version))
}

/// What an earlier append with this command id led to.
pub(crate) async fn find_command(session: &Session, command_id: Uuid) -> Outcome<Option<Appended>> {
    let row = session.query_opt(FIND_COMMANDS, &[&vec![command_id]]).await?;
    row.as_ref().map(appended_from_row).transpose().or_store_error()
}

/// The outcome in a row of [`FIND_COMMANDS`].
pub(crate) fn appended_from_row(row: &Row) -> Result<Appended, tokio_postgres::Error> {
    Ok(Appended {
        stream: StreamId::new(row.try_get::<_, String>(1)?, row.try_get::<_, String>(2)?),
        version: StreamVersion::from_i64(row.try_get(3)?),
        events: row.try_get::<_, i64>(4)?.unsigned_abs(),
        position: Position::from_i64(row.try_get(5)?),
        recorded_at: timestamp_from_micros(row.try_get::<_, Micros>(6)?.0),
        duplicate: false,
    })
}

/// The newest snapshot of a stream.
pub(crate) async fn load_snapshot(session: &Session, stream: &StreamId) -> Outcome<Option<Snapshot>> {
    let sql = "SELECT version, fingerprint, state FROM cqrs_snapshots WHERE aggregate_type = $1 AND aggregate_id = $2";
    let Some(row) = session.query_opt(sql, &[&&*stream.aggregate_type, &stream.aggregate_id]).await? else {
        return Ok(None);
    };
    let fingerprint: &str = row.try_get(1).or_store_error()?;
    let bits = u64::from_str_radix(fingerprint, 16)
        .map_err(|error| corrupt(format!("the snapshot of {stream} has no fingerprint")).because(error))?;
    let version = StreamVersion::from_i64(row.try_get(0).or_store_error()?);
    let state = row.try_get(2).or_store_error()?;
    Ok(Some(Snapshot { version, fingerprint: Fingerprint::from_bits(bits), state }))
}

/// Keeps a snapshot in place of the stream's older one.
pub(crate) async fn save_snapshot(session: &Session, stream: &StreamId, snapshot: &Snapshot) -> Outcome<()> {
    let sql = "INSERT INTO cqrs_snapshots AS kept (aggregate_type, aggregate_id, version, fingerprint, state) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE \
               SET version = excluded.version, fingerprint = excluded.fingerprint, state = excluded.state \
               WHERE excluded.fingerprint <> kept.fingerprint OR excluded.version > kept.version";
    let StreamId { aggregate_type, aggregate_id } = stream;
    let (version, fingerprint) = (snapshot.version.to_i64(), snapshot.fingerprint.to_string());
    session
        .execute(sql, &[&&**aggregate_type, aggregate_id, &version, &fingerprint, &snapshot.state])
        .await?;
    Ok(())
}

/// The version that a stream had at an instant, by halves: times never decrease along a stream.
async fn version_at(session: &Session, stream: &StreamId, time: Timestamp) -> Outcome<i64> {
    let sql = "WITH RECURSIVE wanted AS (SELECT id FROM cqrs_streams WHERE aggregate_type = $1 AND aggregate_id = $2), \
               bounds (sure, beyond) AS (\
               SELECT 0::bigint, 1 + coalesce((SELECT version FROM cqrs_events WHERE stream = (SELECT id FROM wanted) \
               ORDER BY version DESC LIMIT 1), 0) \
               UNION ALL \
               SELECT CASE WHEN event.recorded_at <= $3 THEN event.version ELSE bounds.sure END, \
               CASE WHEN event.recorded_at <= $3 THEN bounds.beyond ELSE event.version END \
               FROM bounds CROSS JOIN LATERAL (SELECT version, recorded_at FROM cqrs_events \
               WHERE stream = (SELECT id FROM wanted) AND version = (bounds.sure + bounds.beyond) / 2 LIMIT 1) AS event \
               WHERE bounds.beyond - bounds.sure > 1) \
               SELECT max(sure) FROM bounds";
    let micros = i64::try_from(time.as_nanosecond().div_euclid(1000)).unwrap_or(i64::MAX);
    let row =
        session.query_opt(sql, &[&&*stream.aggregate_type, &stream.aggregate_id, &Micros(micros)]).await?;
    row.map_or(Ok(0), |row| row.try_get(0)).or_store_error()
}

fn to_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// An instant in microseconds since 1970, as `timestamptz` holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Micros(pub(crate) i64);

impl Micros {
    /// PostgreSQL counts from 2000.
    const EPOCH: i64 = 946_684_800_000_000;
    /// The first instant that it has, in the year 4714 before Christ; any before it counts as this one.
    const FIRST: i64 = -211_813_488_000_000_000;
}

impl<'a> FromSql<'a> for Micros {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let bytes = <[u8; 8]>::try_from(raw)?;
        Ok(Self(i64::from_be_bytes(bytes).saturating_add(Self::EPOCH)))
    }

    fn accepts(column: &Type) -> bool {
        *column == Type::TIMESTAMPTZ
    }
}

impl ToSql for Micros {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(&self.0.saturating_sub(Self::EPOCH).max(Self::FIRST).to_be_bytes());
        Ok(IsNull::No)
    }

    fn accepts(column: &Type) -> bool {
        *column == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}
