//! `cqrs generate`: the generated Rust as files that are checked in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::check;
use super::files;
use super::report::{Report, counted};
use super::terminal::Terminal;
use super::{Fault, Format, Reporting, Verdict, patch};
use crate::Outcome;
use crate::emit::rust;

const EXAMPLES: &str = "Examples:
  cqrs generate schemas/banking.yaml --out src/generated
  cqrs generate schemas --out src/generated --check     for CI: fails with a diff where a file is stale

Each schema becomes one file named after its domain: `src/generated/banking.rs`. While any error stands nothing is
written. A crate with a build script does not need this: the build generates what it compiles.

Exit codes: 0 all is generated, 1 a schema has problems or (with --check) a file is stale, 2 a file cannot be read or
written";

/// Generate Rust that is checked in, or say whether it is stale
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Generate {
    /// Schemas, or folders with schemas in them
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// The folder of the generated files
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Show what would change as a diff, and change nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    reporting: Reporting,
}

pub(super) fn run(args: &Generate, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let mut outcomes = check::outcomes(files::schemas(&args.paths)?);
    for (_, outcome) in &mut outcomes {
        outcome.diagnostics.drop_notes();
    }
    let mut report = Report::default();
    for (_, outcome) in &outcomes {
        report.outcome(outcome, &args.reporting, terminal)?;
    }
    if report.verdict(args.reporting.deny_warnings) == Verdict::Problems {
        report.summary(&args.reporting, terminal)?;
        return Ok(Verdict::Problems);
    }
    let generated = modules(&outcomes, &args.out)?;
    if args.check {
        return stale(&generated, args.reporting.format, terminal);
    }
    let written = write(&generated)?;
    if args.reporting.format == Format::Human {
        let unchanged = generated.len() - written;
        terminal.say(&format!("generated {}, {unchanged} unchanged\n", counted(written, "file")))?;
    }
    Ok(Verdict::Clean)
}

/// The files of the schemas that have no error, by path.
pub(super) fn modules(
    outcomes: &[(PathBuf, Outcome)],
    out: &Path,
) -> Result<BTreeMap<PathBuf, String>, Fault> {
    let mut from: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    let mut modules = BTreeMap::new();
    for (schema, outcome) in outcomes {
        let Some(checked) = &outcome.checked else { continue };
        let path = out.join(format!("{}.rs", checked.domain().name.snake()));
        if let Some(other) = from.insert(path.clone(), schema) {
            let domain = checked.domain().name.as_str();
            let (one, other) = (other.display(), schema.display());
            return Err(Fault::Usage(format!(
                "`{one}` and `{other}` both declare the domain `{domain}`: give one another name"
            )));
        }
        modules.insert(path, rust::module(checked, &outcome.sources));
    }
    Ok(modules)
}

/// Writes what is not there yet; how many files those were.
pub(super) fn write(generated: &BTreeMap<PathBuf, String>) -> Result<usize, Fault> {
    let mut written = 0;
    for (path, text) in generated {
        if files::write_if_changed(path, text)? {
            written += 1;
        }
    }
    Ok(written)
}

/// Shows the files that are not what the schemas say.
fn stale(
    generated: &BTreeMap<PathBuf, String>,
    format: Format,
    terminal: &mut Terminal,
) -> Result<Verdict, Fault> {
    let mut stale = 0;
    for (path, wanted) in generated {
        let there = match std::fs::read_to_string(path) {
            Ok(there) => there,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Fault::file("read", path, error)),
        };
        if there != *wanted {
            stale += 1;
            terminal.print(&patch::unified(path, &there, wanted, terminal))?;
        }
    }
    if stale == 0 {
        return Ok(Verdict::Clean);
    }
    if format == Format::Human {
        let files = counted(stale, "stale file");
        terminal.say(&format!("{files}: run the same command without `--check`\n"))?;
    }
    Ok(Verdict::Problems)
}
