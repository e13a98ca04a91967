//! Reading events: pages of one stream and pages of the whole log, on whichever connection.
//!
//! A page ends at its limit or when its payloads take enough memory. Types are kept by their id for as long as the
//! connection lives, so that reading a page joins nothing. Which events are wanted is decided by SQLite, on nothing but
//! positions: each statement names the key that it reads along, so that no index that somebody adds leads the planner astray.

mod cells;
mod page;
mod types;

use cqrs_core::store::{Appended, Detail, Direction, ReadAll, ReadStream, Snapshot, Until};
use cqrs_core::{EventBatch, Fingerprint, Position, StreamId, StreamVersion, timestamp_from_micros};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

pub(crate) use cells::register;
pub(crate) use types::TypeNames;

use self::page::Page;
use crate::error::{OrStoreError, Outcome, corrupt};

/// What an earlier command led to, by its id.
pub(crate) const FIND_COMMAND: &str = "SELECT stream.aggregate_type, stream.aggregate_id, command.version, \
     command.events, command.position, command.recorded_at FROM cqrs_commands AS command \
     JOIN cqrs_streams AS stream ON stream.id = command.stream WHERE command.id = ?1";

/// How many positions a page with a filter looks at, so that a rare event cannot make one read endless.
const SPAN: u64 = 262_144;

/// A page of one stream.
pub(crate) fn read_stream(
    connection: &Connection,
    names: &mut TypeNames,
    read: &ReadStream,
) -> Outcome<EventBatch> {
    let mut page = Page::new(connection, names, read.detail, read.limit, ReadStream::PAGE);
    let Some(stream) = find_stream(connection, &read.stream)? else {
        return Ok(page.finish(Position::START));
    };
    let last = match read.until {
        Until::Latest => StreamVersion::MAX.to_i64(),
        Until::Version(version) => version.to_i64(),
        Until::Time(time) => version_at(connection, stream, time)?,
    };
    let event = match read.detail {
        Detail::Payload => cells::PAYLOAD,
        Detail::Full => cells::FULL,
    };
    let (from, to, order) = match read.direction {
        Direction::Forward => (read.from.to_i64(), last, "ASC"),
        Direction::Backward => (1, last.min(read.from.to_i64()), "DESC"),
    };
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT {event} FROM cqrs_events INDEXED BY cqrs_events_of_stream \
             WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 ORDER BY version {order} LIMIT ?4"
        ))
        .or_store_error()?;
    page.is_of(stream, &read.stream);
    let mut rows = statement.query((stream, from, to, to_limit(read.limit))).or_store_error()?;
    while page.has_room()
        && let Some(row) = rows.next().or_store_error()?
    {
        page.push(row)?;
    }
    Ok(page.finish(Position::START))
}

/// A page of all streams, as of the connection's snapshot.
pub(crate) fn page_of_all(
    connection: &Connection,
    names: &mut TypeNames,
    read: &ReadAll,
) -> Outcome<EventBatch> {
    let head = head(connection)?;
    let after = read.after;
    let mut end = read.until.min(head);
    names.refresh(connection)?;
    let mut conditions = String::new();
    if let Some(types) = names.wanted(&read.filter) {
        if types.is_empty() {
            return Ok(Page::new(connection, names, Detail::Full, read.limit, 0).finish(end.max(after)));
        }
        let types: Vec<_> = types.iter().map(i64::to_string).collect();
        conditions.push_str(&format!(" AND event_type IN ({})", types.join(", ")));
    }
    if !read.filter.tenants.is_empty() {
        let places: Vec<_> = (4..4 + read.filter.tenants.len()).map(|place| format!("?{place}")).collect();
        conditions.push_str(&format!(" AND tenant IN ({})", places.join(", ")));
    }
    if !conditions.is_empty() {
        end = end.min(after.plus(SPAN));
    }
    let expected = usize::try_from(end.since(after)).unwrap_or(usize::MAX);
    let mut page = Page::new(connection, names, Detail::Full, read.limit, expected);
    if end <= after {
        return Ok(page.finish(after));
    }
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT {} FROM cqrs_events NOT INDEXED \
             WHERE position > ?1 AND position <= ?2{conditions} ORDER BY position LIMIT ?3",
            cells::FULL
        ))
        .or_store_error()?;
    statement.raw_bind_parameter(1, after.to_i64()).or_store_error()?;
    statement.raw_bind_parameter(2, end.to_i64()).or_store_error()?;
    statement.raw_bind_parameter(3, to_limit(read.limit)).or_store_error()?;
    for (index, tenant) in read.filter.tenants.iter().enumerate() {
        statement.raw_bind_parameter(4 + index, tenant).or_store_error()?;
    }
    let mut rows = statement.raw_query();
    while page.has_room() {
        match rows.next().or_store_error()? {
            Some(row) => page.push(row)?,
            None => return Ok(page.finish(end)),
        }
    }
    Ok(page.finish(after))
}

