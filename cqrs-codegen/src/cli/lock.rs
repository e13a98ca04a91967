//! `cqrs lock`: records what is released, in the lock and the corpus beside each schema.

use std::path::{Path, PathBuf};

use clap::Args;
use cqrs_evolution::model::Domain;
use cqrs_evolution::report::{self, Report as Changes};
use cqrs_evolution::{corpus, lock};

use super::report::{Report, counted};
use super::terminal::Terminal;
use super::{Fault, Format, Reporting, Verdict, check, files, patch};
use crate::Checked;
use crate::evolution::{corpus_path, lock_path, model};

const EXAMPLES: &str = "Examples:
  cqrs lock                            every schema below this folder
  cqrs lock schemas/banking.yaml       writes schemas/banking.lock and schemas/banking.corpus.jsonl
  cqrs lock --check schemas            for CI: a diff of what is not recorded, which fails
  cqrs lock --format json schemas      what is added, as one JSON object a schema

The lock records every shape in which an event was released, the corpus has sample payloads of
each. Both are only ever added to; a schema that contradicts its lock is reported, and nothing
is written for it. Commit both files.

Exit codes: 0 all is recorded, 1 a schema has problems or (with --check) something is not
recorded, 2 a file cannot be read or written";

/// Record what is released: the lock and the corpus beside each schema
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Lock {
    /// Schemas, or folders with schemas in them
    #[arg(default_value = ".", value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// Show what would be added as a diff, and write nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    reporting: Reporting,
}

/// The two files beside a schema as they should be, and what the lock gains.
struct Wanted {
    files: [(PathBuf, String); 2],
    released: Domain,
    changes: Changes,
}

pub(super) fn run(args: &Lock, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let mut outcomes = check::outcomes(files::schemas(&args.paths)?);
    if outcomes.is_empty() {
        return Err(Fault::Usage(String::from(
            "there is no schema here: name a file that begins with `cqrs: 1`",
        )));
    }
    let mut report = Report::default();
    let mut is_recorded = true;
    for (schema, outcome) in &mut outcomes {
        outcome.diagnostics.drop_notes();
        report.outcome(outcome, &args.reporting, terminal)?;
        let Some(checked) = outcome.checked.as_ref().filter(|it| !it.domain().aggregates.is_empty()) else {
            continue;
        };
        let wanted = wanted(schema, checked)?;
        is_recorded &= record(&wanted, args, terminal)?;
    }
    match report.verdict(args.reporting.deny_warnings) {
        Verdict::Clean if !is_recorded => Ok(Verdict::Problems),
        Verdict::Clean => Ok(Verdict::Clean),
        other => {
            report.summary(&args.reporting, terminal)?;
            Ok(other)
        }
    }
}

/// What should stand beside a schema that contradicts nothing.
fn wanted(schema: &Path, checked: &Checked) -> Result<Wanted, Fault> {
    let today = model(checked);
    let path = lock_path(schema, &today.name);
    let before = match there(&path)? {
        Some(text) => lock::read(&text).map_err(|error| unreadable(&path, &error))?.domain,
        None => Domain::new(&today.name),
    };
    let released = lock::merge(&before, &today);
    let corpus = corpus_path(&path);
    let kept = match there(&corpus)? {
        Some(text) => corpus::read(&text).map_err(|error| unreadable(&corpus, &error))?,
        None => Vec::new(),
    };
    let samples = corpus::merge(&kept, &corpus::generate(&released));
    let samples = corpus::write(&samples).map_err(|error| unreadable(&corpus, &error))?;
    let names = (path.display().to_string(), schema.display().to_string());
    let changes = report::diff((&names.0, &before), (&names.1, &released));
    Ok(Wanted { files: [(path, lock::write(&released)), (corpus, samples)], released, changes })
}

/// Writes the files, or shows what is not recorded; whether all is recorded now.
fn record(wanted: &Wanted, args: &Lock, terminal: &mut Terminal) -> Result<bool, Fault> {
    let mut stale = Vec::new();
    for (path, text) in &wanted.files {
        let there = there(path)?.unwrap_or_default();
        if there != *text {
            stale.push((path, there, text));
        }
    }
    for (path, there, text) in &stale {
        if args.check && args.reporting.format == Format::Human {
            terminal.print(&patch::unified(path, there, text, terminal))?;
        } else if !args.check {
            files::write_if_changed(path, text)?;
        }
    }
    if args.reporting.format == Format::Json {
        terminal.print(&format!("{}\n", wanted.changes.json().trim_end()))?;
    } else {
        terminal.say(&told(wanted, stale.is_empty(), args.check))?;
    }
    Ok(stale.is_empty() || !args.check)
}

/// What is new, one change a line.
fn told(wanted: &Wanted, is_recorded: bool, is_check: bool) -> String {
    let lock = wanted.changes.old.as_str();
    if is_recorded {
        return format!("{lock}: all is recorded\n");
    }
    let added = match wanted.changes.changes.len() {
        // No shape is new, but what a step says of an older one, a sample, or that others read an event.
        0 => String::from("steps, samples or published events"),
        count => counted(count, "addition"),
    };
    let mut text = match is_check {
        true => format!("{lock}: {added} not recorded; run the same command without `--check`\n"),
        false => format!("{lock}: {added} recorded\n"),
    };
    for change in &wanted.changes.changes {
        text.push_str(&format!("  {}\n", change.message));
    }
    for version in corpus::unsampled(&wanted.released) {
        text.push_str(&format!("  {version} has no sample: it needs a value of a type written by hand\n"));
    }
    text
}

/// The text of a file, where there is one.
fn there(path: &Path) -> Result<Option<String>, Fault> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::file("read", path, error)),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::Usage(format!("{}:{error}", path.display()))
}
