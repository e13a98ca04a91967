//! `cqrs watch`: check again, and generate again, whenever a schema or an import changes.
//!
//! What was read is compared with what is there now, several times a second: no event of the operating system is
//! missed, and a file that was only touched starts nothing. Only schemas are looked at, so that what is generated
//! cannot start the next round.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::check;
use super::files::{self, Asked};
use super::report::{Report, counted};
use super::terminal::Terminal;
use super::{Fault, Format, Reporting, Verdict, generate, interrupt};
use crate::load::{Disk, Load, LoadError};

const EXAMPLES: &str = "Examples:
  cqrs watch                                    check every schema below this folder
  cqrs watch schemas --out src/generated        and generate Rust while no error stands

Ctrl-C ends it with exit code 0; 2 where a path cannot be read";

/// How often is looked.
const POLL: Duration = Duration::from_millis(250);

/// How long nothing may change before a round starts: an editor writes in several steps.
const SETTLE: Duration = Duration::from_millis(100);

/// Check, and generate, whenever a schema changes
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Watch {
    /// Schemas, or folders with schemas in them
    #[arg(default_value = ".", value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// The folder of generated files; without it schemas are only checked
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reporting: Reporting,
}

/// What the schemas are, and the text of every file that they consist of.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    schemas: Vec<Asked>,
    texts: BTreeMap<PathBuf, String>,
}

pub(super) fn run(watch: &Watch, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    interrupt::watch();
    loop {
        terminal.clear()?;
        let seen = round(watch, terminal)?;
        if watch.reporting.format == Format::Human {
            let files = counted(seen.texts.len(), "file");
            terminal.say(&format!("watching {files}, Ctrl-C ends\n"))?;
        }
        if wait_for_change(watch, &seen)? {
            return Ok(Verdict::Clean);
        }
    }
}

/// Checks and generates once; what was read on the way.
fn round(watch: &Watch, terminal: &mut Terminal) -> Result<Seen, Fault> {
    let schemas = files::schemas(&watch.paths)?;
    let mut outcomes = check::outcomes(schemas.clone());
    let mut report = Report::default();
    for (_, outcome) in &mut outcomes {
        outcome.diagnostics.drop_notes();
        report.outcome(outcome, &watch.reporting, terminal)?;
    }
    let verdict = report.summary(&watch.reporting, terminal)?;
    if let (Some(out), Verdict::Clean) = (&watch.out, verdict) {
        let written = generate::modules(&outcomes, out).and_then(|generated| generate::write(&generated));
        match written {
            Ok(written) if watch.reporting.format == Format::Human => {
                terminal.say(&format!("generated {}\n", counted(written, "file")))?;
            }
            Ok(_) => {}
            // The next change may put it right, so watching goes on.
            Err(fault) => terminal.fault(&fault),
        }
    }
    let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (_, outcome) in &outcomes {
        texts.extend(outcome.sources.files().map(|(_, it)| (PathBuf::from(it.path()), it.text().to_owned())));
    }
    Ok(Seen { schemas, texts })
}

/// Waits until something is not as it was seen, and then stays as it is for a moment; `true` once Ctrl-C was pressed.
fn wait_for_change(watch: &Watch, seen: &Seen) -> Result<bool, Fault> {
    let mut last = None;
    loop {
        if interrupt::wait(if last.is_some() { SETTLE } else { POLL }) {
            return Ok(true);
        }
        let schemas = files::schemas(&watch.paths)?;
        let texts = seen.texts.keys().map(|path| (path.clone(), text(path))).collect();
        let now = Seen { schemas, texts };
        if last.as_ref() == Some(&now) {
            return Ok(false);
        }
        last = (now != *seen).then_some(now);
    }
}

/// The text of a file as a run would read it.
fn text(path: &Path) -> String {
    match Disk.load(path) {
        Ok(text) => text,
        Err(LoadError::NotText { before, .. }) => before,
        Err(_) => String::new(),
    }
}
