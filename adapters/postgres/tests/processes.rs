//! Several processes on one database, which are killed with SIGKILL again and again while a reader follows the log.
//!
//! The processes are this program itself, told by its environment to write; so it has a `main` of its own in place of the test
//! harness. `CQRS_CRASH_ROUNDS` says how many are killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails panics, its helpers included; a part talks to the test by what it prints"
)]

mod samples;

use std::collections::HashMap;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use cqrs_core::store::{Append, EventStore as _, ReadAll};
use cqrs_core::{
    Aggregate, App, Apply, Event, EventSet, ExpectedVersion, Meta, Position, Project, Projection,
    RecordedEvent, Refresh, Row, StreamId,
};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use samples::{Place, append};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

/// What tells a process where to write.
const ADDRESS: &str = "CQRS_TEST_ADDRESS";
const SCHEMA: &str = "CQRS_TEST_SCHEMA";
const PART: &str = "CQRS_TEST_PART";

/// A test's name, which says what it shows.
const WRITERS_ARE_KILLED: &str =
    "killed_writers_leave_whole_decisions_and_a_reader_skips_and_repeats_nothing";
const PROJECTIONS_ARE_KILLED: &str = "rows_of_killed_projections_and_rebuilds_equal_a_fold_from_scratch";

/// How many processes write at a time, each with so many tasks, on so many accounts that all share.
const WRITERS: usize = 3;
const TASKS: u64 = 8;
const ACCOUNTS: u64 = 5;

#[derive(Event, Serialize, Deserialize)]
struct Deposited {
    amount: i64,
}

#[derive(EventSet)]
enum AccountEvent {
    Deposited(Deposited),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = AccountEvent, error = std::convert::Infallible)]
struct Account;

impl Apply<Deposited> for Account {
    fn apply(&mut self, _: &Deposited) {}
}

/// What came into an account, and how often something moved.
#[derive(Projection, Clone, Default)]
#[projection(key(account: String), on(Deposited))]
struct Turnover {
    received: i64,
    movements: i64,
}

impl Project<Deposited> for Turnover {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.received += event.amount.max(0);
        row.movements += 1;
    }
}

