//! `cqrs check`: every problem of every schema.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::files::{self, Asked};
use super::report::Report;
use super::terminal::Terminal;
use super::{Fault, Reporting, Verdict};
use crate::Outcome;
use crate::evolution;
use crate::load::{Disk, beside};

const EXAMPLES: &str = "Examples:
  cqrs check                              every schema below this folder
  cqrs check schemas/banking.yaml         one schema, with what it imports
  cqrs check --deny-warnings schemas      for CI: warnings count too
  cqrs check --format json schemas        one JSON object a line, for editors and scripts

Exit codes: 0 nothing is wrong, 1 problems were found, 2 a path cannot be read";

/// Report every problem of every schema
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    /// Schemas, or folders with schemas in them
    #[arg(default_value = ".", value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    reporting: Reporting,
}

pub(super) fn run(check: &Check, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let asked = files::schemas(&check.paths)?;
    if asked.is_empty() {
        return Err(Fault::Usage(String::from(
            "there is no schema here: name a file that begins with `cqrs: 1`",
        )));
    }
    let mut report = Report::default();
    for (_, outcome) in outcomes(asked) {
        report.outcome(&outcome, &check.reporting, terminal)?;
    }
    report.summary(&check.reporting, terminal)
}

/// Checks each schema. A file that was found in a folder and has no `domain` is left out where another schema imports it.
pub(super) fn outcomes(asked: Vec<Asked>) -> Vec<(PathBuf, Outcome)> {
    let (parts, schemas): (Vec<Asked>, Vec<Asked>) =
        asked.into_iter().partition(|asked| asked.is_found && !files::says(&asked.path, "domain:"));
    let mut read = BTreeSet::new();
    let mut outcomes = Vec::new();
    for Asked { path, .. } in schemas {
        let mut outcome = crate::check(&Disk, &path);
        evolution::hold(&mut outcome, &Disk, &path, evolution::today());
        read.extend(outcome.sources.files().map(|(_, file)| plain(file.path())));
        outcomes.push((path, outcome));
    }
    for Asked { path, .. } in parts {
        if !read.contains(&plain(&path.to_string_lossy())) {
            let outcome = crate::check(&Disk, &path);
            outcomes.push((path, outcome));
        }
    }
    outcomes
}

/// A path without `.` and `..`, as the paths of imports are.
fn plain(path: &str) -> PathBuf {
    beside(Path::new(""), path)
}
