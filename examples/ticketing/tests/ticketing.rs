//! The box office as its users meet it: the program, run in a folder of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn ticketing(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ticketing")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const END: &str = "
Seats that are taken:
  A1  sold, Ada
  A2  sold, Cid

Waiting:
  Dan

Sold: 2 tickets for 40
";

#[test]
fn each_guard_answers_at_its_time_of_the_evening() {
    let folder = tempfile::tempdir().unwrap();
    let evening = ticketing(folder.path(), &[]);
    assert!(evening.status.success(), "{}", text(&evening.stderr));
    let evening = text(&evening.stdout);
    let refusals: Vec<_> = evening.lines().filter_map(|line| line.split_once("refused: ")).collect();
    let refusals: Vec<_> = refusals.into_iter().map(|(_, refusal)| refusal).collect();
    assert_eq!(
        refusals,
        [
            "seat A1 is on hold until 2030-01-01T18:10:00Z",
            "seat A1 is not on hold for you, or no longer",
            "there are seats left, so there is nothing to wait for",
            "seat A1 is on hold until 2030-01-01T19:00:00Z",
            "the show has begun",
        ]
    );
    assert!(evening.contains(END), "{evening}");
}

#[test]
fn an_evening_that_is_run_again_records_nothing_twice_and_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = text(&ticketing(folder.path(), &[]).stdout);
    let second = text(&ticketing(folder.path(), &[]).stdout);
    assert_eq!(first.matches(" recorded\n").count(), 10, "{first}");
    assert_eq!(second.matches(" there before\n").count(), 10, "{second}");
    let end = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(end(&first), end(&second));
}

#[test]
fn a_file_that_is_not_the_box_offices_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "milk, bread").unwrap();
    let refused = ticketing(folder.path(), &["--db", "notes.txt"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("notes.txt"), "{}", text(&refused.stderr));
    assert_eq!(fs::read_to_string(&path).unwrap(), "milk, bread");
}
