//! What an operator does with the bank's own binary: verifies the store, looks after projections.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::path::Path;
use std::process::{Command, Output};

use cqrs_core::store::{Append, EventStore as _, NewEvent};
use cqrs_core::{ExpectedVersion, Origin, StreamId};
use cqrs_sqlite::SqliteStore;
use tempfile::TempDir;
use uuid::Uuid;

fn bank(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bank")).current_dir(folder).args(arguments).output().unwrap()
}

/// The exit code and what was said.
fn said(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = bank(folder, arguments);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// A folder with the bank after its day.
fn after_a_day() -> TempDir {
    let folder = TempDir::new().unwrap();
    assert_eq!(said(folder.path(), &[]).0, Some(0));
    folder
}

/// Records an event that no code of today knows, as a newer release would have.
async fn record_of_a_newer_release(folder: &Path) {
    let store = SqliteStore::open(folder.join("bank.db")).await.unwrap();
    let event = NewEvent {
        event_id: Uuid::now_v7(),
        name: "MoneyDeposited".to_owned().into(),
        version: 99,
        payload: "{}".into(),
    };
    let append = Append {
        stream: StreamId::new("Account", Uuid::nil().to_string()),
        expected: ExpectedVersion::Any,
        events: vec![event],
        origin: Origin::default(),
        command_id: None,
        chain: None,
    };
    store.append(append).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_store_is_verified_against_what_it_meant_before() {
    let day = after_a_day();
    let (code, text) = said(day.path(), &["verify", "--save", "before.json"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Account.MoneyDeposited v3"), "{text}");
    let (code, text) = said(day.path(), &["verify", "--against", "before.json"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("nothing differs from the earlier verification\n"), "{text}");
    record_of_a_newer_release(day.path()).await;
    let (code, text) = said(day.path(), &["verify", "--against", "before.json"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("position 10: MoneyDeposited v99 of Account/00000000"), "{text}");
    assert!(text.contains("1 of 10 events cannot be read"), "{text}");
    assert!(text.contains("not of the same events"), "{text}");
}

#[tokio::test]
async fn an_event_that_cannot_be_taken_in_is_listed_and_skipped_for_a_reason() {
    let day = after_a_day();
    assert_eq!(said(day.path(), &["dead-letters"]), (Some(0), "no dead letters\n".to_owned()));
    record_of_a_newer_release(day.path()).await;
    let (code, text) = said(day.path(), &["catch-up"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = said(day.path(), &["dead-letters", "account_summary", "--format", "json"]);
    assert_eq!(code, Some(1), "{text}");
    let letter: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&letter["position"], &letter["event_version"]), (&10.into(), &99.into()));
    assert_eq!(said(day.path(), &["projections"]).0, Some(1));
    let (code, text) = said(day.path(), &["skip", "account_summary", "10", "--reason", "of a test"]);
    assert_eq!((code, &*text), (Some(0), "skipped; 0 taken in, 0 left\n"));
    let (code, text) = said(day.path(), &["skip", "account_summary", "10", "--reason", "again"]);
    assert_eq!(code, Some(2), "{text}");
}

#[test]
fn rows_are_built_anew_on_demand() {
    let day = after_a_day();
    let (code, text) = said(day.path(), &["rebuild", "statement_line"]);
    assert_eq!((code, &*text), (Some(0), "`statement_line` was built anew, up to position 9\n"));
}

#[test]
fn what_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let (code, text) = said(folder.path(), &["verify"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("no store at `bank.db`") && !folder.path().join("bank.db").exists(), "{text}");
    let day = after_a_day();
    let (code, text) = said(day.path(), &["pause", "accounts"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("it has `account_summary`, `statement_line`"), "{text}");
    let (code, text) = said(day.path(), &["verify", "--against", "none.json"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("none.json cannot be read: No such file"), "{text}");
}
