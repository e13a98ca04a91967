//! How near the store comes to what SQLite can do at all: the same rows, the same indexes, the same disk, in one program.
//!
//! Run it with `cargo run --release -p cqrs-sqlite --example limits`. The first argument is a folder, to measure another disk than
//! that of the temporary files; the second is a part of a name, to measure that alone. It prints medians of several runs and their
//! ratios; it judges nothing.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cqrs_core::store::{Append, Detail, EventStore, NewEvent, ReadAll, ReadStream};
use cqrs_core::{ExpectedVersion, Origin, Position, StreamId, StreamVersion};
use cqrs_sqlite::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const RUNS: usize = 5;
const STREAMS: usize = 4096;
const PAYLOAD: &str =
    r#"{"account":"0190b5a8-7c3e-7b1a-9a55-0d5a6f0c1e11","amount":"1234.56","reference":"invoice 4711"}"#;

#[derive(serde::Deserialize)]
struct Payload {
    account: String,
    amount: String,
    reference: String,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = std::env::args().nth(1);
    let place = || match &folder {
        Some(folder) => TempDir::new_in(folder),
        None => TempDir::new(),
    };
    let only = std::env::args().nth(2).unwrap_or_default();
    let mut table: Vec<(&str, Vec<f64>)> = MEASURES.iter().map(|name| (*name, Vec::new())).collect();
    table.retain(|(name, _)| name.contains(&only));
    for run in 0..RUNS {
        for (name, rates) in &mut table {
            let folder = place()?;
            rates.push(measure(name, folder.path()).await?);
        }
        println!("run {} of {RUNS}", run + 1);
    }
    let medians: Vec<(&str, f64)> = table.into_iter().map(|(name, rates)| (name, median(rates))).collect();
    let of =
        |name: &str| medians.iter().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, rate)| *rate);
    println!();
    for (name, rate) in &medians {
        println!("{name:<36} {rate:>12.0} a second");
    }
    println!();
    for (name, limit, aim) in [
        ("store, one client", "raw, one insert a transaction", "0.67"),
        ("store, 64 clients", "raw, 64 inserts a transaction", "    "),
        ("store, 64 clients", "raw, 1000 inserts a transaction", "0.60"),
        ("store, 512 clients", "raw, 1000 inserts a transaction", "    "),
        ("store, a stream of 10,000 decoded", "raw, a stream of 10,000 decoded", "0.70"),
        ("store, the log read", "raw, the log read", "    "),
    ] {
        let ratio = of(name) / of(limit);
        if !ratio.is_nan() {
            println!("{name:<36} / {limit:<34} {ratio:.2}   aim {aim}");
        }
    }
    Ok(())
}

const MEASURES: [&str; 10] = [
    "raw, one insert a transaction",
    "store, one client",
    "raw, 64 inserts a transaction",
    "raw, 1000 inserts a transaction",
    "store, 64 clients",
    "store, 512 clients",
    "raw, a stream of 10,000 decoded",
    "store, a stream of 10,000 decoded",
    "raw, the log read",
    "store, the log read",
];

async fn measure(name: &str, folder: &Path) -> Outcome<f64> {
    match name {
        "raw, one insert a transaction" => raw_inserts(folder, 1, 3_000),
        "store, one client" => store_appends(folder, 1, 3_000).await,
        "raw, 64 inserts a transaction" => raw_inserts(folder, 64, 128_000),
        "raw, 1000 inserts a transaction" => raw_inserts(folder, 1000, 256_000),
        "store, 64 clients" => store_appends(folder, 64, 128_000).await,
        "store, 512 clients" => store_appends(folder, 512, 256_000).await,
        "raw, a stream of 10,000 decoded" => raw_stream(folder),
        "store, a stream of 10,000 decoded" => store_stream(folder).await,
        "raw, the log read" => raw_log(folder),
        _ => store_log(folder).await,
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// The log's table and its indexes, without what guards them.
fn raw(folder: &Path) -> Outcome<Connection> {
    let connection = Connection::open(folder.join("raw.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;
         PRAGMA cache_size = -32768;
         CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL,
             event_type INTEGER NOT NULL, recorded_at INTEGER NOT NULL, tenant TEXT, actor TEXT,
             event_id BLOB NOT NULL, correlation_id BLOB NOT NULL, causation_id BLOB NOT NULL, metadata TEXT,
             payload TEXT NOT NULL) STRICT;
         CREATE UNIQUE INDEX events_of_stream ON events (stream, version);",
    )?;
    Ok(connection)
}

fn insert_raw(connection: &Connection, batch: usize, from: usize, to: usize, streams: usize) -> Outcome<()> {
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut commit = connection.prepare("COMMIT")?;
    let mut insert =
        connection.prepare("INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")?;
    let none = None::<&str>;
    for start in (from..to).step_by(batch) {
        begin.execute([])?;
        for number in start..(start + batch).min(to) {
            let id = next_id();
            let id = &id.as_bytes()[..];
            let (stream, version) = (number % streams, number / streams + 1);
            let now = jiff::Timestamp::now().as_microsecond();
            let place = (number + 1) as i64;
            insert.execute((
                place,
                stream as i64,
                version as i64,
                1,
                now,
                none,
                none,
                id,
                id,
                id,
                none,
                PAYLOAD,
            ))?;
        }
        commit.execute([])?;
    }
    Ok(())
}

fn raw_inserts(folder: &Path, batch: usize, count: usize) -> Outcome<f64> {
    let connection = raw(folder)?;
    insert_raw(&connection, 1000, 0, STREAMS, STREAMS)?;
    let start = Instant::now();
    insert_raw(&connection, batch, STREAMS, STREAMS + count, STREAMS)?;
    Ok(rate(count, start.elapsed()))
}

/// An id that is later than the ones before: what it costs to make one is not measured here.
fn next_id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u64_pair(0x0190_b5a8_7c3e_7b1a, NEXT.fetch_add(1, Ordering::Relaxed))
}

fn event() -> NewEvent {
    NewEvent { event_id: next_id(), name: "Deposited".into(), version: 1, payload: PAYLOAD.into() }
}

fn append(stream: usize, expected: ExpectedVersion, count: usize) -> Append {
    Append {
        stream: StreamId::new("Account", format!("account-{stream}")),
        expected,
        events: (0..count).map(|_| event()).collect(),
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

/// Closed loops: each client sends its next append when the last one is on the disk.
async fn store_appends(folder: &Path, clients: usize, count: usize) -> Outcome<f64> {
    let store = SqliteStore::open(folder.join("store.db")).await?;
    let filled: Vec<_> =
        (0..STREAMS).map(|stream| store.append(append(stream, ExpectedVersion::NoStream, 1))).collect();
    for outcome in filled {
        outcome.await?;
    }
    let next = Arc::new(AtomicU64::new(STREAMS as u64));
    let start = Instant::now();
    let loops: Vec<_> = (0..clients)
        .map(|_| {
            let (store, next) = (store.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed) as usize;
                    if number >= STREAMS + count {
                        return Outcome::Ok(());
                    }
                    let expected = ExpectedVersion::Exact(StreamVersion::new((number / STREAMS) as u64));
                    store.append(append(number % STREAMS, expected, 1)).await?;
                }
            })
        })
        .collect();
    for client in loops {
        client.await??;
    }
    let took = start.elapsed();
    store.close().await?;
    Ok(rate(count, took))
}

