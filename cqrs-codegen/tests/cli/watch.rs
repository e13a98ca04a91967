//! `cqrs watch`.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{DOOR, Folder};

/// How long a test waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running watch, whose lines can be waited for.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child =
            folder.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr: ChildStderr = child.stderr.take().unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// The lines up to the one that ends a round.
    #[track_caller]
    fn round(&self) -> String {
        let mut text = String::new();
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no end of a round after:\n{text}"));
            let is_last = line.starts_with("watching ");
            text.push_str(&line);
            text.push('\n');
            if is_last {
                return text;
            }
        }
    }

    /// Ends it as Ctrl-C does, and gives the exit code.
    #[cfg(unix)]
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_checked_and_ctrl_c_ends_well() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    let watch = Watch::start(&folder, &["watch"]);
    assert_eq!(watch.round(), "checked 1 schema: nothing wrong\nwatching 1 file, Ctrl-C ends\n");
    folder.write("door.yaml", &DOOR.replace("emit: Opened", "emit: Openned"));
    assert!(watch.round().contains("did you mean `Opened`?"));
    folder.write("door.yaml", DOOR);
    assert!(watch.round().starts_with("checked 1 schema: nothing wrong\n"));
    #[cfg(unix)]
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn a_change_of_an_import_counts_even_of_one_that_was_missing() {
    let folder = Folder::with(&[("door.yaml", &format!("{DOOR}imports: [shared.yaml]\n"))]);
    let watch = Watch::start(&folder, &["watch", "door.yaml"]);
    assert!(watch.round().contains("cannot read `shared.yaml`"));
    folder.write("shared.yaml", "cqrs: 1\ntypes:\n  Money: deciml\n");
    assert!(watch.round().contains("did you mean `decimal`?"));
}

#[test]
fn a_new_schema_in_the_folder_is_noticed() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    let watch = Watch::start(&folder, &["watch", "."]);
    assert!(watch.round().contains("checked 1 schema:"));
    folder.write("gate.yaml", &DOOR.replace("door", "gate"));
    assert!(watch.round().contains("checked 2 schemas:"));
}

#[test]
fn what_is_generated_starts_no_further_round() {
    let folder = Folder::with(&[("door.yaml", DOOR)]);
    let watch = Watch::start(&folder, &["watch", ".", "--out", "generated"]);
    assert!(watch.round().contains("generated 1 file\n"));
    assert!(folder.read("generated/door.rs").contains("pub struct Opened"));
    folder.write("door.yaml", "cqrs: 1\ndomain: door\nfoo: 1\n");
    assert!(!watch.round().contains("generated"));
    assert!(
        folder.read("generated/door.rs").contains("pub struct Opened"),
        "nothing is lost while an error stands"
    );
    let silence = watch.lines.recv_timeout(Duration::from_millis(1_500));
    assert!(silence.is_err(), "a round without a change: {silence:?}");
}