fn main() -> ExitCode {
    if let (Ok(address), Ok(schema), Ok(part)) = (env::var(ADDRESS), env::var(SCHEMA), env::var(PART)) {
        match part.as_str() {
            "write" => block_on(write_until_killed(&address, &schema)),
            "project" => block_on(project_until_killed(&address, &schema)),
            other => panic!("there is no part `{other}`"),
        }
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<_> = env::args().skip(1).collect();
    let is_list = arguments.iter().any(|argument| argument == "--list");
    let wanted: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let mut passed = 0;
    for name in [WRITERS_ARE_KILLED, PROJECTIONS_ARE_KILLED] {
        if !wanted.is_empty() && !wanted.iter().any(|text| name.contains(text.as_str())) {
            continue;
        }
        match name {
            _ if is_list => println!("{name}: test"),
            WRITERS_ARE_KILLED => block_on(killed_writers_leave_whole_decisions()),
            _ => block_on(rows_of_killed_projections_equal_a_fold_from_scratch()),
        }
        passed += 1;
        if !is_list {
            println!("test {name} ... ok");
        }
    }
    if !is_list {
        // One that fails panics, and ends the program with another code.
        println!("\ntest result: ok. {passed} passed; 0 failed\n");
    }
    ExitCode::SUCCESS
}

/// How many processes are killed.
fn rounds() -> usize {
    env::var("CQRS_CRASH_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}

/// Records decisions of two events that cancel each other out, and tells each that was acknowledged.
async fn write_until_killed(address: &str, schema: &str) {
    let store = PostgresStore::builder(address).schema(schema).connections(2).open().await.unwrap();
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for number in 1_i64.. {
                let account = format!("account {}", (task + number.unsigned_abs()) % ACCOUNTS);
                let command_id = Uuid::now_v7();
                let decision = append(&account, ExpectedVersion::Any, &[number, -number]);
                let decision = Append { command_id: Some(command_id), ..decision };
                let recorded = store.append(decision).await.unwrap();
                let line = format!("{command_id} {}\n", recorded.position);
                std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

/// A process that plays a part until it is killed, and what it says was acknowledged.
struct Part {
    process: Child,
    acknowledged: JoinHandle<Vec<(Uuid, Position)>>,
}

impl Part {
    fn start(part: &str, schema: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.env(ADDRESS, Server::of_this_process().address()).env(SCHEMA, schema).env(PART, part);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let acknowledged = std::thread::spawn(move || {
            // The last line may have been cut in two.
            let told = lines.map_while(Result::ok).filter_map(|line| {
                let (command_id, position) = line.split_once(' ')?;
                Some((command_id.parse().ok()?, Position::new(position.parse().ok()?)))
            });
            told.collect()
        });
        Self { process, acknowledged }
    }

    fn kill(mut self) -> Vec<(Uuid, Position)> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let mut told = self.acknowledged.join().unwrap();
        told.pop();
        told
    }
}

async fn killed_writers_leave_whole_decisions() {
    let place = Place::new();
    let store = place.open().await;
    let (stop, stopped) = watch::channel(false);
    let reader = tokio::spawn(follow(store.clone(), stopped));
    let mut writers: Vec<_> = (0..WRITERS).map(|_| Part::start("write", &place.schema)).collect();
    let mut acknowledged = Vec::new();
    for round in 0..rounds() {
        tokio::time::sleep(Duration::from_millis(100 + random(200))).await;
        let killed = std::mem::replace(&mut writers[round % WRITERS], Part::start("write", &place.schema));
        acknowledged.extend(killed.kill());
    }
    writers.into_iter().for_each(|writer| acknowledged.extend(writer.kill()));
    stop.send(true).unwrap();
    let events = reader.await.unwrap();
    check(&events);
    assert!(acknowledged.len() > rounds(), "{} decisions are too few to say anything", acknowledged.len());
    for (command_id, position) in &acknowledged {
        let found = store.find_command(*command_id).await.unwrap().expect("what was acknowledged is there");
        assert_eq!(found.position, *position);
        assert!(events.len() as u64 >= position.get());
    }
    println!("{} decisions were acknowledged, {} events recorded", acknowledged.len(), events.len());
    store.close().await.unwrap();
}

/// Keeps rows while others write, and builds them anew again and again.
async fn project_until_killed(address: &str, schema: &str) {
    let store = PostgresStore::builder(address).schema(schema).open().await.unwrap();
    let app = App::builder(store).projection::<Turnover>(Refresh::Continuous);
    // A builder that is killed is replaced soon.
    let app = app.build_lease(Duration::from_millis(50)).build().await.unwrap();
    let turnover = app.projection::<Turnover>().unwrap();
    loop {
        turnover.rebuild().await.unwrap();
    }
}

async fn rows_of_killed_projections_equal_a_fold_from_scratch() {
    let place = Place::new();
    let store = place.open().await;
    // The table is there before anybody looks at it.
    drop(App::builder(store.clone()).projection::<Turnover>(Refresh::Manual).build().await.unwrap());
    let writer = Part::start("write", &place.schema);
    let (mut interrupted, mut revision) = (0, 0);
    for _ in 0..rounds() {
        let (one, other) = (Part::start("project", &place.schema), Part::start("project", &place.schema));
        tokio::time::sleep(Duration::from_millis(100 + random(300))).await;
        one.kill();
        other.kill();
        rows_equal_a_fold(&place).await;
        let next = "SELECT count(*) FROM cqrs_projections WHERE generation = 'next'";
        interrupted += place.sql().await.query_one(next, &[]).await.unwrap().get::<_, i64>(0);
        let live = "SELECT revision FROM cqrs_projections WHERE generation = 'live'";
        revision = place.sql().await.query_one(live, &[]).await.unwrap().get::<_, i64>(0);
    }
    println!(
        "{interrupted} of {} kills came while rows were built; the table is at revision {revision}",
        rounds()
    );
    assert!(interrupted > 0, "no kill came while rows were built");
    writer.kill();
    let app = App::builder(store.clone()).projection::<Turnover>(Refresh::Manual).build().await.unwrap();
    let head = store.head().await.unwrap();
    assert_eq!(app.refresh::<Turnover>().await.unwrap(), head);
    let checkpoint = rows_equal_a_fold(&place).await;
    assert!(checkpoint > 1000 && checkpoint == head.to_i64(), "{checkpoint} of {head}");
    app.shutdown().await.unwrap();
}

/// Compares the live rows with what SQL makes of the events up to their checkpoint, in one snapshot; returns that.
async fn rows_equal_a_fold(place: &Place) -> i64 {
    let sql = "
        WITH live AS (SELECT checkpoint FROM cqrs_projections WHERE name = 'turnover' AND generation = 'live'),
        fold AS (
            SELECT aggregate_id AS account, sum(greatest((payload::json ->> 'amount')::bigint, 0))::bigint AS received,
                   count(*) AS movements
            FROM cqrs_log WHERE position <= (SELECT checkpoint FROM live) GROUP BY aggregate_id)
        SELECT (SELECT checkpoint FROM live), count(*)
        FROM fold FULL JOIN turnover USING (account, received, movements)
        WHERE fold.account IS NULL OR turnover.account IS NULL";
    let found = place.sql().await.query_one(sql, &[]).await.unwrap();
    let (checkpoint, different) = (found.get::<_, i64>(0), found.get::<_, i64>(1));
    assert_eq!(different, 0, "rows differ from a fold up to position {checkpoint}");
    checkpoint
}

/// Follows the log until told to stop, and on to its end; each event is the next one.
async fn follow(store: PostgresStore, stopped: watch::Receiver<bool>) -> Vec<RecordedEvent> {
    let mut events = Vec::<RecordedEvent>::new();
    let mut after = Position::START;
    loop {
        // Read before the page, so that a page without events is the end of the log once nobody writes.
        let is_last = *stopped.borrow();
        let page = store.read_all(ReadAll::after(after)).await.unwrap();
        for event in page.to_vec() {
            assert_eq!(event.meta.position.get(), events.len() as u64 + 1, "the reader skips or repeats");
            events.push(event);
        }
        if page.end() <= after {
            if is_last {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        after = page.end();
    }
}

/// Decisions are whole, and the versions of a stream are 1, 2, 3.
fn check(events: &[RecordedEvent]) {
    let amount = |event: &RecordedEvent| serde_json::from_slice::<Deposited>(&event.payload).unwrap().amount;
    let stream =
        |event: &RecordedEvent| StreamId::new(event.meta.aggregate_type.clone(), &*event.meta.aggregate_id);
    let mut versions = HashMap::<StreamId, u64>::new();
    for decision in events.chunks(2) {
        let [first, second] = decision else { panic!("half a decision is there") };
        assert_eq!((stream(first), amount(first)), (stream(second), -amount(second)));
        for event in decision {
            let version = versions.entry(stream(event)).or_default();
            *version += 1;
            assert_eq!(event.meta.version.get(), *version);
        }
    }
}

/// A random number below a bound.
fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}
