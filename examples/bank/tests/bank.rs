//! The bank as its users meet it: the program, run in a folder of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn bank(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bank")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_day_is_recorded_once_and_ends_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = bank(folder.path(), &[]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let first = text(&first.stdout);
    let second = text(&bank(folder.path(), &[]).stdout);
    assert_eq!(first.matches(" recorded\n").count(), 6, "{first}");
    assert_eq!(second.matches(" there before\n").count(), 6, "{second}");
    assert_eq!(first.matches("refused: ").count(), 3, "{first}");
    assert!(first.contains("  Ada: 765.25 after 4 movements\n  Bob: none\n"), "{first}");
    let accounts = |text: &str| text.split_once("The accounts").unwrap().1.to_owned();
    assert_eq!(accounts(&first), accounts(&second));
}

#[test]
fn a_file_that_is_not_the_banks_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "milk, bread").unwrap();
    let refused = bank(folder.path(), &["--db", "notes.txt"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).starts_with("error: "), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("notes.txt"), "{}", text(&refused.stderr));
    assert_eq!(fs::read_to_string(&path).unwrap(), "milk, bread");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let refused = bank(folder.path(), &["--db", "nowhere/bank.db"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("nowhere"), "{}", text(&refused.stderr));
}