/// The events at some positions, in their order.
pub(crate) fn events_at(
    connection: &Connection,
    names: &mut TypeNames,
    positions: &[Position],
) -> Outcome<EventBatch> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT {} FROM cqrs_events NOT INDEXED WHERE position = ?1", cells::FULL))
        .or_store_error()?;
    let mut page = Page::new(connection, names, Detail::Full, positions.len(), positions.len());
    for position in positions {
        let mut rows = statement.query([position.to_i64()]).or_store_error()?;
        if let Some(row) = rows.next().or_store_error()? {
            page.push(row)?;
        }
    }
    Ok(page.finish(Position::START))
}

/// The position of the newest event.
pub(crate) fn head(connection: &Connection) -> Outcome<Position> {
    let mut statement =
        connection.prepare_cached("SELECT max(position) FROM cqrs_events").or_store_error()?;
    let head: Option<i64> = statement.query_row([], |row| row.get(0)).or_store_error()?;
    Ok(Position::from_i64(head.unwrap_or(0)))
}

/// The version of a stream, and the position of its newest event.
pub(crate) fn stream_version(
    connection: &Connection,
    stream: &StreamId,
) -> Outcome<(StreamVersion, Position)> {
    let mut statement = connection
        .prepare_cached(
            "SELECT version, position FROM cqrs_events WHERE stream = \
             (SELECT id FROM cqrs_streams WHERE aggregate_type = ?1 AND aggregate_id = ?2) \
             ORDER BY version DESC LIMIT 1",
        )
        .or_store_error()?;
    let cells = |row: &Row<'_>| Ok((StreamVersion::from_i64(row.get(0)?), Position::from_i64(row.get(1)?)));
    let newest = statement.query_row((&*stream.aggregate_type, &*stream.aggregate_id), cells);
    Ok(newest.optional().or_store_error()?.unwrap_or_default())
}

/// What an earlier append with this command id led to.
pub(crate) fn find_command(connection: &Connection, command_id: Uuid) -> Outcome<Option<Appended>> {
    let mut statement = connection.prepare_cached(FIND_COMMAND).or_store_error()?;
    let mut rows = statement.query([&command_id.as_bytes()[..]]).or_store_error()?;
    rows.next().or_store_error()?.map(appended_from_row).transpose()
}

/// The outcome in a row of [`FIND_COMMAND`].
pub(crate) fn appended_from_row(row: &Row<'_>) -> Outcome<Appended> {
    let read = || {
        Ok(Appended {
            stream: StreamId::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?),
            version: StreamVersion::from_i64(row.get(2)?),
            events: row.get::<_, i64>(3)?.unsigned_abs(),
            position: Position::from_i64(row.get(4)?),
            recorded_at: timestamp_from_micros(row.get(5)?),
            duplicate: false,
        })
    };
    read().or_store_error()
}

/// The newest snapshot of a stream.
pub(crate) fn load_snapshot(connection: &Connection, stream: &StreamId) -> Outcome<Option<Snapshot>> {
    let Some(id) = find_stream(connection, stream)? else { return Ok(None) };
    let mut statement = connection
        .prepare_cached("SELECT version, fingerprint, state FROM cqrs_snapshots WHERE stream = ?1")
        .or_store_error()?;
    let cells = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?));
    let Some((version, fingerprint, state)) = statement.query_row([id], cells).optional().or_store_error()?
    else {
        return Ok(None);
    };
    let bits = u64::from_str_radix(&fingerprint, 16)
        .map_err(|error| corrupt(format!("the snapshot of {stream} has no fingerprint")).because(error))?;
    let version = StreamVersion::from_i64(version);
    Ok(Some(Snapshot { version, fingerprint: Fingerprint::from_bits(bits), state }))
}

fn find_stream(connection: &Connection, stream: &StreamId) -> Outcome<Option<i64>> {
    let mut statement = connection
        .prepare_cached("SELECT id FROM cqrs_streams WHERE aggregate_type = ?1 AND aggregate_id = ?2")
        .or_store_error()?;
    let cells = (&*stream.aggregate_type, &*stream.aggregate_id);
    statement.query_row(cells, |row| row.get(0)).optional().or_store_error()
}

fn newest_version(connection: &Connection, stream: i64) -> Outcome<i64> {
    let mut statement = connection
        .prepare_cached("SELECT ifnull(max(version), 0) FROM cqrs_events WHERE stream = ?1")
        .or_store_error()?;
    statement.query_row([stream], |row| row.get(0)).or_store_error()
}

/// The version that a stream had at an instant, by halves: times never decrease along a stream.
fn version_at(connection: &Connection, stream: i64, time: Timestamp) -> Outcome<i64> {
    let micros = i64::try_from(time.as_nanosecond().div_euclid(1000)).unwrap_or(i64::MAX);
    let mut statement = connection
        .prepare_cached("SELECT recorded_at <= ?3 FROM cqrs_events WHERE stream = ?1 AND version = ?2")
        .or_store_error()?;
    let (mut sure, mut beyond) = (0, newest_version(connection, stream)? + 1);
    while beyond - sure > 1 {
        let middle = sure + (beyond - sure) / 2;
        let was_recorded =
            statement.query_row((stream, middle, micros), |row| row.get(0)).or_store_error()?;
        if was_recorded { sure = middle } else { beyond = middle }
    }
    Ok(sure)
}

fn to_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