/// Ten streams of 10,000 events each, one after the other.
const LONG: usize = 10_000;

fn raw_stream(folder: &Path) -> Outcome<f64> {
    let connection = raw(folder)?;
    insert_raw(&connection, 1000, 0, LONG * 10, 10)?;
    let mut select = connection.prepare(
        "SELECT position, version, event_type, recorded_at, payload FROM events WHERE stream = ?1 ORDER BY version",
    )?;
    let mut best = f64::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        let mut rows = select.query([3])?;
        let mut letters = 0;
        while let Some(row) = rows.next()? {
            letters += letters_of(row.get_ref(4)?.as_bytes()?)?;
        }
        std::hint::black_box(letters);
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(LONG as f64 / best)
}

async fn store_stream(folder: &Path) -> Outcome<f64> {
    let store = SqliteStore::open(folder.join("store.db")).await?;
    for start in 0..LONG / 100 {
        for stream in 0..10 {
            let expected = ExpectedVersion::Exact(StreamVersion::new(start as u64 * 100));
            store.append(append(stream, expected, 100)).await?;
        }
    }
    let mut best = f64::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        let stream = StreamId::new("Account", "account-3");
        let mut read = ReadStream { detail: Detail::Payload, ..ReadStream::forward(stream) };
        let mut letters = 0;
        loop {
            let page = store.read_stream(read.clone()).await?;
            for event in page.iter() {
                letters += letters_of(event.payload())?;
            }
            if read.is_last(&page) {
                break;
            }
            read.from = page.last().map_or(read.from, |event| event.version().plus(1));
        }
        std::hint::black_box(letters);
        best = best.min(start.elapsed().as_secs_f64());
    }
    store.close().await?;
    Ok(LONG as f64 / best)
}

fn letters_of(json: &[u8]) -> Outcome<usize> {
    let payload: Payload = serde_json::from_slice(json)?;
    Ok(payload.account.len() + payload.amount.len() + payload.reference.len())
}

fn raw_log(folder: &Path) -> Outcome<f64> {
    let connection = raw(folder)?;
    insert_raw(&connection, 1000, 0, 100_000, STREAMS)?;
    let mut select =
        connection.prepare("SELECT * FROM events WHERE position > ?1 ORDER BY position LIMIT 4096")?;
    let start = Instant::now();
    let (mut after, mut letters, mut count) = (0_i64, 0, 0_usize);
    loop {
        let before = count;
        let mut rows = select.query([after])?;
        while let Some(row) = rows.next()? {
            after = row.get(0)?;
            letters += row.get_ref(11)?.as_bytes()?.len();
            count += 1;
        }
        if count == before {
            break;
        }
    }
    std::hint::black_box(letters);
    Ok(rate(count, start.elapsed()))
}

async fn store_log(folder: &Path) -> Outcome<f64> {
    let store = SqliteStore::open(folder.join("store.db")).await?;
    for start in (0..100_000).step_by(STREAMS) {
        let numbers = start..(start + STREAMS).min(100_000);
        let appends: Vec<_> =
            numbers.map(|number| store.append(append(number % STREAMS, ExpectedVersion::Any, 1))).collect();
        for outcome in appends {
            outcome.await?;
        }
    }
    let start = Instant::now();
    let (mut letters, mut count) = (0, 0);
    let mut read = ReadAll::after(Position::START);
    loop {
        let page = store.read_all(read.clone()).await?;
        if page.end() <= read.after {
            break;
        }
        letters += page.payload_bytes();
        count += page.len();
        read.after = page.end();
    }
    std::hint::black_box(letters);
    let took = start.elapsed();
    store.close().await?;
    Ok(rate(count, took))
}
