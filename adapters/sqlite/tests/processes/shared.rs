//! Several processes with one file.

use std::io::{BufRead, BufReader, Read, Write};
use std::time::Duration;

use cqrs_core::store::{AppendError, EventStore, ReadModelStore};
use cqrs_core::{ExpectedVersion, Position};
use cqrs_sqlite::SqliteStore;
use tempfile::TempDir;

use crate::crash::is_busy;
use crate::domain::{all_events, append_in_turn, check_log, decision, on_commit, totals, totals_of};
use crate::{block_on, start};

/// How many events each process records, on how many accounts that all share.
const EVENTS: u64 = 200;
const ACCOUNTS: u64 = 3;

pub(crate) fn writers_in_several_processes_never_lose_or_mix_up_events() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let mut others = [start("record", &path), start("record", &path)];
    block_on(async {
        let store = SqliteStore::open(&path).await.unwrap();
        store.open_table(on_commit().table()).await.unwrap();
        store.attach(on_commit()).await.unwrap();
        for number in 0..EVENTS {
            append_in_turn(&store, number % ACCOUNTS).await;
        }
        for other in &mut others {
            drop(other.stdin.take());
            assert!(other.wait().unwrap().success());
        }
        let events = all_events(&store).await;
        assert_eq!(events.len() as u64, 3 * EVENTS);
        check_log(&events);
        // One more append folds whatever the others recorded last.
        append_in_turn(&store, 0).await;
        let events = all_events(&store).await;
        let (rows, checkpoint) = totals(&store, on_commit().table()).await;
        assert_eq!(checkpoint, events.last().unwrap().meta.position);
        assert_eq!(rows, totals_of(&events, checkpoint));
    });
}

/// The part of another writer, which knows nothing of any read model.
pub(crate) fn record_some(file: &str) {
    block_on(async {
        let store = SqliteStore::open(file).await.unwrap();
        for number in 0..EVENTS {
            append_in_turn(&store, number % ACCOUNTS).await;
        }
        store.close().await.unwrap();
    });
}

pub(crate) fn an_idle_store_notices_and_folds_what_another_process_recorded() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    block_on(async {
        let store = SqliteStore::open(&path).await.unwrap();
        store.open_table(on_commit().table()).await.unwrap();
        store.attach(on_commit()).await.unwrap();
        let mut head = store.watch_head();
        let mut other = start("record", &path);
        let all = Position::new(EVENTS);
        let noticed = tokio::time::timeout(Duration::from_secs(60), head.wait_for(|head| *head >= all)).await;
        assert!(noticed.is_ok(), "the store never noticed");
        assert!(other.wait().unwrap().success());
        let events = all_events(&store).await;
        let (rows, checkpoint) = totals(&store, on_commit().table()).await;
        assert_eq!(checkpoint, all, "the rows are as new as the head that was told");
        assert_eq!(rows, totals_of(&events, checkpoint));
    });
}

pub(crate) fn a_store_that_another_process_keeps_locked_is_busy_and_then_goes_on() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    block_on(async {
        let store = SqliteStore::builder(&path).busy_timeout(Duration::from_millis(50)).open().await.unwrap();
        let mut other = start("lock", &path);
        let mut said = BufReader::new(other.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        let append = || store.append(decision(1, 1, ExpectedVersion::Any).1);
        match append().await {
            Err(AppendError::Store(error)) => assert!(is_busy(&error), "{error}"),
            other => panic!("expected a busy store, found {other:?}"),
        }
        assert!(all_events(&store).await.is_empty(), "readers wait for nobody");
        other.stdin.take().unwrap().write_all(b"go on\n").unwrap();
        assert!(other.wait().unwrap().success());
        append().await.unwrap();
    });
}

/// The part of a program that holds the file's lock until it is told to go on.
pub(crate) fn keep_locked(file: &str) {
    let sql = rusqlite::Connection::open(file).unwrap();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    println!("locked");
    let _ = std::io::stdin().read(&mut [0]);
    sql.execute_batch("ROLLBACK").unwrap();
}
