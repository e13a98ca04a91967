//! The `cqrs` command as people use it: each test runs the real program in a folder of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod check;
mod diff;
mod docs;
mod evolve;
mod explain;
mod fmt;
mod generate;
mod language;
mod lock;
mod new;
mod schema;
mod verify;
mod watch;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A small schema without a mistake.
const DOOR: &str = "cqrs: 1
domain: door
aggregates:
  Door:
    events: { Opened: {} }
    commands:
      Open: { emit: Opened }
";

/// A folder that is gone after the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with these files in it.
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Every file, by its path.
    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, files) } else { files.push(path) }
            }
        }
        let mut files = Vec::new();
        walk(self.path(), &mut files);
        let mut files: Vec<_> =
            files.iter().map(|it| it.strip_prefix(self.path()).unwrap().to_owned()).collect();
        files.sort();
        files
    }

    /// The program with these arguments, in this folder.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cqrs"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run(self.command(arguments).output().unwrap())
    }
}

/// What a run came to.
struct Run(Output);

impl Run {
    fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// Asserts the exit code, and shows what was said where it is another.
    #[track_caller]
    fn exits_with(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "stdout:\n{}\nstderr:\n{}", self.out(), self.err());
        self
    }
}

/// A file of the project, by its path from the root.
fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The sample schemas of the project, and the files that they import.
fn samples_and_imports() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project("schemas")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    files.sort();
    files
}

/// The sample schemas of the project: those of the files that declare a domain.
fn samples() -> Vec<PathBuf> {
    let mut samples = samples_and_imports();
    samples.retain(|path| std::fs::read_to_string(path).unwrap().contains("\ndomain: "));
    assert!(!samples.is_empty(), "there are no sample schemas");
    samples
}

#[test]
fn the_command_alone_shows_what_it_can_do() {
    let run = Folder::new().run(&[]).exits_with(2);
    for command in
        ["new", "check", "generate", "watch", "explain", "schema", "docs", "fmt", "lock", "diff", "evolve"]
    {
        assert!(run.err().contains(command), "{command} is not shown");
    }
}

#[test]
fn a_word_that_is_no_command_is_met_with_the_one_that_was_meant() {
    let run = Folder::new().run(&["chekc"]).exits_with(2);
    assert!(run.err().contains("'check'"), "{}", run.err());
}

#[test]
fn help_names_the_exit_codes() {
    let run = Folder::new().run(&["--help"]).exits_with(0);
    assert!(run.out().contains("Exit codes:"));
    assert!(Folder::new().run(&["check", "--help"]).exits_with(0).out().contains("Examples:"));
}

#[test]
fn colours_are_for_those_who_ask() {
    let folder = Folder::with(&[("door.yaml", "cqrs: 1\ndomain: door\nfoo: 1\n")]);
    assert!(!folder.run(&["check"]).err().contains('\x1b'));
    assert!(folder.run(&["check", "--color", "always"]).err().contains('\x1b'));
    let forced = folder.command(&["check"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!String::from_utf8(forced.stderr).unwrap().contains('\x1b'));
}
