//! `cqrs lock`, and what `cqrs check` makes of the lock.

use super::{DOOR, Folder, project};

/// The door, whose opening has these fields.
fn door(fields: &str) -> String {
    DOOR.replace("{ Opened: {} }", &format!("{{ Opened: {{ fields: {{ {fields} }} }} }}"))
        .replace("emit: Opened", "fields: { by: string, at: string? }, emit: Opened")
}

/// A folder whose door is released.
fn released(fields: &str) -> Folder {
    let folder = Folder::with(&[("door.yaml", &door(fields))]);
    folder.run(&["lock"]).exits_with(0);
    folder
}

#[test]
fn a_lock_and_a_corpus_are_written_beside_the_schema() {
    let folder = Folder::with(&[("deep/door.yaml", &door("by: string"))]);
    let run = folder.run(&["lock"]).exits_with(0);
    assert!(
        run.err().contains("deep/door.lock: 1 addition recorded\n  event `Door.Opened` is new"),
        "{}",
        run.err()
    );
    assert!(folder.read("deep/door.lock").contains("event Door.Opened [1]"));
    assert!(folder.read("deep/door.corpus.jsonl").contains("\"by\":"));
    assert!(folder.run(&["lock"]).exits_with(0).err().contains("all is recorded"));
}

#[test]
fn what_is_not_recorded_fails_the_check_with_a_diff_and_is_not_written() {
    let folder = released("by: string");
    folder.write("door.yaml", &door("by: string, at: string?"));
    let before = folder.read("door.lock");
    let run = folder.run(&["lock", "--check"]).exits_with(1);
    assert!(run.out().contains("+    at: string?"), "{}", run.out());
    assert_eq!(folder.read("door.lock"), before);
    let out = folder.run(&["lock", "--format", "json"]).exits_with(0).out();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(json.to_string().contains("N1043"), "{out}");
    folder.run(&["lock", "--check"]).exits_with(0);
}

#[test]
fn a_contradiction_is_told_with_both_places_and_is_not_written() {
    let folder = released("by: string");
    let before = folder.read("door.lock");
    folder.write("door.yaml", &door("by: u8").replace("fields: { by: string,", "fields: { by: u8,"));
    for command in ["check", "lock"] {
        let run = folder.run(&[command]).exits_with(1);
        let err = run.err();
        assert!(err.contains("error[E1013]: field `by` of Door.Opened version 1"), "{err}");
        assert!(err.contains("--> door.yaml:5:") && err.contains("::: door.lock:9:"), "{err}");
        assert!(err.contains("released here") && err.contains("help: give `Opened` version 2"), "{err}");
    }
    assert_eq!(folder.read("door.lock"), before);
}

#[test]
fn an_addition_is_a_note_and_no_problem() {
    let folder = released("by: string");
    folder.write("door.yaml", &door("by: string, at: string?"));
    let run = folder.run(&["check", "--deny-warnings"]).exits_with(0);
    assert!(run.err().contains("note[N1043]"), "{}", run.err());
    assert!(run.err().ends_with("nothing wrong, 1 note\n"), "{}", run.err());
}

#[test]
fn a_schema_without_a_lock_is_a_note() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    let run = folder.run(&["check", "--deny-warnings"]).exits_with(0);
    assert!(run.err().contains("note[N1082]") && run.err().contains("`cqrs lock`"), "{}", run.err());
}

#[test]
fn a_lock_that_lost_a_line_is_an_error_at_its_place() {
    let folder = released("by: string");
    let lock = folder.read("door.lock").replace("    by: string\n", "");
    folder.write("door.lock", &lock);
    let run = folder.run(&["check"]).exits_with(1);
    assert!(run.err().contains("error[E1081]") && run.err().contains("door.lock:8"), "{}", run.err());
    folder.run(&["lock"]).exits_with(1);
    assert_eq!(folder.read("door.lock"), lock);
}

