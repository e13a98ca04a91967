//! How long a large schema takes: checked, and written out as Rust.
//!
//! `cargo bench -p cqrs-codegen --bench schema` makes a schema of 100 aggregates, 1,000 events and 300 commands in memory
//! and prints the medians of many runs. The limit that the project has set itself is 150 ms for both together.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that fails panics"
)]

mod made_up;

use std::path::Path;
use std::time::{Duration, Instant};

use cqrs_codegen::load::InMemory;

/// How often each stage is run.
const RUNS: usize = 21;

fn main() {
    let (events, commands) = (made_up::EVENTS * 100, made_up::COMMANDS * 100);
    println!("a schema of 100 aggregates, {events} events and {commands} commands, {RUNS} runs");
    measure(&made_up::schema(100, false));
    println!("\nthe same with 100 projections and 100 queries");
    measure(&made_up::schema(100, true));
}

fn measure(schema: &str) {
    let path = Path::new("made_up.yaml");
    let files = InMemory::default().with(path, schema);
    let (mut check, mut emit) = (Vec::new(), Vec::new());
    let mut rust = String::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let outcome = cqrs_codegen::check(&files, path);
        check.push(start.elapsed());
        let checked = outcome.checked.expect("the made-up schema is valid");
        let start = Instant::now();
        rust = cqrs_codegen::emit::rust::module(&checked, &outcome.sources);
        emit.push(start.elapsed());
    }
    let (check, emit) = (median(check), median(emit));
    let (lines, events) = (rust.lines().count(), made_up::EVENTS * 100);
    println!("check     {:>6.1} ms", milliseconds(check));
    println!("emit      {:>6.1} ms", milliseconds(emit));
    println!("together  {:>6.1} ms", milliseconds(check + emit));
    println!("{} lines of YAML, {lines} lines of Rust: {} an event", schema.lines().count(), lines / events);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
