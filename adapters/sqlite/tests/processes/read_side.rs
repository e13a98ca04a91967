//! An application that is killed at a random moment while its rows follow the log, and while they are built anew.
//!
//! After each kill the file is read as any other program reads it: rows and dead letters, those that serve and those that are being
//! built, must be what a fold from scratch up to their own checkpoint makes of the log.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use cqrs_core::store::EventStore;
use cqrs_core::{
    App, AppBuilder, ApplyError, ExpectedVersion, Meta, Position, Projection, Refresh, Row, TryProject,
};
use cqrs_sqlite::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::crash::{random, rounds};
use crate::domain::{Deposited, decision};
use crate::{block_on, start};

/// On how many accounts clients record while rows are folded.
const ACCOUNTS: u64 = 500;

/// How many decisions are there before anything is built anew, and how many events each of them has.
const DECISIONS: u64 = 400;
const EVENTS: u64 = 100;

/// How long the life of an application is at most; that of one that builds is long beside the folding of a batch.
const LIFE: Duration = Duration::from_millis(200);
const LIFE_OF_A_BUILDER: Duration = Duration::from_millis(1200);

/// After so many lives the definition changes; a build outlives several of them.
const LIVES: u64 = 5;

/// One definition of the table.
#[derive(Projection, Clone, Default)]
#[projection(table = "totals", key(account: String), on(Deposited))]
pub(crate) struct Totals {
    deposits: i64,
    amount: i64,
}

/// Another definition of the same table.
#[derive(Projection, Clone, Default)]
#[projection(table = "totals", key(account: String), on(Deposited))]
pub(crate) struct Largest {
    deposits: i64,
    amount: i64,
    largest: i64,
}

impl TryProject<Deposited> for Totals {
    fn try_project(row: &mut Row<Self>, event: &Deposited, _: &Meta) -> Result<(), ApplyError> {
        refuse_poison(event)?;
        let row = row.or_default();
        row.deposits += 1;
        row.amount += event.amount;
        Ok(())
    }
}

impl TryProject<Deposited> for Largest {
    fn try_project(row: &mut Row<Self>, event: &Deposited, _: &Meta) -> Result<(), ApplyError> {
        refuse_poison(event)?;
        let row = row.or_default();
        row.deposits += 1;
        row.amount += event.amount;
        row.largest = row.largest.max(event.amount);
        Ok(())
    }
}

fn refuse_poison(event: &Deposited) -> Result<(), ApplyError> {
    if is_poison(event) { Err(ApplyError::new("an unlucky decision")) } else { Ok(()) }
}

/// Whether an event cannot be taken in, as now and then the first one of a decision.
fn is_poison(event: &Deposited) -> bool {
    event.amount == 1 && event.decision.as_bytes()[15] < 2
}

pub(crate) fn continuous_rows_outlive_kill_9() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let mut log = Log::default();
    for _ in 0..rounds() {
        kill_after_a_while("project", &path, LIFE);
        log.check(&path);
    }
    finish::<Totals>(&path, &mut log);
    assert!(log.letters > 0, "no event was set aside");
}

pub(crate) fn rows_that_are_built_anew_outlive_kill_9() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    fill(&path);
    let mut log = Log::default();
    finish::<Largest>(&path, &mut log);
    let (mut interrupted, mut swapped, mut serving) = (0, 0, log.check(&path).live.id);
    for round in 0..rounds() {
        let part = if (round / LIVES).is_multiple_of(2) { "build the first" } else { "build the second" };
        kill_after_a_while(part, &path, LIFE_OF_A_BUILDER);
        let tables = log.check(&path);
        interrupted += u64::from(tables.next.is_some());
        swapped += u64::from(std::mem::replace(&mut serving, tables.live.id) != tables.live.id);
    }
    // Whichever definition serves, what the other one has begun is built to its end.
    finish::<Totals>(&path, &mut log);
    assert!(finish::<Largest>(&path, &mut log).next.is_none(), "all is built");
    println!("{interrupted} of {} kills came while rows were built, {swapped} builds were done", rounds());
    assert!(interrupted > 0, "no kill came while rows were built");
}

