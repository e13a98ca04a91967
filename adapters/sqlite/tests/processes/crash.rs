//! A writer that is killed at a random moment, again and again, on one file.
//!
//! It has on-commit and continuous read models, several clients, and appends of several events. Twenty rounds by default;
//! `CQRS_CRASH_ROUNDS` says how many.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{
    EventStore, FoldError, Generation, ReadAll, ReadModelStore, StoreError, StoreErrorKind,
};
use cqrs_core::{ExpectedVersion, Position};
use cqrs_sqlite::SqliteStore;
use tempfile::TempDir;
use uuid::Uuid;

use crate::domain::{all_events, check_log, decision, later, on_commit, totals, totals_of};
use crate::{block_on, start};

/// How many clients the writer has, and on how many accounts.
const CLIENTS: u64 = 8;
const ACCOUNTS: u64 = 20;

/// An append that the writer says was acknowledged.
struct Acknowledged {
    decision: Uuid,
    events: u64,
    version: u64,
}

pub(crate) fn what_was_acknowledged_outlives_kill_9_whole_and_folded() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let mut acknowledged = Vec::new();
    for round in 1..=rounds() {
        let before = acknowledged.len();
        acknowledged.extend(record_and_kill(&path));
        assert!(acknowledged.len() > before, "round {round} acknowledged nothing");
        block_on(check(&path, &acknowledged));
    }
}

/// How many times a process is killed.
pub(crate) fn rounds() -> u64 {
    std::env::var("CQRS_CRASH_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number of rounds"))
}

/// Starts a writer, kills it some time after its first acknowledgement, and returns all that it acknowledged.
fn record_and_kill(path: &Path) -> Vec<Acknowledged> {
    let mut writer = start("until killed", path);
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let first = lines.next().expect("the writer acknowledges something").unwrap();
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_micros(random(150_000)));
    writer.kill().unwrap();
    writer.wait().unwrap();
    let rest = rest.join().unwrap();
    // The last line may be cut off where the writer was killed.
    [first].iter().chain(&rest).filter_map(|line| acknowledgement(line)).collect()
}

fn acknowledgement(line: &str) -> Option<Acknowledged> {
    let line = line.strip_prefix("recorded ")?.strip_suffix(" .")?;
    let mut parts = line.split(' ');
    let decision = parts.next()?.parse().ok()?;
    let events = parts.next()?.parse().ok()?;
    Some(Acknowledged { decision, events, version: parts.next()?.parse().ok()? })
}

async fn check(path: &Path, acknowledged: &[Acknowledged]) {
    let store = SqliteStore::open(path).await.unwrap();
    let events = all_events(&store).await;
    check_log(&events);
    let mut recorded = BTreeMap::<Uuid, (u64, u64)>::new();
    for event in &events {
        let deposit: crate::domain::Deposited = serde_json::from_slice(&event.payload).unwrap();
        let (count, version) = recorded.entry(deposit.decision).or_default();
        *count += 1;
        *version = event.meta.version.get();
    }
    for Acknowledged { decision, events, version } in acknowledged {
        assert_eq!(
            recorded.get(decision),
            Some(&(*events, *version)),
            "decision {decision} was acknowledged"
        );
    }
    let head = events.last().map_or(Position::START, |last| last.meta.position);
    let (rows, checkpoint) = totals(&store, on_commit().table()).await;
    assert_eq!(checkpoint, head, "on-commit rows are as new as the log");
    assert_eq!(rows, totals_of(&events, head));
    let (rows, checkpoint) = totals(&store, later().table()).await;
    assert!(checkpoint <= head);
    assert_eq!(rows, totals_of(&events, checkpoint), "rows and checkpoint belong together");
    store.close().await.unwrap();
    let sql = rusqlite::Connection::open(path).unwrap();
    let integrity: String = sql.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
}

/// The part of the process that is killed: each client says what was acknowledged, one line at a time.
pub(crate) fn record_until_killed(file: &str) {
    block_on(async {
        let store = SqliteStore::open(file).await.unwrap();
        store.open_table(on_commit().table()).await.unwrap();
        store.open_table(later().table()).await.unwrap();
        store.attach(on_commit()).await.unwrap();
        let follower = tokio::spawn(follow(store.clone()));
        for _ in 0..CLIENTS {
            let store = store.clone();
            tokio::spawn(async move {
                loop {
                    let of = 1 + random(4);
                    let (decision, append) = decision(random(ACCOUNTS), of, ExpectedVersion::Any);
                    let appended = store.append(append).await.unwrap();
                    let line = format!("recorded {decision} {of} {} .\n", appended.version);
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            });
        }
        follower.await.unwrap();
    });
}

/// Keeps the second read model up to date, as a continuous projection does.
async fn follow(store: SqliteStore) {
    let projector = later();
    let mut head = store.watch_head();
    let mut after = store.checkpoint(projector.table()).await.unwrap();
    loop {
        head.mark_unchanged();
        let read = ReadAll { limit: 64, filter: projector.filter().clone(), ..ReadAll::after(after) };
        let batch = store.read_all(read).await.unwrap();
        let end = batch.end();
        match store.fold(Arc::clone(&projector), Generation::Live, after, Arc::new(batch)).await {
            Ok(_) if end == after => drop(head.changed().await),
            Ok(_) => after = end,
            Err(FoldError::Store(error)) if error.is_retryable() => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// A random number below a bound.
pub(crate) fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// Whether an error says that the database was locked.
pub(crate) fn is_busy(error: &StoreError) -> bool {
    error.kind() == StoreErrorKind::Busy && error.is_retryable()
}
