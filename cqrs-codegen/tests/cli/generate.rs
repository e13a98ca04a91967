//! `cqrs generate`.

use super::{DOOR, Folder};

const GENERATE: &[&str] = &["generate", "door.yaml", "--out", "src/generated"];
const CHECK: &[&str] = &["generate", "door.yaml", "--out", "src/generated", "--check"];

#[test]
fn a_schema_becomes_a_file_named_after_its_domain() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    folder.run(GENERATE).exits_with(0);
    assert!(folder.read("src/generated/door.rs").contains("pub struct Opened"));
    assert_eq!(folder.files().len(), 2, "{:?}", folder.files());
}

#[test]
fn what_is_there_already_is_not_written_again() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    folder.run(GENERATE).exits_with(0);
    let written =
        || std::fs::metadata(folder.path().join("src/generated/door.rs")).unwrap().modified().unwrap();
    let before = written();
    let run = folder.run(GENERATE).exits_with(0);
    assert_eq!(written(), before);
    assert_eq!(run.err(), "generated 0 files, 1 unchanged\n");
}

#[test]
fn a_stale_file_is_shown_as_a_diff_and_left_alone() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    folder.run(GENERATE).exits_with(0);
    folder.run(CHECK).exits_with(0);
    folder.write("door.yaml", &DOOR.replace("Opened", "Unlocked"));
    let before = folder.read("src/generated/door.rs");
    let run = folder.run(CHECK).exits_with(1);
    let out = run.out();
    assert!(out.starts_with("--- src/generated/door.rs\n+++ src/generated/door.rs (wanted)\n@@ "), "{out}");
    assert!(out.contains("\n-pub struct Opened") && out.contains("\n+pub struct Unlocked"), "{out}");
    assert_eq!(folder.read("src/generated/door.rs"), before);
}

#[test]
fn a_file_that_was_never_generated_is_stale() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    let run = folder.run(CHECK).exits_with(1);
    assert!(run.err().contains("1 stale file"), "{}", run.err());
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn while_an_error_stands_nothing_is_written() {
    let folder = Folder::with(&[("door.yaml", DOOR), ("gate.yaml", &DOOR.replace("door", "gate"))]);
    let both = ["generate", "door.yaml", "gate.yaml", "--out", "out"];
    folder.run(&both).exits_with(0);
    let before = folder.read("out/door.rs");
    folder.write("door.yaml", &DOOR.replace("Opened", "Unlocked"));
    folder.write("gate.yaml", "cqrs: 1\ndomain: gate\nfoo: 1\n");
    folder.run(&both).exits_with(1);
    assert_eq!(folder.read("out/door.rs"), before);
}

#[test]
fn two_schemas_of_one_domain_are_refused() {
    let folder = Folder::with(&[("a.yaml", DOOR), ("b.yaml", DOOR)]);
    let run = folder.run(&["generate", "a.yaml", "b.yaml", "--out", "out"]).exits_with(2);
    assert!(run.err().contains("`a.yaml` and `b.yaml` both declare the domain `door`"), "{}", run.err());
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = Folder::with(&[("door.yaml", DOOR), ("out", "a file")]);
    let run = folder.run(&["generate", "door.yaml", "--out", "out"]).exits_with(2);
    assert!(run.err().starts_with("error: cannot make `out`"), "{}", run.err());
    assert_eq!(folder.files().len(), 2);
}
