//! `cqrs check`.

use super::{DOOR, Folder, project};

#[test]
fn a_schema_without_a_mistake_passes() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    folder.run(&["lock"]).exits_with(0);
    let run = folder.run(&["check", "door.yaml"]).exits_with(0);
    assert_eq!(run.err(), "checked 1 schema: nothing wrong\n");
    assert_eq!(run.out(), "");
}

#[test]
fn every_problem_of_every_schema_is_told() {
    let folder = Folder::with(&[
        ("a.yaml", "cqrs: 1\ndomain: a\nroels: []\ntpyes: {}\n"),
        ("deep/b.yml", "cqrs: 1\ndomain: b\nquerys: {}\n"),
        ("other.yaml", "services: {}\n"),
        (".hidden/c.yaml", "cqrs: 1\nfoo: 1\n"),
        ("target/d.yaml", "cqrs: 1\nfoo: 1\n"),
    ]);
    let run = folder.run(&["check"]).exits_with(1);
    for meant in ["`roles`", "`types`", "`queries`"] {
        assert!(run.err().contains(&format!("did you mean {meant}?")), "{}", run.err());
    }
    assert!(run.err().ends_with("checked 2 schemas: 3 errors\n"), "{}", run.err());
}

#[test]
fn each_problem_is_one_line_of_json() {
    let folder = Folder::with(&[("a.yaml", "cqrs: 1\ndomain: a\nroels: []\ntpyes: {}\n")]);
    let run = folder.run(&["check", "--format", "json", "a.yaml"]).exits_with(1);
    assert_eq!(run.err(), "");
    let out = run.out();
    let reports: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[0]["code"], "E0101");
    assert_eq!(reports[0]["file"], "a.yaml");
    assert_eq!((&reports[0]["line"], &reports[0]["column"]), (&3.into(), &1.into()));
    assert_eq!(reports[0]["help"][0], "did you mean `roles`?");
}

#[test]
fn a_warning_is_a_problem_only_where_that_is_asked_for() {
    let unused = format!("{DOOR}types:\n  Unused: u8\n");
    let folder = Folder::with(&[("door.yaml", &unused)]);
    let run = folder.run(&["check"]).exits_with(0);
    assert!(run.err().contains("warning[W0101]"), "{}", run.err());
    folder.run(&["check", "--deny-warnings"]).exits_with(1);
}

#[test]
fn an_imported_file_is_told_about_once_and_not_taken_for_a_schema() {
    let importing = |domain: &str| format!("{}imports: [shared.yaml]\n", DOOR.replace("door", domain));
    let folder = Folder::with(&[
        ("a.yaml", &importing("a")),
        ("b.yaml", &importing("b")),
        ("shared.yaml", "cqrs: 1\ntypes:\n  Money: deciml\n"),
    ]);
    let run = folder.run(&["check"]).exits_with(1);
    assert_eq!(run.err().matches("did you mean `decimal`?").count(), 1, "{}", run.err());
    assert!(!run.err().contains("has no `domain`"), "{}", run.err());
}

#[test]
fn a_file_that_is_not_there_is_a_problem_with_a_name() {
    let run = Folder::new().run(&["check", "none.yaml"]).exits_with(1);
    assert!(run.err().contains("cannot read `none.yaml`: there is no such file"), "{}", run.err());
}

#[test]
fn a_folder_without_schemas_is_a_slip_of_whoever_asks() {
    let run = Folder::new().run(&["check"]).exits_with(2);
    assert!(run.err().starts_with("error: there is no schema here"), "{}", run.err());
}

#[test]
fn the_samples_pass() {
    Folder::new().run(&["check", project("schemas").to_str().unwrap()]).exits_with(0);
}
