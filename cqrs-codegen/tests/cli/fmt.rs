//! `cqrs fmt`.

use std::io::Write;
use std::process::Stdio;

use super::{Folder, samples, samples_and_imports};

const ROUGH: &str = "domain:   door # its name\ncqrs: 1\n";
const NEAT: &str = "cqrs: 1\ndomain: door   # its name\n";

#[test]
fn a_file_is_formatted_in_place_and_then_left_alone() {
    let folder = Folder::with(&[("door.yaml", ROUGH)]);
    assert_eq!(folder.run(&["fmt", "door.yaml"]).exits_with(0).err(), "formatted door.yaml\n");
    assert_eq!(folder.read("door.yaml"), NEAT);
    assert_eq!(folder.run(&["fmt", "door.yaml"]).exits_with(0).err(), "");
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn a_folder_is_formatted_as_a_whole() {
    let folder = Folder::with(&[("a.yaml", ROUGH), ("deep/b.yaml", ROUGH), ("other.yaml", "b: 1\na: 1\n")]);
    folder.run(&["fmt", "."]).exits_with(0);
    assert_eq!((folder.read("a.yaml").as_str(), folder.read("deep/b.yaml").as_str()), (NEAT, NEAT));
    assert_eq!(folder.read("other.yaml"), "b: 1\na: 1\n");
}

#[test]
fn a_check_shows_the_difference_and_changes_nothing() {
    let folder = Folder::with(&[("door.yaml", ROUGH)]);
    let run = folder.run(&["fmt", "--check", "door.yaml"]).exits_with(1);
    assert!(run.out().contains("\n-domain:   door # its name\n"), "{}", run.out());
    assert_eq!(folder.read("door.yaml"), ROUGH);
    folder.write("door.yaml", NEAT);
    assert_eq!(folder.run(&["fmt", "--check", "door.yaml"]).exits_with(0).out(), "");
}

#[test]
fn a_text_that_is_not_yaml_is_reported_and_left_alone() {
    let folder = Folder::with(&[("door.yaml", "cqrs: 1\nroles: [a\n"), ("gate.yaml", ROUGH)]);
    let run = folder.run(&["fmt", "."]).exits_with(1);
    assert!(run.err().contains("E0004"), "{}", run.err());
    assert_eq!(folder.read("door.yaml"), "cqrs: 1\nroles: [a\n");
    assert_eq!(folder.read("gate.yaml"), NEAT);
}

#[test]
fn an_editor_formats_by_standard_input() {
    let folder = Folder::new();
    let mut child =
        folder.command(&["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(ROUGH.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), NEAT));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let run = Folder::new().run(&["fmt", "none.yaml"]).exits_with(2);
    assert_eq!(run.err(), "error: cannot read `none.yaml`: there is no such file\n");
}

#[test]
fn a_formatted_sample_means_what_it_meant() {
    for sample in samples() {
        let name = sample.file_name().unwrap().to_str().unwrap();
        let folder = Folder::with(&[(name, &std::fs::read_to_string(&sample).unwrap())]);
        for import in samples_and_imports() {
            let beside = folder.path().join(import.file_name().unwrap());
            if !beside.exists() {
                std::fs::copy(&import, beside).unwrap();
            }
        }
        let path = folder.path().join(name);
        let meaning =
            || cqrs_codegen::check(&cqrs_codegen::load::Disk, &path).checked.map(|it| it.domain().clone());
        let before = meaning();
        assert!(before.is_some(), "{name} has errors");
        folder.run(&["fmt", name]).exits_with(0);
        assert!(before == meaning(), "{name} means something else");
    }
}
