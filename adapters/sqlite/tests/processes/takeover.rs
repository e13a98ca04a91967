//! Two processes that want the same rows built anew: one builds, under a lease, and the other goes on when that one is killed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use cqrs_core::Position;
use cqrs_sqlite::SqliteStore;
use rusqlite::{Connection, OptionalExtension};
use tempfile::TempDir;

use crate::read_side::{Largest, Log, Totals, builder, fill, finish};
use crate::{block_on, start};

/// How long a builder keeps its lease: long beside a batch, short beside a test.
const LEASE: Duration = Duration::from_secs(1);

/// How long anything takes at most.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn of_two_processes_with_a_changed_definition_one_builds_and_both_serve() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let mut log = rows_of_another_definition(&path);
    let processes = [start("serve", &path), start("serve", &path)];
    let file = Connection::open(&path).unwrap();
    let mut holders = std::collections::BTreeSet::new();
    wait_until("the new rows serve", || {
        holders.extend(lease(&file).map(|(holder, _)| holder));
        building(&file).is_none() && !holders.is_empty()
    });
    processes.into_iter().for_each(expect_serving);
    assert_eq!(holders.len(), 1, "one process builds");
    assert!(finish::<Totals>(&path, &mut log).next.is_none(), "all is built");
}

pub(crate) fn another_process_goes_on_where_a_killed_builder_was() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let mut log = rows_of_another_definition(&path);
    let mut builder = start("serve", &path);
    let file = Connection::open(&path).unwrap();
    wait_until("the build is under way", || building(&file).is_some_and(|checkpoint| checkpoint > 0));
    let (first, _) = lease(&file).unwrap();
    let other = start("serve", &path);
    builder.kill().unwrap();
    builder.wait().unwrap();
    let at = building(&file).expect("the builder was killed half way");
    let (_, until) = lease(&file).unwrap();
    wait_until("the other process builds", || lease(&file).is_some_and(|(holder, _)| holder != first));
    assert!(jiff::Timestamp::now().as_microsecond() >= until, "nobody builds before the lease has ended");
    assert!(building(&file).is_none_or(|checkpoint| checkpoint >= at), "the build goes on where it was");
    expect_serving(other);
    assert!(finish::<Totals>(&path, &mut log).next.is_none(), "all is built");
}

/// A log with rows of a definition that is to change.
fn rows_of_another_definition(path: &Path) -> Log {
    let mut log = Log::default();
    fill(path);
    finish::<Largest>(path, &mut log);
    log
}

/// The part of a process that says when its rows serve, and ends when told to.
pub(crate) fn serve(file: &str) {
    block_on(async {
        let store = SqliteStore::open(file).await.unwrap();
        let app = builder::<Totals>(&store).build_lease(LEASE).build().await.unwrap();
        app.wait_for::<Totals>(Position::START, PATIENCE).await.unwrap();
        println!("serving");
        let _ = std::io::stdin().read(&mut [0]);
        app.shutdown().await.unwrap();
    });
}

fn expect_serving(mut process: Child) {
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "serving\n");
    drop(process.stdin.take());
    assert!(process.wait().unwrap().success());
}

/// Who may build, and until when.
fn lease(file: &Connection) -> Option<(Vec<u8>, i64)> {
    let sql = "SELECT holder, until FROM cqrs_leases WHERE name = 'build totals'";
    file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional().unwrap()
}

/// How far the new rows are built, where they are.
fn building(file: &Connection) -> Option<i64> {
    let sql = "SELECT checkpoint FROM cqrs_projections WHERE name = 'totals' AND generation = 'next'";
    file.query_row(sql, [], |row| row.get(0)).optional().unwrap()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
