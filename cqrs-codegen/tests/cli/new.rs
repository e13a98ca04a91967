//! `cqrs new`.

use super::Folder;

#[test]
fn a_new_crate_builds_without_a_warning_and_passes_its_tests() {
    let folder = Folder::new();
    let run = folder.run(&["new", "to-do", "--path", "crates"]).exits_with(0);
    assert!(run.err().starts_with("made the crate `to-do` in crates/to-do\n"), "{}", run.err());
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("new");
    let crate_folder = folder.path().join("crates/to-do");
    // The versions that this workspace was tested with, so that nothing has to be looked up.
    std::fs::copy(super::project("Cargo.lock"), crate_folder.join("Cargo.lock")).unwrap();
    let cargo = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(&crate_folder)
            .env("CARGO_TARGET_DIR", &target)
            .output()
            .unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "cargo {arguments:?}:\n{text}");
        assert!(!text.contains("warning: `to-do`"), "{text}");
        text
    };
    let tests = cargo(&["test"]);
    assert!(tests.contains("2 passed"), "{tests}");
    let output = cargo(&["run"]);
    assert!(output.contains("to do: answer the letters\n"), "{output}");
    assert!(!output.contains("to do: water the plants"), "{output}");
    folder.run(&["check", "--deny-warnings", "crates/to-do"]).exits_with(0);
    folder.run(&["fmt", "--check", "crates/to-do"]).exits_with(0);
}

#[test]
fn what_exists_is_not_written_into() {
    let folder = Folder::with(&[("bank/notes.txt", "mine")]);
    let run = folder.run(&["new", "bank"]).exits_with(2);
    assert!(run.err().starts_with("error: `./bank` exists already"), "{}", run.err());
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn a_name_that_cannot_be_used_is_refused_with_the_reason() {
    let folder = Folder::new();
    for (name, reason) in [
        ("Bank", "begin it with a small letter"),
        ("9lives", "begin it with a small letter"),
        ("bänk", "use small letters"),
        ("a/b", "use small letters"),
        ("test", "cargo or Rust itself uses it"),
        ("tokio", "depend on one of that name"),
        ("match", "cannot name a domain"),
    ] {
        let run = folder.run(&["new", name]).exits_with(2);
        assert!(run.err().contains(reason), "{name}: {}", run.err());
    }
    assert!(folder.files().is_empty());
}

#[test]
fn a_folder_that_is_no_framework_is_refused() {
    let folder = Folder::new();
    let run = folder.run(&["new", "bank", "--framework", "."]).exits_with(2);
    assert!(run.err().contains("is no checkout of the framework"), "{}", run.err());
    assert!(folder.files().is_empty());
}
