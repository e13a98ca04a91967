//! What it costs to give events positions in commit order: the way that the store has chosen beside the ways that it has not, by the driver
//! alone. `cargo run --release -p cqrs-postgres --example order` starts a server of its own and prints the table of `docs/postgres.md`.
//!
//! Each writer is a connection that records groups of 64 events, one after the other. The last columns hold a snapshot open meanwhile, as a
//! backup or a long report does.

#![allow(clippy::print_stdout, reason = "a table is what this program is for")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cqrs_postgres_testserver::Server;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// Events in a group.
const GROUP: i64 = 64;

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(4);

/// How long a snapshot is held open.
const LONG: Duration = Duration::from_secs(20);

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A way to give positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The newest position plus one, kept unique by the key; writers queue up at an advisory lock.
    Key,
    /// A row that holds the newest position, locked and updated by each group.
    HeadRow,
    /// The newest position plus one; the table is locked against other writers.
    TableLock,
    /// A sequence: no order at all, unless readers wait for the oldest transaction of the server.
    Sequence,
}

const WAYS: [(Way, &str); 4] = [
    (Way::Key, "the log's key and an advisory lock (chosen)"),
    (Way::HeadRow, "a head row, locked and updated"),
    (Way::TableLock, "`LOCK TABLE … IN SHARE ROW EXCLUSIVE MODE`"),
    (Way::Sequence, "a sequence, and readers that wait"),
];

const TABLES: &str = "DROP TABLE IF EXISTS events, head; DROP SEQUENCE IF EXISTS positions; \
     CREATE TABLE events (position bigint PRIMARY KEY, stream bigint NOT NULL, version bigint NOT NULL, event_id uuid NOT NULL, \
     payload bytea NOT NULL, UNIQUE (stream, version)); CREATE SEQUENCE positions; \
     CREATE TABLE head (id integer PRIMARY KEY, position bigint NOT NULL) WITH (fillfactor = 10); INSERT INTO head VALUES (1, 0)";

const NEWEST: &str = "coalesce((SELECT position FROM events ORDER BY position DESC LIMIT 1), 0)";

