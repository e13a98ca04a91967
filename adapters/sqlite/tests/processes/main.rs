//! Tests with several processes: one that is killed again and again, and several that write to one file.
//!
//! The processes are this program itself, told by its environment which part to play; so it has a `main` of its own in place of the
//! test harness. It takes the harness's arguments that matter: a part of a name, `--skip`, `--exact`, `--list`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails panics, its helpers included; a part talks to the test by what it prints"
)]

mod crash;
mod domain;
mod read_side;
mod shared;
mod takeover;

use std::panic::catch_unwind;
use std::process::{Child, Command, ExitCode, Stdio};

/// What tells a process which part to play, and on which file.
const PART: &str = "CQRS_TEST_PART";
const FILE: &str = "CQRS_TEST_FILE";

/// A test and its name.
type Test = (&'static str, fn());

const TESTS: [Test; 8] = [
    (
        "crash::what_was_acknowledged_outlives_kill_9_whole_and_folded",
        crash::what_was_acknowledged_outlives_kill_9_whole_and_folded,
    ),
    ("crash::read_side::continuous_rows_outlive_kill_9", read_side::continuous_rows_outlive_kill_9),
    (
        "crash::read_side::rows_that_are_built_anew_outlive_kill_9",
        read_side::rows_that_are_built_anew_outlive_kill_9,
    ),
    (
        "takeover::of_two_processes_with_a_changed_definition_one_builds_and_both_serve",
        takeover::of_two_processes_with_a_changed_definition_one_builds_and_both_serve,
    ),
    (
        "takeover::another_process_goes_on_where_a_killed_builder_was",
        takeover::another_process_goes_on_where_a_killed_builder_was,
    ),
    (
        "shared::writers_in_several_processes_never_lose_or_mix_up_events",
        shared::writers_in_several_processes_never_lose_or_mix_up_events,
    ),
    (
        "shared::an_idle_store_notices_and_folds_what_another_process_recorded",
        shared::an_idle_store_notices_and_folds_what_another_process_recorded,
    ),
    (
        "shared::a_store_that_another_process_keeps_locked_is_busy_and_then_goes_on",
        shared::a_store_that_another_process_keeps_locked_is_busy_and_then_goes_on,
    ),
];

fn main() -> ExitCode {
    if let (Ok(part), Ok(file)) = (std::env::var(PART), std::env::var(FILE)) {
        match part.as_str() {
            "until killed" => crash::record_until_killed(&file),
            "project" => read_side::project_until_killed(&file),
            "build the first" => read_side::build_anew_until_killed::<read_side::Totals>(&file),
            "build the second" => read_side::build_anew_until_killed::<read_side::Largest>(&file),
            "serve" => takeover::serve(&file),
            "record" => shared::record_some(&file),
            "lock" => shared::keep_locked(&file),
            other => panic!("there is no part `{other}`"),
        }
        return ExitCode::SUCCESS;
    }
    let (mut wanted, mut skipped, mut exact, mut list) = (Vec::new(), Vec::new(), false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--skip" => skipped.extend(arguments.next()),
            "--exact" => exact = true,
            "--list" => list = true,
            "--test-threads" | "--format" | "--color" | "-Z" => drop(arguments.next()),
            option if option.starts_with('-') => {}
            _ => wanted.push(argument),
        }
    }
    let names = |name: &str, text: &String| if exact { name == text } else { name.contains(text.as_str()) };
    let chosen = TESTS.iter().filter(|(name, _)| {
        (wanted.is_empty() || wanted.iter().any(|text| names(name, text)))
            && !skipped.iter().any(|text| names(name, text))
    });
    if list {
        chosen.for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let (mut passed, mut failed) = (0, 0);
    for (name, test) in chosen {
        let outcome = catch_unwind(test);
        println!("test {name} ... {}", if outcome.is_ok() { "ok" } else { "FAILED" });
        if outcome.is_ok() { passed += 1 } else { failed += 1 }
    }
    let result = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {result}. {passed} passed; {failed} failed\n");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

/// Starts this program as another process that plays a part on a file; what it prints is piped.
fn start(part: &str, file: &std::path::Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(PART, part).env(FILE, file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Runs a test's future on a runtime of its own.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}
