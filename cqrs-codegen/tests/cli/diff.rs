//! `cqrs diff`.

use std::process::Command;

use super::{DOOR, Folder};

/// The door, whose opening says who opened it.
fn with_field(field: &str) -> String {
    DOOR.replace("{ Opened: {} }", &format!("{{ Opened: {{ fields: {{ {field} }} }} }}"))
        .replace("emit: Opened", "fields: { by: string }, emit: Opened")
}

#[test]
fn the_exit_code_is_that_of_the_gravest_change() {
    let folder = Folder::with(&[
        ("a.yaml", DOOR),
        ("b.yaml", &with_field("by: string")),
        ("c.yaml", &format!("{DOOR}types:\n  Unused: u8\n")),
    ]);
    assert!(folder.run(&["diff", "a.yaml", "a.yaml"]).exits_with(0).out().contains("no change"));
    let run = folder.run(&["diff", "a.yaml", "b.yaml"]).exits_with(1);
    assert!(run.out().contains("error[E1012]: field `by` of Door.Opened version 1"), "{}", run.out());
    folder.run(&["diff", "a.yaml", "c.yaml"]).exits_with(0);
    let run = folder.run(&["diff", "c.yaml", "a.yaml"]).exits_with(3);
    assert!(run.out().contains("warning[W1061]: type Unused is gone"), "{}", run.out());
}

#[test]
fn machines_and_pull_requests_have_forms_of_their_own() {
    let folder = Folder::with(&[("a.yaml", DOOR), ("b.yaml", &with_field("by: string"))]);
    let out = folder.run(&["diff", "a.yaml", "b.yaml", "--format", "json"]).exits_with(1).out();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(out.contains("\"E1012\"") && json.is_object(), "{out}");
    let out = folder.run(&["diff", "a.yaml", "b.yaml", "--format", "markdown"]).exits_with(1).out();
    assert!(out.contains("E1012") && out.contains('|'), "{out}");
}

#[test]
fn a_state_may_be_that_of_a_git_revision_imports_included() {
    let importing = format!("{DOOR}imports: [types/common.yaml]\n");
    let types = "cqrs: 1\ntypes: { Label: string }\n";
    let folder = Folder::with(&[("deep/door.yaml", &importing), ("deep/types/common.yaml", types)]);
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let run = Command::new("git").current_dir(folder.path()).args(who).args(arguments).output().unwrap();
        assert!(run.status.success(), "{run:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    folder.write("deep/door.yaml", &with_field("by: string"));
    let run = folder.run(&["diff", "HEAD:deep/door.yaml", "deep/door.yaml"]).exits_with(1);
    assert!(run.out().contains("E1012"), "{}", run.out());
    let run = folder.run(&["diff", "HEAD:deep/none.yaml", "deep/door.yaml"]).exits_with(2);
    assert!(run.err().contains("deep/none.yaml"), "{}", run.err());
}

#[test]
fn a_schema_with_errors_is_not_compared() {
    let folder = Folder::with(&[("a.yaml", DOOR), ("b.yaml", "cqrs: 1\ndomain: b\nfoo: 1\n")]);
    let run = folder.run(&["diff", "a.yaml", "b.yaml"]).exits_with(2);
    assert!(run.err().contains("E0101") && run.err().contains("`b.yaml` has errors"), "{}", run.err());
}

#[test]
fn a_change_of_a_published_event_is_told_as_one_for_its_consumers() {
    let published = |schema: String| schema.replace("{ Opened: { ", "{ Opened: { published: true, ");
    let (before, after) = (with_field("by: string"), with_field("by: string?"));
    let folder = Folder::with(&[("a.yaml", &before), ("b.yaml", &after)]);
    let out = folder.run(&["diff", "a.yaml", "b.yaml"]).exits_with(1).out();
    assert!(out.contains("E1017") && !out.contains("consumers of published events"), "{out}");
    let folder = Folder::with(&[("a.yaml", &published(before.clone())), ("b.yaml", &published(after))]);
    let out = folder.run(&["diff", "a.yaml", "b.yaml"]).exits_with(1).out();
    assert!(out.contains("E1017") && out.contains("consumers of published events"), "{out}");
    folder.write("b.yaml", &before);
    let out = folder.run(&["diff", "a.yaml", "b.yaml"]).exits_with(3).out();
    assert!(out.contains("warning[W1034]: `Door.Opened` is no longer published"), "{out}");
}

#[test]
fn a_step_back_that_is_gone_is_missed_by_who_calls_it() {
    let event = "{ Opened: { published: true, version: 2, history: { 1: { downcast: {} } } } }";
    let with = DOOR.replace("{ Opened: {} }", event);
    let without = with.replace("downcast: {}", "");
    let folder = Folder::with(&[("a.yaml", &with), ("b.yaml", &without)]);
    let out = folder.run(&["diff", "a.yaml", "b.yaml"]).exits_with(3).out();
    assert!(out.contains("warning[W1061]: downcast Opened.1 is gone"), "{out}");
}