#[tokio::main]
async fn main() -> Outcome<()> {
    let server = Server::start()?;
    println!(
        "| events a second | 1 writer | 2 writers | 8 writers | with a snapshot held open, at first | after {} s |",
        LONG.as_secs()
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for (way, name) in WAYS {
        let mut cells = Vec::new();
        for writers in [1, 2, 8] {
            let counts = measure(&server, way, writers, 1).await?;
            cells.push(rate(counts[0], SPAN));
        }
        let parts = measure_with_snapshot(&server, way).await?;
        cells.extend([parts.first(), parts.last()].into_iter().flatten().map(|count| rate(*count, SPAN)));
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}

fn rate(count: u64, span: Duration) -> String {
    format!("{:.0}", count as f64 / span.as_secs_f64())
}

async fn measure_with_snapshot(server: &Server, way: Way) -> Outcome<Vec<u64>> {
    connect(server).await?.batch_execute(TABLES).await?;
    let backup = connect(server).await?;
    backup.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM head").await?;
    write(server, way, 1, (LONG.as_secs() / SPAN.as_secs()) as usize).await
}

async fn measure(server: &Server, way: Way, writers: i64, parts: usize) -> Outcome<Vec<u64>> {
    connect(server).await?.batch_execute(TABLES).await?;
    write(server, way, writers, parts).await
}

/// Has writers record for a while; returns how many events they have recorded in each part of it.
async fn write(server: &Server, way: Way, writers: i64, parts: usize) -> Outcome<Vec<u64>> {
    let counts: Arc<Vec<AtomicU64>> = Arc::new((0..parts).map(|_| AtomicU64::new(0)).collect());
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for number in 0..writers {
        let (client, counts) = (connect(server).await?, Arc::clone(&counts));
        tasks.push(tokio::spawn(async move {
            let mut writer = Writer::new(client, way, number).await?;
            loop {
                writer.record().await?;
                let part = (begun.elapsed().as_millis() / SPAN.as_millis()) as usize;
                let Some(count) = counts.get(part) else { return Outcome::Ok(()) };
                count.fetch_add(GROUP as u64, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(counts.iter().map(|count| count.load(Ordering::Relaxed)).collect())
}

async fn connect(server: &Server) -> Outcome<Client> {
    let (client, connection) = tokio_postgres::connect(&server.address(), NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET jit TO off; SET plan_cache_mode TO force_generic_plan").await?;
    Ok(client)
}

/// One writer, to a stream of its own.
struct Writer {
    client: Client,
    way: Way,
    stream: i64,
    version: i64,
    /// The newest position that was seen, and whether it most likely still is.
    newest: i64,
    is_alone: bool,
    lock: tokio_postgres::Statement,
    insert: tokio_postgres::Statement,
}

impl Writer {
    async fn new(client: Client, way: Way, stream: i64) -> Outcome<Self> {
        let lock = match way {
            Way::Key => "SELECT pg_advisory_xact_lock(7)".to_owned(),
            Way::HeadRow => "SELECT position FROM head WHERE id = 1 FOR UPDATE".to_owned(),
            Way::TableLock | Way::Sequence => "SELECT 1".to_owned(),
        };
        let rows = "unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::bytea[]) WITH ORDINALITY AS new (stream, version, id, payload, ordinal)";
        let insert = match way {
            Way::Key => format!(
                "WITH fence AS MATERIALIZED (SELECT pg_advisory_xact_lock(7) WHERE $1::bigint = {NEWEST}), recorded AS (\
                 INSERT INTO events SELECT $1 + ordinal, stream, version, id, payload FROM fence, {rows}) SELECT count(*) FROM fence"
            ),
            Way::Sequence => format!(
                "INSERT INTO events SELECT nextval('positions') + 0 * $1::bigint, stream, version, id, payload FROM {rows}"
            ),
            _ => format!(
                "INSERT INTO events SELECT $1::bigint + ordinal, stream, version, id, payload FROM {rows}"
            ),
        };
        let (lock, insert) = (client.prepare(&lock).await?, client.prepare(&insert).await?);
        Ok(Self { client, way, stream, version: 0, newest: 0, is_alone: false, lock, insert })
    }

    /// Records one group, in as few round trips as its way allows.
    async fn record(&mut self) -> Outcome<()> {
        let streams = vec![self.stream; GROUP as usize];
        let versions: Vec<_> = (self.version + 1..=self.version + GROUP).collect();
        let ids: Vec<_> = versions.iter().map(|_| Uuid::now_v7()).collect();
        let payloads = vec![&b"{\"amount\":1250,\"currency\":\"EUR\"}"[..]; GROUP as usize];
        self.version += GROUP;
        if self.way == Way::Sequence {
            self.client.execute(&self.insert, &[&0_i64, &streams, &versions, &ids, &payloads]).await?;
            return Ok(());
        }
        if self.is_alone {
            let cells: [&(dyn ToSql + Sync); 5] = [&self.newest, &streams, &versions, &ids, &payloads];
            let recorded = self.client.query_one(&self.insert, &cells).await;
            if recorded.and_then(|row| row.try_get::<_, i64>(0)).is_ok_and(|count| count == 1) {
                self.newest += GROUP;
                return Ok(());
            }
        }
        let begin = match self.way {
            Way::TableLock => "BEGIN; LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE",
            _ => "BEGIN",
        };
        let read = format!("SELECT {NEWEST}");
        let (begun, locked, newest) = tokio::join!(
            biased;
            self.client.batch_execute(begin),
            self.client.query_one(&self.lock, &[]),
            self.client.simple_query(&read),
        );
        begun?;
        let newest: i64 = match self.way {
            Way::HeadRow => locked?.try_get(0)?,
            _ => newest?
                .iter()
                .find_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
                    _ => None,
                })
                .unwrap_or(0),
        };
        let end = match self.way {
            Way::HeadRow => format!("UPDATE head SET position = {} WHERE id = 1; COMMIT", newest + GROUP),
            _ => "COMMIT".to_owned(),
        };
        let cells: [&(dyn ToSql + Sync); 5] = [&newest, &streams, &versions, &ids, &payloads];
        let (inserted, ended) =
            tokio::join!(biased; self.client.query(&self.insert, &cells), self.client.batch_execute(&end));
        inserted?;
        ended?;
        self.is_alone = self.way == Way::Key && newest == self.newest;
        self.newest = newest + GROUP;
        Ok(())
    }
}