/// Starts an application and kills it some time after it runs.
fn kill_after_a_while(part: &str, path: &Path, life: Duration) {
    let mut running = start(part, path);
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().expect("the application runs").unwrap(), "running");
    std::thread::sleep(Duration::from_micros(random(life.as_micros() as u64)));
    running.kill().unwrap();
    running.wait().unwrap();
}

/// Lets an application come to rest, and checks that its rows include the whole log.
pub(crate) fn finish<P: Projection>(path: &Path, log: &mut Log) -> Tables {
    block_on(async {
        let store = SqliteStore::open(path).await.unwrap();
        let app = builder::<P>(&store).build().await.unwrap();
        let head = store.head().await.unwrap();
        app.wait_for::<P>(head, Duration::from_secs(60)).await.unwrap();
        no_longer_building(&app).await;
        app.shutdown().await.unwrap();
    });
    let tables = log.check(path);
    let newest = log.events.last().map_or(0, |event| event.position);
    assert_eq!(tables.live.checkpoint, newest);
    tables
}

/// Records what is there before rows are built anew.
pub(crate) fn fill(path: &Path) {
    block_on(async {
        let store = SqliteStore::open(path).await.unwrap();
        for _ in 0..DECISIONS {
            let (_, append) = decision(random(ACCOUNTS), EVENTS, ExpectedVersion::Any);
            store.append(append).await.unwrap();
        }
        store.close().await.unwrap();
    });
}

/// An application whose builders are replaced soon when they are killed.
pub(crate) fn builder<P: Projection>(store: &SqliteStore) -> AppBuilder {
    App::builder(store.clone()).projection::<P>(Refresh::Continuous).build_lease(Duration::from_millis(50))
}

async fn no_longer_building(app: &App) {
    while app.projections().await.unwrap()[0].building.is_some() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The part of an application whose rows follow what its clients record.
pub(crate) fn project_until_killed(file: &str) {
    block_on(async {
        let store = SqliteStore::open(file).await.unwrap();
        let _app = builder::<Totals>(&store).build().await.unwrap();
        println!("running");
        record_for_ever(store).await;
    });
}

/// The part of an application that builds its rows anew while its clients record: because of their definition, and then by hand.
pub(crate) fn build_anew_until_killed<P: Projection>(file: &str) {
    block_on(async {
        let store = SqliteStore::open(file).await.unwrap();
        let app = builder::<P>(&store).build_in_background().build().await.unwrap();
        println!("running");
        tokio::spawn(record_for_ever(store));
        app.wait_for::<P>(Position::START, Duration::from_secs(60)).await.unwrap();
        loop {
            no_longer_building(&app).await;
            app.projection::<P>().unwrap().rebuild().await.unwrap();
        }
    });
}

async fn record_for_ever(store: SqliteStore) {
    let client = async || {
        loop {
            let (_, append) = decision(random(ACCOUNTS), 1 + random(4), ExpectedVersion::Any);
            store.append(append).await.unwrap();
        }
    };
    tokio::join!(client(), client(), client(), client());
}

/// The log as far as it was read, and how far each table was when it was last looked at.
#[derive(Default)]
pub(crate) struct Log {
    events: Vec<Logged>,
    live: i64,
    next: Option<(i64, i64)>,
    letters: usize,
}

struct Logged {
    position: i64,
    account: String,
    amount: i64,
    is_poison: bool,
}

/// The table that serves, and the one that is being built.
pub(crate) struct Tables {
    pub(crate) live: Table,
    pub(crate) next: Option<Table>,
}

#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub(crate) id: i64,
    pub(crate) checkpoint: i64,
}

