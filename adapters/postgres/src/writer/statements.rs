//! The writer's statements, each prepared once for as long as a connection lives, and what they are given.

use cqrs_core::StreamId;
use cqrs_core::store::StoreError;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::jobs::AppendJob;
use super::ledger::Ledger;
use crate::error::Outcome;
use crate::read::Micros;

/// The lock at which writers queue up, one for each log. It is held to the end of the transaction.
macro_rules! lock {
    () => {
        // `cqrs` in ASCII, and the log itself.
        "pg_advisory_xact_lock((1668379251::bigint << 32) | 'cqrs_events'::regclass::oid::bigint)"
    };
}

/// Takes the writers' lock.
pub(crate) const LOCK: &str = concat!("SELECT ", lock!());

/// The newest rows of the log.
const HEAD: &str = "SELECT coalesce(newest.position, 0), newest.recorded_at, \
     coalesce((SELECT id FROM cqrs_streams ORDER BY id DESC LIMIT 1), 0), \
     coalesce((SELECT id FROM cqrs_event_types ORDER BY id DESC LIMIT 1), 0) \
     FROM (SELECT 1) AS once LEFT JOIN LATERAL \
     (SELECT position, recorded_at FROM cqrs_events ORDER BY position DESC LIMIT 1) AS newest ON true";

const FIND_STREAMS: &str = "SELECT wanted.ordinal, stream.id, \
     coalesce((SELECT version FROM cqrs_events AS event WHERE event.stream = stream.id ORDER BY version DESC LIMIT 1), 0) \
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (aggregate_type, aggregate_id, ordinal) \
     JOIN cqrs_streams AS stream ON stream.aggregate_type = wanted.aggregate_type \
     AND stream.aggregate_id = wanted.aggregate_id";

const FIND_TYPES: &str =
    "SELECT id, aggregate_type, name, version FROM cqrs_event_types WHERE id > $1 ORDER BY id";

/// Writes a whole group, if the newest event is still the one that it was judged upon. The lock that it takes may
/// keep it waiting until others have committed, which it then cannot see; the keys refuse it in that case.
macro_rules! record {
    ($answer:literal) => {
        concat!(
    "WITH fence AS MATERIALIZED (SELECT ",
    lock!(),
    " WHERE $1::bigint = coalesce((SELECT position FROM cqrs_events ORDER BY position DESC LIMIT 1), 0)), \
     new_streams AS (INSERT INTO cqrs_streams (id, aggregate_type, aggregate_id) \
     SELECT $2::bigint + new.ordinal, new.aggregate_type, new.aggregate_id \
     FROM fence, unnest($3::text[], $4::text[]) WITH ORDINALITY AS new (aggregate_type, aggregate_id, ordinal)), \
     new_types AS (INSERT INTO cqrs_event_types (id, aggregate_type, name, version) \
     SELECT $5::bigint + new.ordinal, new.aggregate_type, new.name, new.version \
     FROM fence, unnest($6::text[], $7::text[], $8::bigint[]) WITH ORDINALITY AS new (aggregate_type, name, version, ordinal)), \
     new_events AS (INSERT INTO cqrs_events (position, stream, version, event_type, recorded_at, event_id, \
     correlation_id, causation_id, tenant, actor, metadata, payload) \
     SELECT $1::bigint + new.ordinal, new.stream, new.version, new.event_type, $9::timestamptz, new.event_id, \
     new.correlation_id, new.causation_id, new.tenant, new.actor, new.metadata, new.payload \
     FROM fence, unnest($10::bigint[], $11::bigint[], $12::bigint[], $13::uuid[], $14::uuid[], $15::uuid[], $16::text[], \
     $17::text[], $18::text[], $19::bytea[]) WITH ORDINALITY AS new (stream, version, event_type, event_id, \
     correlation_id, causation_id, tenant, actor, metadata, payload, ordinal)), \
     new_commands AS (INSERT INTO cqrs_commands (id, stream, version, events, position, recorded_at) \
     SELECT new.id, new.stream, new.version, new.events, new.position, $9::timestamptz \
     FROM fence, unnest($20::uuid[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[]) \
     AS new (id, stream, version, events, position)) \
     SELECT ",
            $answer,
            " FROM fence"
        )
    };
}

/// Says whether the newest event is as expected.
const RECORD: &str = record!("count(*)");

/// Fails, and its transaction with it, where the newest event is another: nobody has to see the answer before the commit.
const RECORD_OR_FAIL: &str = record!("1 / count(*)");

/// The statements of the append path.
pub(super) struct Statements {
    pub(super) lock: Statement,
    pub(super) head: Statement,
    pub(super) find_streams: Statement,
    pub(super) find_types: Statement,
    pub(super) find_commands: Statement,
    pub(super) find_event: Statement,
    pub(super) record: Statement,
    pub(super) record_or_fail: Statement,
    pub(super) notify: Statement,
}

impl Statements {
    pub(super) async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            lock: client.prepare(LOCK).await?,
            head: client.prepare(HEAD).await?,
            find_streams: client.prepare(FIND_STREAMS).await?,
            find_types: client.prepare(FIND_TYPES).await?,
            find_commands: client.prepare(crate::read::FIND_COMMANDS).await?,
            find_event: client
                .prepare("SELECT EXISTS (SELECT 1 FROM cqrs_events WHERE position = $1 AND event_id = $2)")
                .await?,
            record: client.prepare(RECORD).await?,
            record_or_fail: client.prepare(RECORD_OR_FAIL).await?,
            notify: client.prepare("SELECT pg_notify($1, '')").await?,
        })
    }
}