#[test]
fn a_waiver_lets_one_change_through_until_its_day() {
    let folder = released("by: string");
    let retyped = door("by: u8").replace("fields: { by: string,", "fields: { by: u8,");
    let waived = |until: &str, reason: &str| {
        format!("{retyped}waivers:\n  - {{ code: E1013, event: Opened, reason: {reason}, until: {until} }}\n")
    };
    let before = folder.read("door.lock");
    folder.write("door.yaml", &waived("2099-01-31", "only tests"));
    folder.run(&["check", "--deny-warnings"]).exits_with(0);
    // The released shape stays in the lock all the while.
    folder.run(&["lock"]).exits_with(0);
    assert_eq!(folder.read("door.lock"), before);
    folder.write("door.yaml", &waived("2020-01-31", "only tests"));
    let run = folder.run(&["check"]).exits_with(1);
    assert!(run.err().contains("error[E1071]") && run.err().contains("error[E1013]"), "{}", run.err());
    assert!(run.err().contains("door.yaml:9:13"), "{}", run.err());
    let mut then = folder.command(&["check"]);
    then.env("SOURCE_DATE_EPOCH", "1577836800");
    assert!(then.output().unwrap().status.success(), "what was built in its day can be built again");
    folder.write("door.yaml", &waived("2099-01-31", "''"));
    assert!(folder.run(&["check"]).exits_with(1).err().contains("error[E1072]"));
}

#[test]
fn a_waiver_that_waives_nothing_is_a_warning() {
    let folder = released("by: string");
    let waiver = "waivers:\n  - { code: E1013, event: Opened, reason: only tests, until: 2099-01-31 }\n";
    folder.write("door.yaml", &format!("{}{waiver}", door("by: string")));
    assert!(folder.run(&["check"]).exits_with(0).err().contains("warning[W1073]"));
}

#[test]
fn the_samples_are_locked() {
    for name in ["banking", "shop", "ticketing"] {
        let schema = project("schemas").join(format!("{name}.yaml"));
        Folder::new().run(&["lock", "--check", schema.to_str().unwrap()]).exits_with(0);
    }
}

#[test]
fn a_lock_that_does_not_say_yet_what_a_step_fills_learns_it() {
    let event = "{ Opened: { version: 2, fields: { by: string }, history: { 1: { upcast: { by: { value: x } } } } } }";
    let folder = Folder::with(&[(
        "door.yaml",
        &door("by: string").replace("{ Opened: { fields: { by: string } } }", event),
    )]);
    folder.run(&["lock"]).exits_with(0);
    let lock = folder.read("door.lock");
    assert!(lock.contains("    step by\n"), "{lock}");
    let without = lock.replace("    step by\n", "");
    folder.write("door.lock", &without);
    let told = folder.run(&["check"]).exits_with(1).err();
    let sum = told.split("write `[").nth(1).and_then(|it| it.split(']').next()).unwrap();
    let old = without.lines().find(|it| it.starts_with("  version 1")).unwrap();
    folder.write("door.lock", &without.replace(old, &format!("  version 1 [{sum}]")));
    let run = folder.run(&["lock"]).exits_with(0);
    assert!(run.err().contains("steps, samples or published events recorded"), "{}", run.err());
    assert_eq!(folder.read("door.lock"), lock);
}

#[test]
fn a_lock_says_which_events_are_published() {
    let published = door("by: string").replace("{ Opened: { ", "{ Opened: { published: true, ");
    let folder = Folder::with(&[("door.yaml", &published)]);
    folder.run(&["lock"]).exits_with(0);
    assert!(folder.read("door.lock").contains("event Door.Opened [1] published\n"));
    folder.run(&["lock", "--check"]).exits_with(0);
    folder.write("door.yaml", &door("by: string"));
    let err = folder.run(&["check"]).exits_with(0).err();
    assert!(err.contains("warning[W1034]: `Door.Opened` is no longer published"), "{err}");
}