type Totaled = BTreeMap<String, (i64, i64)>;

/// Positions of dead letters, and whether they failed or wait behind one that did.
type Letters = Vec<(i64, bool)>;

impl Log {
    /// Checks that each table is a fold from scratch up to its checkpoint, and that none has gone back.
    pub(crate) fn check(&mut self, path: &Path) -> Tables {
        let file = Connection::open(path).unwrap();
        let integrity: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(integrity, "ok");
        self.read_on(&file);
        let live = registered(&file, "live").expect("a table serves");
        self.check_table(&file, live, "totals");
        assert!(live.checkpoint >= self.live, "rows that served are gone");
        self.live = live.checkpoint;
        let next = registered(&file, "next");
        if let Some(next) = next {
            self.check_table(&file, next, "cqrs_next_totals");
            let begun = self.next.filter(|(id, _)| *id == next.id);
            assert!(begun.is_none_or(|(_, before)| next.checkpoint >= before), "the build began anew");
        }
        self.next = next.map(|next| (next.id, next.checkpoint));
        Tables { live, next }
    }

    fn read_on(&mut self, file: &Connection) {
        let sql = "SELECT event.position, stream.aggregate_id, event.payload FROM cqrs_events AS event \
                   JOIN cqrs_streams AS stream ON stream.id = event.stream \
                   WHERE event.position > ?1 ORDER BY event.position";
        let mut statement = file.prepare(sql).unwrap();
        let newest = self.events.last().map_or(0, |event| event.position);
        let logged = statement.query_map([newest], |row| {
            let event: Deposited = serde_json::from_str(&row.get::<_, String>(2)?).unwrap();
            let (amount, is_poison) = (event.amount, is_poison(&event));
            Ok(Logged { position: row.get(0)?, account: row.get(1)?, amount, is_poison })
        });
        self.events.extend(logged.unwrap().map(Result::unwrap));
    }

    fn check_table(&mut self, file: &Connection, table: Table, name: &str) {
        let (rows, letters) = self.folded_up_to(table.checkpoint);
        let mut statement = file.prepare(&format!("SELECT account, deposits, amount FROM {name}")).unwrap();
        let found = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))));
        let found: Totaled = found.unwrap().map(Result::unwrap).collect();
        assert!(found == rows, "the rows of {name} are those of its checkpoint");
        let sql = "SELECT position, reason IS NOT NULL FROM cqrs_dead_letters WHERE projection = ?1 ORDER BY position";
        let mut statement = file.prepare(sql).unwrap();
        let found = statement.query_map([table.id], |row| Ok((row.get(0)?, row.get(1)?)));
        let found: Letters = found.unwrap().map(Result::unwrap).collect();
        assert!(found == letters, "the dead letters of {name} are those of its checkpoint");
        self.letters = letters.len();
    }

    /// What the rows and the dead letters must be as of a position.
    fn folded_up_to(&self, checkpoint: i64) -> (Totaled, Letters) {
        let (mut rows, mut letters) = (Totaled::new(), Letters::new());
        let mut held = std::collections::HashSet::new();
        for event in self.events.iter().take_while(|event| event.position <= checkpoint) {
            if event.is_poison || held.contains(&event.account) {
                let is_first = held.insert(&event.account);
                letters.push((event.position, is_first));
                continue;
            }
            let row = rows.entry(event.account.clone()).or_default();
            row.0 += 1;
            row.1 += event.amount;
        }
        (rows, letters)
    }
}

fn registered(file: &Connection, generation: &str) -> Option<Table> {
    let sql = "SELECT id, checkpoint FROM cqrs_projections WHERE name = 'totals' AND generation = ?1";
    let mut statement = file.prepare(sql).unwrap();
    let table =
        statement.query_map([generation], |row| Ok(Table { id: row.get(0)?, checkpoint: row.get(1)? }));
    table.unwrap().map(Result::unwrap).next()
}
