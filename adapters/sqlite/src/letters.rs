//! Dead letters: the events that a table could not take in, and those that wait behind them.
//!
//! A letter names an event by its position and what waits by its lane. What fails is decided by the fold, never here.

use std::collections::HashSet;

use cqrs_core::store::{DeadLetter, DeadLetterCount, DeadLetterQuery, Lane, SetAside};
use cqrs_core::{EventBatch, Position, StreamId, StreamVersion, timestamp_from_micros};
use jiff::Timestamp;
use rusqlite::{Connection, Row};

use crate::error::{OrStoreError, Outcome};
use crate::read::{TypeNames, events_at};

/// The letters of one table.
#[derive(Clone, Copy)]
pub(crate) struct Letters<'c> {
    connection: &'c Connection,
    /// Of `cqrs_projections`.
    projection: i64,
}

impl<'c> Letters<'c> {
    pub(crate) const fn of(connection: &'c Connection, projection: i64) -> Self {
        Self { connection, projection }
    }

    /// Which of some lanes something waits in, because of events up to a position.
    pub(crate) fn held(self, lanes: impl FnOnce() -> Vec<Lane>, until: Position) -> Outcome<HashSet<Lane>> {
        if !self.are_there()? {
            return Ok(HashSet::new());
        }
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM cqrs_dead_letters \
                 WHERE projection = ?1 AND lane = ?2 AND position <= ?3 AND skipped IS NULL)",
            )
            .or_store_error()?;
        let mut held = HashSet::new();
        for lane in lanes() {
            let cells = (self.projection, lane.as_str(), until.to_i64());
            if statement.query_row(cells, |row| row.get(0)).or_store_error()? {
                held.insert(lane);
            }
        }
        Ok(held)
    }

    fn are_there(self) -> Outcome<bool> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM cqrs_dead_letters WHERE projection = ?1 AND skipped IS NULL)",
            )
            .or_store_error()?;
        statement.query_row([self.projection], |row| row.get(0)).or_store_error()
    }

    /// Keeps what a fold has set aside; a letter that is there already was tried once more.
    pub(crate) fn keep(self, aside: &[SetAside]) -> Outcome<()> {
        if aside.is_empty() {
            return Ok(());
        }
        let mut statement = self
            .connection
            .prepare_cached(
                "INSERT INTO cqrs_dead_letters (projection, position, lane, reason, attempts, since) \
                 VALUES (?1, ?2, ?3, ?4, ?4 IS NOT NULL, ?5) ON CONFLICT (projection, position, lane) DO UPDATE \
                 SET reason = excluded.reason, attempts = attempts + excluded.attempts",
            )
            .or_store_error()?;
        let now = Timestamp::now().as_microsecond();
        for SetAside { position, lane, reason } in aside {
            let cells = (self.projection, position.to_i64(), lane.as_str(), reason, now);
            statement.execute(cells).or_store_error()?;
        }
        Ok(())
    }

    /// The letters of up to `limit` events after a position.
    pub(crate) fn after(self, after: Position, limit: usize) -> Outcome<Vec<(Position, Lane)>> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT position, lane FROM cqrs_dead_letters \
                 WHERE projection = ?1 AND skipped IS NULL AND position IN \
                 (SELECT DISTINCT position FROM cqrs_dead_letters \
                  WHERE projection = ?1 AND skipped IS NULL AND position > ?2 ORDER BY position LIMIT ?3) \
                 ORDER BY position, lane",
            )
            .or_store_error()?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let letter = |row: &Row<'_>| {
            Ok((Position::from_i64(row.get(0)?), Lane::from_stored(row.get::<_, String>(1)?)))
        };
        let letters =
            statement.query_map((self.projection, after.to_i64(), limit), letter).or_store_error()?;
        letters.collect::<rusqlite::Result<_>>().or_store_error()
    }

    /// The events of some letters, in the order of their positions.
    pub(crate) fn events(self, names: &mut TypeNames, letters: &[(Position, Lane)]) -> Outcome<EventBatch> {
        let mut positions: Vec<_> = letters.iter().map(|(position, _)| *position).collect();
        positions.dedup();
        events_at(self.connection, names, &positions)
    }

    /// Forgets letters whose events were taken in.
    pub(crate) fn forget<'l>(self, letters: impl IntoIterator<Item = &'l (Position, Lane)>) -> Outcome<()> {
        let mut statement = self
            .connection
            .prepare_cached(
                "DELETE FROM cqrs_dead_letters WHERE projection = ?1 AND position = ?2 AND lane = ?3",
            )
            .or_store_error()?;
        for (position, lane) in letters {
            statement.execute((self.projection, position.to_i64(), lane.as_str())).or_store_error()?;
        }
        Ok(())
    }

    /// Skips an event wherever it failed; returns in how many lanes it did.
    pub(crate) fn skip(self, position: Position, reason: &str) -> Outcome<u64> {
        let mut statement = self
            .connection
            .prepare_cached(
                "UPDATE cqrs_dead_letters SET skipped = ?3 \
                 WHERE projection = ?1 AND position = ?2 AND reason IS NOT NULL AND skipped IS NULL",
            )
            .or_store_error()?;
        let skipped = statement.execute((self.projection, position.to_i64(), reason)).or_store_error()?;
        Ok(skipped as u64)
    }

    pub(crate) fn count(self) -> Outcome<DeadLetterCount> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT count(reason), count(*) - count(reason) FROM cqrs_dead_letters \
                 WHERE projection = ?1 AND skipped IS NULL",
            )
            .or_store_error()?;
        let count = |row: &Row<'_>| {
            let number = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
            Ok(DeadLetterCount { failed: number(0)?, waiting: number(1)? })
        };
        statement.query_row([self.projection], count).or_store_error()
    }

    /// A page of letters, with what the log says of their events.
    pub(crate) fn page(self, query: &DeadLetterQuery) -> Outcome<Vec<DeadLetter>> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT letter.position, letter.lane, letter.reason, letter.attempts, letter.since, type.name, \
                 type.version, stream.aggregate_type, stream.aggregate_id, event.version \
                 FROM cqrs_dead_letters AS letter JOIN cqrs_events AS event ON event.position = letter.position \
                 JOIN cqrs_event_types AS type ON type.id = event.event_type \
                 JOIN cqrs_streams AS stream ON stream.id = event.stream \
                 WHERE letter.projection = ?1 AND letter.skipped IS NULL AND letter.position IN \
                 (SELECT DISTINCT position FROM cqrs_dead_letters WHERE projection = ?1 AND skipped IS NULL \
                  AND position > ?2 AND position <= ?3 ORDER BY position LIMIT ?4) \
                 ORDER BY letter.position, letter.lane",
            )
            .or_store_error()?;
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let cells = (self.projection, query.after.to_i64(), query.until.to_i64(), limit);
        let letters = statement.query_map(cells, letter_from_row).or_store_error()?;
        letters.collect::<rusqlite::Result<_>>().or_store_error()
    }

    /// Forgets all letters, as of a table that is no more.
    pub(crate) fn clear(self) -> Outcome<()> {
        let sql = "DELETE FROM cqrs_dead_letters WHERE projection = ?1";
        self.connection.execute(sql, [self.projection]).or_store_error()?;
        Ok(())
    }
}

fn letter_from_row(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        position: Position::from_i64(row.get(0)?),
        lane: Lane::from_stored(row.get::<_, String>(1)?),
        reason: row.get(2)?,
        attempts: row.get(3)?,
        since: timestamp_from_micros(row.get(4)?),
        event_type: row.get(5)?,
        event_version: row.get(6)?,
        stream: StreamId::new(row.get::<_, String>(7)?, row.get::<_, String>(8)?),
        version: StreamVersion::from_i64(row.get(9)?),
    })
}