/// What [`RECORD`] is given: the rows of a group, column by column.
pub(super) struct Rows<'g> {
    before: i64,
    streams_before: i64,
    stream_types: Vec<&'g str>,
    stream_ids: Vec<&'g str>,
    types_before: i64,
    type_aggregates: Vec<&'g str>,
    type_names: Vec<&'g str>,
    type_versions: Vec<i64>,
    recorded_at: Micros,
    events: Events<'g>,
    commands: Commands,
}

#[derive(Default)]
struct Events<'g> {
    streams: Vec<i64>,
    versions: Vec<i64>,
    types: Vec<i64>,
    ids: Vec<Uuid>,
    correlations: Vec<Uuid>,
    causations: Vec<Uuid>,
    tenants: Vec<Option<&'g str>>,
    actors: Vec<Option<&'g str>>,
    metadata: Vec<Option<String>>,
    payloads: Vec<&'g [u8]>,
}

#[derive(Default)]
struct Commands {
    ids: Vec<Uuid>,
    streams: Vec<i64>,
    versions: Vec<i64>,
    events: Vec<i64>,
    positions: Vec<i64>,
}

impl<'g> Rows<'g> {
    /// The rows of what a group is to record, or `None` where that is nothing.
    pub(super) fn of(group: &'g [AppendJob], ledger: &'g mut Ledger<'_>) -> Outcome<Option<Self>> {
        let (mut events, mut commands) = (Events::default(), Commands::default());
        for job in group {
            events.add(job, ledger)?;
            commands.add(job);
        }
        if events.ids.is_empty() && commands.ids.is_empty() {
            return Ok(None);
        }
        let ledger = &*ledger;
        Ok(Some(Self {
            before: ledger.before.position,
            streams_before: ledger.before.stream,
            stream_types: ledger.new_streams.iter().map(|stream| &*stream.aggregate_type).collect(),
            stream_ids: ledger.new_streams.iter().map(|stream| &*stream.aggregate_id).collect(),
            types_before: ledger.before.event_type,
            type_aggregates: ledger.new_types.iter().map(|new| &*new.0).collect(),
            type_names: ledger.new_types.iter().map(|new| &*new.1).collect(),
            type_versions: ledger.new_types.iter().map(|new| new.2.into()).collect(),
            recorded_at: Micros(ledger.head.recorded_at),
            events,
            commands,
        }))
    }

    /// The statement's values, in its order.
    pub(super) fn cells(&self) -> [&(dyn ToSql + Sync); 24] {
        let (events, commands) = (&self.events, &self.commands);
        [
            &self.before,
            &self.streams_before,
            &self.stream_types,
            &self.stream_ids,
            &self.types_before,
            &self.type_aggregates,
            &self.type_names,
            &self.type_versions,
            &self.recorded_at,
            &events.streams,
            &events.versions,
            &events.types,
            &events.ids,
            &events.correlations,
            &events.causations,
            &events.tenants,
            &events.actors,
            &events.metadata,
            &events.payloads,
            &commands.ids,
            &commands.streams,
            &commands.versions,
            &commands.events,
            &commands.positions,
        ]
    }

    /// By what the group can be told from any other, once it is written.
    pub(super) fn mark(&self) -> Option<Mark> {
        match (self.events.ids.first(), self.commands.ids.first()) {
            (Some(id), _) => Some(Mark::Event(self.before + 1, *id)),
            (None, Some(id)) => Some(Mark::Command(*id)),
            (None, None) => None,
        }
    }
}

/// By what a group can be told from any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Its first event: the position and the id.
    Event(i64, Uuid),
    /// Its first command.
    Command(Uuid),
}

impl<'g> Events<'g> {
    fn add(&mut self, job: &'g AppendJob, ledger: &mut Ledger<'_>) -> Outcome<()> {
        let Some(recorded) = job.recorded() else { return Ok(()) };
        let append = &job.append;
        let metadata = metadata_of(append)?;
        let first = recorded.version - append.events.len() as i64;
        for (version, event) in (first + 1..).zip(&append.events) {
            self.streams.push(recorded.stream);
            self.versions.push(version);
            self.types.push(ledger.event_type(&append.stream.aggregate_type, &event.name, event.version));
            self.ids.push(event.event_id);
            self.correlations.push(append.origin.correlation_id);
            self.causations.push(append.origin.causation_id);
            self.tenants.push(append.origin.tenant.as_deref());
            self.actors.push(append.origin.actor.as_deref());
            self.metadata.push(metadata.clone());
            self.payloads.push(&event.payload);
        }
        Ok(())
    }
}

impl Commands {
    fn add(&mut self, job: &AppendJob) {
        let (Some(id), Some(recorded)) = (job.append.command_id, job.recorded()) else { return };
        self.ids.push(id);
        self.streams.push(recorded.stream);
        self.versions.push(recorded.version);
        self.events.push(job.append.events.len() as i64);
        self.positions.push(recorded.position);
    }
}

fn metadata_of(append: &cqrs_core::store::Append) -> Outcome<Option<String>> {
    if append.origin.metadata.is_empty() {
        return Ok(None);
    }
    let json = serde_json::to_string(&append.origin.metadata);
    json.map(Some)
        .map_err(|error| StoreError::invalid("the metadata cannot be written as JSON").because(error))
}

/// Streams as [`FIND_STREAMS`] is asked for them.
pub(super) fn parts<'s>(streams: &[&'s StreamId]) -> (Vec<&'s str>, Vec<&'s str>) {
    streams.iter().map(|stream| (&*stream.aggregate_type, &*stream.aggregate_id)).unzip()
}
