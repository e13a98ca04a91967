//! The shop as its users meet it: the program, run on files in a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PURCHASES: &str = "\
customer date quantity amount\r
ada 19970101 1 11.77\r
ada 19970101 1 11.77\r
bob 19970215 5 1200.00\r
ada 19970228 2 0.00\r
";

const REPORT: &str = "\
Top 2 of 2 customers
  customer  purchases  items    amount
  bob               1      5  1,200.00
  ada               3      4     23.54

By month
  month    purchases  items    amount
  1997-01          2      2     23.54
  1997-02          2      7  1,200.00
  total            4      9  1,223.54
";

/// How many purchases the made-up year has.
const YEAR: u64 = 20_000;

fn shop(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    command.current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    shop(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn folder_with(name: &str, text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_file_is_summed_up_by_customer_and_by_month() {
    let (folder, _) = folder_with("purchases.txt", PURCHASES);
    let output = run(folder.path(), &["purchases.txt"]);
    let stdout = text(&output.stdout);
    assert!(stdout.ends_with(REPORT), "{stdout}");
    assert!(stdout.contains(": 4 recorded, 0 there before"), "{stdout}");
    assert!(output.status.success());
    assert!(folder.path().join("purchases.db").exists());
}

#[test]
fn the_same_purchases_again_are_not_recorded_again_however_they_are_written() {
    let (folder, _) = folder_with("purchases.txt", PURCHASES);
    run(folder.path(), &["purchases.txt"]);
    let commas =
        "bob,1997-02-15,5,1200\nada,1997-01-01,1,11.770\nada,1997-02-28,2,0\nada,1997-01-01,1,11.77\n";
    fs::write(folder.path().join("other.csv"), commas).unwrap();
    let output = run(folder.path(), &["other.csv", "--db", "purchases.db"]);
    let stdout = text(&output.stdout);
    assert!(stdout.contains(": 0 recorded, 4 there before"), "{stdout}");
    assert!(stdout.ends_with(REPORT), "{stdout}");
}

#[test]
fn a_bad_line_is_named_and_the_mended_file_is_imported_by_the_same_command() {
    let (folder, path) = folder_with("purchases.txt", &PURCHASES.replace("19970215 5", "19970230 5"));
    let output = run(folder.path(), &["purchases.txt"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert_eq!(stderr, "purchases.txt:4: `19970230` is no date of the form 20250314 or 2025-03-14\n");
    let stdout = text(&output.stdout);
    assert!(
        stdout.contains("1 line could not be recorded: mend the file and run the same command again"),
        "{stdout}"
    );
    fs::write(&path, PURCHASES).unwrap();
    let output = run(folder.path(), &["purchases.txt"]);
    let stdout = text(&output.stdout);
    assert!(stdout.contains(": 1 recorded"), "{stdout}");
    assert!(stdout.ends_with(REPORT), "{stdout}");
    assert!(output.status.success());
}

#[test]
fn a_purchase_that_breaks_a_rule_is_named_with_its_line() {
    let (folder, _) = folder_with("purchases.txt", "ada 19970101 0 1\nada 19970101 1 -1\nada 19970101 1 1\n");
    let output = run(folder.path(), &["purchases.txt"]);
    let mut stderr: Vec<_> = text(&output.stderr).lines().map(str::to_owned).collect();
    stderr.sort();
    assert_eq!(
        stderr,
        [
            "purchases.txt:1: a purchase has at least one piece",
            "purchases.txt:2: `RecordPurchase` is not valid: `amount` must keep the rule `value >= 0`",
        ]
    );
    assert!(text(&output.stdout).contains(": 1 recorded"));
}

#[test]
fn of_many_bad_lines_the_first_are_shown_and_the_others_counted() {
    let (folder, _) = folder_with("purchases.txt", &"no purchase\n".repeat(1000));
    let output = run(folder.path(), &["purchases.txt"]);
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 21);
    assert!(stderr.ends_with("… and 980 more\n"), "{stderr}");
}

#[test]
fn what_cannot_be_opened_is_named_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["missing.txt"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: missing.txt cannot be read: No such file or directory"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let output = run(folder.path(), &["--db", "nowhere/shop.db"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("nowhere"), "{}", text(&output.stderr));
}

#[test]
fn a_run_that_is_killed_is_gone_on_with_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = shop(folder.path()).stdout(Stdio::null()).spawn().unwrap();
    wait_for_writes(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();

    let (recorded, before) = counts(&run(folder.path(), &["--top", "1"]));
    assert!(recorded > 0 && before > 0, "killed half way: {recorded} recorded after {before}");
    assert_eq!(recorded + before, YEAR);
    let stdout = text(&run(folder.path(), &["--top", "1"]).stdout);
    assert!(stdout.contains(": 0 recorded"), "{stdout}");
    assert!(stdout.trim_end().ends_with("737,986.72"), "{stdout}");
}

#[test]
fn a_run_that_is_interrupted_finishes_what_it_began_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let child = shop(folder.path()).stdout(Stdio::piped()).spawn().unwrap();
    wait_for_writes(folder.path());
    let interrupt = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &interrupt]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(text(&output.stdout).contains("run the same command again to go on"));

    let (first, _) = counts(&output);
    let (second, before) = counts(&run(folder.path(), &[]));
    assert_eq!(before, first, "what was counted as recorded is what is there");
    assert_eq!(first + second, YEAR);
}

/// Waits until the running shop has written a part of the year.
fn wait_for_writes(folder: &Path) {
    let begun = Instant::now();
    let written = || fs::metadata(folder.join("shop.db-wal")).map_or(0, |about| about.len());
    while written() < 500_000 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the shop has written nothing");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How many purchases a run recorded, and how many it found there.
fn counts(output: &Output) -> (u64, u64) {
    let stdout = text(&output.stdout);
    let line = stdout.lines().next().unwrap_or_default();
    let before_word = |word: &str| {
        let (before, _) = line.split_once(word).unwrap_or_else(|| panic!("no `{word}` in {stdout}"));
        before.rsplit(' ').next().unwrap().replace(',', "").parse().unwrap()
    };
    (before_word(" recorded"), before_word(" there before"))
}
