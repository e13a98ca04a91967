//! The first round trip of a group whose writer does not know enough: a transaction is begun, the writers' lock is taken, and all that the
//! group is judged upon is read, in requests that are sent together.

use std::collections::{HashMap, HashSet};

use cqrs_core::StreamId;
use cqrs_core::store::Appended;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::jobs::AppendJob;
use super::known::Stream;
use super::ledger::{Head, NewType};
use super::statements::{Mark, Statements, parts};
use crate::connect::Session;
use crate::read::{Micros, appended_from_row};

/// What was looked up for a group.
pub(super) struct Found {
    pub(super) head: Head,
    pub(super) streams: HashMap<StreamId, Stream>,
    pub(super) commands: HashMap<Uuid, Appended>,
    /// The event types that were not known before, with their rows.
    pub(super) types: Vec<(i64, NewType)>,
    /// Whether the mark is there that was asked for.
    pub(super) has_mark: bool,
}

/// Begins a transaction that holds the writers' lock, and looks up what a group needs.
pub(super) async fn look_up(
    session: &Session,
    statements: &Statements,
    group: &[AppendJob],
    newest_type: i64,
    mark: Option<Mark>,
) -> Result<Found, tokio_postgres::Error> {
    let client = session.client();
    let jobs = || group.iter().filter(|job| !job.is_refused());
    let wanted: HashSet<_> = jobs().map(|job| &job.append.stream).collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let (stream_types, stream_ids) = parts(&wanted);
    let mut ids: Vec<_> = jobs().filter_map(|job| job.append.command_id).collect();
    if let Some(Mark::Command(id)) = mark {
        ids.push(id);
    }
    let (position, event_id) = match mark {
        Some(Mark::Event(position, id)) => (position, id),
        _ => (0, Uuid::nil()),
    };
    let streams: [&(dyn ToSql + Sync); 2] = [&stream_types, &stream_ids];
    let event: [&(dyn ToSql + Sync); 2] = [&position, &event_id];
    let (types, commands): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) = ([&newest_type], [&ids]);
    session.note_begun();
    let (begun, locked, head, streams, types, commands, event) = tokio::join!(
        biased;
        client.batch_execute("BEGIN"),
        client.query(&statements.lock, &[]),
        client.query_one(&statements.head, &[]),
        client.query(&statements.find_streams, &streams),
        client.query(&statements.find_types, &types),
        client.query(&statements.find_commands, &commands),
        client.query_one(&statements.find_event, &event),
    );
    begun?;
    locked?;
    let commands = commands_from_rows(&commands?)?;
    let has_mark = match mark {
        Some(Mark::Command(id)) => commands.contains_key(&id),
        _ => event?.try_get(0)?,
    };
    let streams = streams?.iter().map(|row| stream_from_row(row, &wanted)).collect::<Result<_, _>>()?;
    let types = types?.iter().map(type_from_row).collect::<Result<_, _>>()?;
    Ok(Found { head: head_from_row(&head?)?, streams, commands, types, has_mark })
}

fn head_from_row(row: &Row) -> Result<Head, tokio_postgres::Error> {
    let recorded_at: Option<Micros> = row.try_get(1)?;
    Ok(Head {
        position: row.try_get(0)?,
        recorded_at: recorded_at.map_or(i64::MIN, |Micros(micros)| micros),
        stream: row.try_get(2)?,
        event_type: row.try_get(3)?,
    })
}

fn stream_from_row(row: &Row, wanted: &[&StreamId]) -> Result<(StreamId, Stream), tokio_postgres::Error> {
    let ordinal: i64 = row.try_get(0)?;
    let stream = wanted[usize::try_from(ordinal - 1).unwrap_or(0)].clone();
    Ok((stream, Stream { id: Some(row.try_get(1)?), version: row.try_get(2)? }))
}

fn type_from_row(row: &Row) -> Result<(i64, NewType), tokio_postgres::Error> {
    let version: i64 = row.try_get(3)?;
    Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?, u32::try_from(version).unwrap_or(u32::MAX))))
}

fn commands_from_rows(rows: &[Row]) -> Result<HashMap<Uuid, Appended>, tokio_postgres::Error> {
    rows.iter().map(|row| Ok((row.try_get(0)?, appended_from_row(row)?))).collect()
}
