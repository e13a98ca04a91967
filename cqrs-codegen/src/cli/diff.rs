//! `cqrs diff`: what changed between two states of a schema, and whom it hurts.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};
use cqrs_evolution::model::Domain;
use cqrs_evolution::rules::Severity;
use cqrs_evolution::{lock, report};

use super::report::Report;
use super::terminal::Terminal;
use super::{Fault, Format, Verdict};
use crate::evolution::model;
use crate::load::{Disk, LARGEST, Load, LoadError};

const EXAMPLES: &str = "Examples:
  cqrs diff old/banking.yaml banking.yaml                     two files
  cqrs diff main:schemas/banking.yaml schemas/banking.yaml    a git revision and a file
  cqrs diff schemas/banking.lock schemas/banking.yaml         what is released and what is there
  cqrs diff main:schemas/banking.yaml schemas/banking.yaml --format markdown >> comment.md

Exit codes: 0 no change, or none that hurts anybody; 3 warnings: somebody may stumble;
1 errors: what was released cannot be read any more; 2 a file cannot be read, or is no schema
without errors";

/// Show what changed between two states of a schema, and whom it hurts
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Diff {
    /// The older state: a schema or a lock, or one of a git revision as `REV:path`
    old: String,
    /// The newer state
    new: String,
    /// For a terminal, for machines, or for a pull request
    #[arg(long, value_enum, default_value_t = Form::Text, value_name = "FORMAT")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Markdown,
}

pub(super) fn run(args: &Diff, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let (old, new) = (state(&args.old, terminal)?, state(&args.new, terminal)?);
    let changes = report::diff((&args.old, &old), (&args.new, &new));
    let text = match args.format {
        Form::Text => changes.text(),
        Form::Json => changes.json(),
        Form::Markdown => changes.markdown(),
    };
    terminal.print(&format!("{}\n", text.trim_end()))?;
    Ok(match changes.severity() {
        Some(Severity::Error) => Verdict::Problems,
        Some(Severity::Warning) => Verdict::Warnings,
        Some(Severity::Note) | None => Verdict::Clean,
    })
}

/// The model of a file, or of a file of a git revision.
fn state(name: &str, terminal: &mut Terminal) -> Result<Domain, Fault> {
    if !Path::new(name).exists()
        && let Some((revision, path)) = name.split_once(':')
    {
        return read(&Revision { revision, is_here: path.starts_with('.') }, Path::new(path), name, terminal);
    }
    read(&Disk, Path::new(name), name, terminal)
}

fn read(load: &dyn Load, path: &Path, name: &str, terminal: &mut Terminal) -> Result<Domain, Fault> {
    if path.extension().is_some_and(|it| it == "lock") {
        let text = load.load(path).map_err(|error| Fault::Usage(format!("cannot read `{name}`: {error}")))?;
        let lock = lock::read(&text).map_err(|error| Fault::Usage(format!("{name}:{error}")))?;
        return Ok(lock.domain);
    }
    let outcome = crate::check(load, path);
    match &outcome.checked {
        Some(checked) => Ok(model(checked)),
        None => {
            Report::default().diagnostics(&outcome.diagnostics, &outcome.sources, Format::Human, terminal)?;
            Err(Fault::Usage(format!("`{name}` has errors, so it cannot be compared")))
        }
    }
}

/// Files as they were in a git revision.
struct Revision<'a> {
    revision: &'a str,
    /// Whether paths begin at this folder, and not at the repository's root.
    is_here: bool,
}

impl Load for Revision<'_> {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        let path = path.to_string_lossy().replace('\\', "/");
        let here = if self.is_here && !path.starts_with('.') { "./" } else { "" };
        let object = PathBuf::from(format!("{}:{here}{path}", self.revision));
        // A revision that begins with a dash must not be taken for an option.
        let output = Command::new("git").args(["show", "--end-of-options"]).arg(object).output()?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            let reason = reason.lines().next().unwrap_or("git could not show it");
            return Err(LoadError::Io(std::io::Error::other(reason.to_owned())));
        }
        if output.stdout.len() > LARGEST {
            return Err(LoadError::TooLarge);
        }
        String::from_utf8(output.stdout).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(error.as_bytes().get(..offset).unwrap_or(&[])).into_owned();
            LoadError::NotText { offset, before }
        })
    }
}
