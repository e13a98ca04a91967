//! Dead letters: the events that a table could not take in, and those that wait behind them.
//!
//! A letter names an event by its position and what waits by its lane. What fails is decided by the fold, never here.

use std::collections::HashSet;

use cqrs_core::store::{DeadLetter, DeadLetterQuery, Lane, SetAside};
use cqrs_core::{EventBatch, Position, StreamId, StreamVersion, timestamp_from_micros};
use tokio_postgres::Row;

use crate::cells::{escaped, unescaped};
use crate::connect::Session;
use crate::error::{OrStoreError, Outcome};
use crate::read::{Micros, TypeNames, events_at};

/// The letters of one table.
#[derive(Clone, Copy)]
pub(crate) struct Letters<'s> {
    session: &'s Session,
    /// Of `cqrs_projections`.
    projection: i64,
}

impl<'s> Letters<'s> {
    pub(crate) const fn of(session: &'s Session, projection: i64) -> Self {
        Self { session, projection }
    }

    /// Which of some lanes something waits in, because of events up to a position.
    pub(crate) async fn held(self, lanes: &[Lane], until: Position) -> Outcome<HashSet<Lane>> {
        let sql = "SELECT DISTINCT lane FROM cqrs_dead_letters \
                   WHERE projection = $1 AND lane = ANY($2) AND position <= $3 AND skipped IS NULL";
        let lanes: Vec<_> = lanes.iter().map(Lane::as_str).collect();
        let rows = self.session.query(sql, &[&self.projection, &lanes, &until.to_i64()]).await?;
        let lane = |row: &Row| row.try_get::<_, String>(0).map(Lane::from_stored);
        rows.iter().map(lane).collect::<Result<_, _>>().or_store_error()
    }

    /// Keeps what a fold has set aside; a letter that is there already was tried once more.
    pub(crate) async fn keep(self, aside: &[SetAside]) -> Outcome<()> {
        if aside.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO cqrs_dead_letters AS kept (projection, position, lane, reason, attempts, since) \
                   SELECT $1, new.position, new.lane, new.reason, (new.reason IS NOT NULL)::integer, clock_timestamp() \
                   FROM unnest($2::bigint[], $3::text[], $4::text[]) AS new (position, lane, reason) \
                   ON CONFLICT (projection, position, lane) DO UPDATE \
                   SET reason = excluded.reason, attempts = kept.attempts + excluded.attempts";
        let positions: Vec<_> = aside.iter().map(|letter| letter.position.to_i64()).collect();
        let lanes: Vec<_> = aside.iter().map(|letter| letter.lane.as_str()).collect();
        let reasons: Vec<_> = aside.iter().map(|letter| letter.reason.as_deref().map(escaped)).collect();
        self.session.execute(sql, &[&self.projection, &positions, &lanes, &reasons]).await?;
        Ok(())
    }

    /// The letters of up to `limit` events after a position.
    pub(crate) async fn after(self, after: Position, limit: usize) -> Outcome<Vec<(Position, Lane)>> {
        let sql = "SELECT position, lane FROM cqrs_dead_letters \
                   WHERE projection = $1 AND skipped IS NULL AND position IN \
                   (SELECT DISTINCT position FROM cqrs_dead_letters \
                    WHERE projection = $1 AND skipped IS NULL AND position > $2 ORDER BY position LIMIT $3) \
                   ORDER BY position, lane";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.session.query(sql, &[&self.projection, &after.to_i64(), &limit]).await?;
        let letter = |row: &Row| {
            Ok((Position::from_i64(row.try_get(0)?), Lane::from_stored(row.try_get::<_, String>(1)?)))
        };
        rows.iter().map(letter).collect::<Result<_, _>>().or_store_error()
    }

    /// The events of some letters, in the order of their positions; as many from the first as memory has room for.
    pub(crate) async fn events(self, names: &TypeNames, letters: &[(Position, Lane)]) -> Outcome<EventBatch> {
        let mut positions: Vec<_> = letters.iter().map(|(position, _)| *position).collect();
        positions.dedup();
        events_at(self.session, names, &positions).await
    }

    /// Forgets letters whose events were taken in.
    pub(crate) async fn forget(self, letters: impl Iterator<Item = &(Position, Lane)>) -> Outcome<()> {
        let sql = "DELETE FROM cqrs_dead_letters AS kept USING unnest($2::bigint[], $3::text[]) AS gone (position, lane) \
                   WHERE kept.projection = $1 AND kept.position = gone.position AND kept.lane = gone.lane";
        let (positions, lanes): (Vec<_>, Vec<_>) =
            letters.map(|(position, lane)| (position.to_i64(), lane.as_str())).unzip();
        self.session.execute(sql, &[&self.projection, &positions, &lanes]).await?;
        Ok(())
    }

    /// Skips an event wherever it failed; returns in how many lanes it did.
    pub(crate) async fn skip(self, position: Position, reason: &str) -> Outcome<u64> {
        let sql = "UPDATE cqrs_dead_letters SET skipped = $3 \
                   WHERE projection = $1 AND position = $2 AND reason IS NOT NULL AND skipped IS NULL";
        self.session.execute(sql, &[&self.projection, &position.to_i64(), &escaped(reason)]).await
    }

    /// A page of letters, with what the log says of their events.
    pub(crate) async fn page(self, query: &DeadLetterQuery) -> Outcome<Vec<DeadLetter>> {
        let sql = "SELECT letter.position, letter.lane, letter.reason, letter.attempts, letter.since, type.name, \
                   type.version, stream.aggregate_type, stream.aggregate_id, event.version \
                   FROM cqrs_dead_letters AS letter JOIN cqrs_events AS event ON event.position = letter.position \
                   JOIN cqrs_event_types AS type ON type.id = event.event_type \
                   JOIN cqrs_streams AS stream ON stream.id = event.stream \
                   WHERE letter.projection = $1 AND letter.skipped IS NULL AND letter.position IN \
                   (SELECT DISTINCT position FROM cqrs_dead_letters WHERE projection = $1 AND skipped IS NULL \
                    AND position > $2 AND position <= $3 ORDER BY position LIMIT $4) \
                   ORDER BY letter.position, letter.lane";
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let (after, until) = (query.after.to_i64(), query.until.to_i64());
        let rows = self.session.query(sql, &[&self.projection, &after, &until, &limit]).await?;
        rows.iter().map(letter_from_row).collect::<Result<_, _>>().or_store_error()
    }

    /// Forgets all letters, as of a table that is no more.
    pub(crate) async fn clear(self) -> Outcome<()> {
        let sql = "DELETE FROM cqrs_dead_letters WHERE projection = $1";
        self.session.execute(sql, &[&self.projection]).await?;
        Ok(())
    }
}

fn letter_from_row(row: &Row) -> Result<DeadLetter, tokio_postgres::Error> {
    let number = |index| row.try_get::<_, i64>(index).map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    Ok(DeadLetter {
        position: Position::from_i64(row.try_get(0)?),
        lane: Lane::from_stored(row.try_get::<_, String>(1)?),
        reason: row.try_get::<_, Option<String>>(2)?.map(unescaped),
        attempts: number(3)?,
        since: timestamp_from_micros(row.try_get::<_, Micros>(4)?.0),
        event_type: row.try_get(5)?,
        event_version: number(6)?,
        stream: StreamId::new(row.try_get::<_, String>(7)?, row.try_get::<_, String>(8)?),
        version: StreamVersion::from_i64(row.try_get(9)?),
    })
}
