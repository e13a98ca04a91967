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
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use cqrs_core::store::{Append, EventStore as _, ReadAll};
use cqrs_core::{ExpectedVersion, Position, RecordedEvent, StreamId};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use samples::{Place, append};
use serde::Deserialize;
use tokio::sync::watch;
use uuid::Uuid;

/// What tells a process where to write.
const ADDRESS: &str = "CQRS_TEST_ADDRESS";
const SCHEMA: &str = "CQRS_TEST_SCHEMA";

const NAME: &str = "killed_writers_leave_whole_decisions_and_a_reader_skips_and_repeats_nothing";

/// How many processes write at a time, each with so many tasks, on so many accounts that all share.
const WRITERS: usize = 3;
const TASKS: u64 = 8;
const ACCOUNTS: u64 = 5;

#[derive(Deserialize)]
struct Deposited {
    amount: i64,
}

fn main() -> ExitCode {
    if let (Ok(address), Ok(schema)) = (std::env::var(ADDRESS), std::env::var(SCHEMA)) {
        block_on(write_until_killed(&address, &schema));
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let mut names = arguments.iter().filter(|argument| !argument.starts_with('-')).peekable();
    let is_chosen = names.peek().is_none() || names.any(|name| NAME.contains(name.as_str()));
    if arguments.iter().any(|argument| argument == "--list") {
        println!("{NAME}: test");
    } else if is_chosen {
        block_on(killed_writers_leave_whole_decisions());
        println!("test {NAME} ... ok\n\ntest result: ok. 1 passed; 0 failed\n");
    }
    ExitCode::SUCCESS
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

/// A process that writes, and what it says was acknowledged.
struct Writer {
    process: Child,
    acknowledged: JoinHandle<Vec<(Uuid, Position)>>,
}

impl Writer {
    fn start(schema: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(ADDRESS, Server::of_this_process().address()).env(SCHEMA, schema);
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
    let mut writers: Vec<_> = (0..WRITERS).map(|_| Writer::start(&place.schema)).collect();
    let rounds = std::env::var("CQRS_CRASH_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap());
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(100 + random(200))).await;
        let killed = std::mem::replace(&mut writers[round % WRITERS], Writer::start(&place.schema));
        acknowledged.extend(killed.kill());
    }
    writers.into_iter().for_each(|writer| acknowledged.extend(writer.kill()));
    stop.send(true).unwrap();
    let events = reader.await.unwrap();
    check(&events);
    assert!(acknowledged.len() > rounds, "{} decisions are too few to say anything", acknowledged.len());
    for (command_id, position) in &acknowledged {
        let found = store.find_command(*command_id).await.unwrap().expect("what was acknowledged is there");
        assert_eq!(found.position, *position);
        assert!(events.len() as u64 >= position.get());
    }
    println!("{} decisions were acknowledged, {} events recorded", acknowledged.len(), events.len());
    store.close().await.unwrap();
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
