//! Ten releases of a bank, each held against the lock of those before it.
//!
//! `first.yaml` and `last.yaml` are the first and the last of them, `bank.lock` and `bank.corpus.jsonl` what was recorded on
//! the way; `UPDATE_EXPECT=1` writes them anew. That the code of the last reads what the code of the first has stored is held
//! by `tests/generated`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod chains;
mod deletions;
mod steps;

use std::path::Path;

use cqrs_codegen::Outcome;
use cqrs_codegen::evolution::{Released, hold, model};
use cqrs_codegen::load::InMemory;
use cqrs_codegen::render::{Colour, human_all};
use cqrs_evolution::model::Domain;
use cqrs_evolution::{corpus, lock};
use expect_test::expect_file;
use jiff::civil::Date;

use steps::{FORBIDDEN, STEPS, edited};

const FIRST: &str = include_str!("first.yaml");

/// The check of a schema beside a lock, as `cqrs check` makes it.
fn check(schema: &str, lock: &str) -> Outcome {
    let path = Path::new("bank.yaml");
    let files = InMemory::default().with(path, schema).with("bank.lock", lock);
    let mut outcome = cqrs_codegen::check(&files, path);
    let released = hold(&mut outcome, &files, path, Date::constant(2030, 1, 1));
    assert!(!matches!(released, Released::Nothing));
    outcome
}

/// The errors of an outcome, by their codes.
fn errors(outcome: &Outcome) -> Vec<&'static str> {
    let codes = outcome.diagnostics.iter().map(|it| it.code.id);
    codes.filter(|code| code.starts_with('E')).collect()
}

fn report(outcome: &Outcome) -> String {
    human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain)
}

/// The text of the lock after a release that contradicts nothing.
#[track_caller]
fn locked(lock: &str, release: &str) -> String {
    let outcome = check(release, lock);
    assert_eq!(errors(&outcome), [""; 0], "{}", report(&outcome));
    let today = model(&outcome.checked.unwrap());
    let text = lock::write(&lock::merge(&lock::read(lock).unwrap().domain, &today));
    assert_ne!(text, lock, "nothing was released");
    text
}

/// Every release with the lock after it.
fn releases() -> Vec<(&'static str, String, String)> {
    let mut lock = locked(&lock::write(&Domain::new("bank")), FIRST);
    let mut release = FIRST.to_owned();
    let mut releases = vec![("first", release.clone(), lock.clone())];
    for (name, edits) in STEPS {
        release = edited(&release, edits);
        lock = locked(&lock, &release);
        releases.push((name, release.clone(), lock.clone()));
    }
    releases
}

fn last() -> (String, String) {
    let (_, release, lock) = releases().pop().unwrap();
    (release, lock)
}

#[test]
fn ten_releases_pass_the_check_and_are_recorded() {
    assert_eq!(releases().len(), 10);
    let (release, lock) = last();
    let samples = corpus::generate(&lock::read(&lock).unwrap().domain);
    expect_file!["./last.yaml"].assert_eq(&release);
    expect_file!["./bank.lock"].assert_eq(&lock);
    expect_file!["./bank.corpus.jsonl"].assert_eq(&corpus::write(&samples).unwrap());
}

#[test]
fn each_release_keeps_every_shape_that_was_released_before() {
    let releases = releases();
    let (_, _, lock) = releases.last().unwrap();
    let lock = lock::read(lock).unwrap().domain;
    for (name, _, earlier) in &releases {
        for version in lock::read(earlier).unwrap().domain.versions() {
            assert!(lock.find(&version.stored_as()).is_some(), "{version} of `{name}`");
        }
    }
}

#[test]
fn each_forbidden_step_is_refused_by_its_own_code() {
    let releases = releases();
    for (code, after, edits) in FORBIDDEN {
        let (_, release, lock) = releases.iter().find(|(name, ..)| name == after).unwrap();
        let outcome = check(&edited(release, edits), lock);
        assert!(errors(&outcome).contains(code), "{code} after `{after}`:\n{}", report(&outcome));
        let found = outcome.diagnostics.iter().find(|it| it.code.id == *code).unwrap();
        let lock_is_shown = report(&outcome).contains("::: bank.lock:");
        assert!(lock_is_shown && !found.help.is_empty(), "{}", report(&outcome));
        assert!(outcome.checked.is_none(), "{code} would be generated");
    }
}

#[test]
fn every_error_of_a_released_shape_has_a_forbidden_step() {
    let all = cqrs_evolution::rules::catalogue::ALL.iter().map(|rule| rule.id);
    let missing: Vec<_> = all
        .filter(|id| id.starts_with("E10") && !id.starts_with("E107"))
        .filter(|id| FORBIDDEN.iter().all(|(code, ..)| code != id))
        .collect();
    assert_eq!(missing, [""; 0]);
}
