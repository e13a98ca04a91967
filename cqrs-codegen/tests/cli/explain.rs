//! `cqrs explain`.

use cqrs_codegen::code;

use super::{Folder, project};

#[test]
fn a_code_is_explained_in_any_case() {
    let run = Folder::new().run(&["explain", "e0101"]).exits_with(0);
    let out = run.out();
    assert!(out.starts_with("E0101: a key is not known\n"), "{out}");
    assert!(out.contains("\nWrong:\n") && out.contains("    fields: {"), "{out}");
    assert!(!out.contains("```"), "{out}");
}

#[test]
fn without_a_code_all_are_listed() {
    let out = Folder::new().run(&["explain"]).exits_with(0).out();
    assert_eq!(out.lines().count(), code::all().count() + code::evolution::all().count());
    assert!(out.starts_with("E0001  a file cannot be read\n"), "{out}");
}

#[test]
fn a_code_that_is_not_known_is_met_with_the_nearest() {
    let run = Folder::new().run(&["explain", "EO101"]).exits_with(2);
    assert!(run.err().contains("there is no code `EO101`: did you mean `E0101`?"), "{}", run.err());
    let run = Folder::new().run(&["explain", "nonsense"]).exits_with(2);
    assert!(run.err().contains("`cqrs explain` lists all codes"), "{}", run.err());
}

#[test]
fn the_page_of_all_codes_is_current() {
    let page = Folder::new().run(&["explain", "--all", "--format", "markdown"]).exits_with(0).out();
    expect_test::expect_file![project("docs/diagnostics.md")].assert_eq(&page);
}
