//! `cqrs fmt`: schemas in canonical form.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::report::Report;
use super::terminal::Terminal;
use super::{Fault, Format, Verdict, files, patch};
use crate::diagnostic::Diagnostics;
use crate::format::{Refusal, format};
use crate::load::{Disk, Load};
use crate::source::SourceMap;

const EXAMPLES: &str = "Examples:
  cqrs fmt schemas/banking.yaml           format a file in place
  cqrs fmt schemas                        format every schema in a folder
  cqrs fmt --check schemas                for CI: show what would change and change nothing
  cqrs fmt - < banking.yaml               from standard input to standard output, for editors

Words of the language come in the order of the reference; names keep the writer's order. Every comment is kept.

Exit codes: 0 all is formatted, 1 a file is not (with --check) or is not YAML, 2 a file cannot be read or written";

/// Put schemas into canonical form: order of keys and layout, with every comment kept
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Fmt {
    /// Schemas, folders with schemas in them, or `-` for standard input
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// Show what would change as a diff, and change nothing
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Fmt, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    if args.paths == [PathBuf::from("-")] {
        return standard_input(args.check, terminal);
    }
    let mut verdict = Verdict::Clean;
    for asked in files::schemas(&args.paths)? {
        verdict = verdict.max(file(&asked.path, args.check, terminal)?);
    }
    Ok(verdict)
}

fn file(path: &Path, check: bool, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let there = Disk.load(path).map_err(|error| Fault::file("read", path, std::io::Error::other(error)))?;
    let Some(wanted) = formatted(path, &there, terminal)? else { return Ok(Verdict::Problems) };
    if there == wanted {
        return Ok(Verdict::Clean);
    }
    if check {
        terminal.print(&patch::unified(path, &there, &wanted, terminal))?;
        return Ok(Verdict::Problems);
    }
    files::write_if_changed(path, &wanted)?;
    terminal.say(&format!("formatted {}\n", path.display()))?;
    Ok(Verdict::Clean)
}

fn standard_input(check: bool, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let path = Path::new("<stdin>");
    let mut there = String::new();
    let most = crate::load::LARGEST as u64 + 1;
    std::io::stdin()
        .take(most)
        .read_to_string(&mut there)
        .map_err(|error| Fault::file("read", "standard input", error))?;
    let Some(wanted) = formatted(path, &there, terminal)? else { return Ok(Verdict::Problems) };
    if !check {
        terminal.print(&wanted)?;
    } else if there != wanted {
        terminal.print(&patch::unified(path, &there, &wanted, terminal))?;
        return Ok(Verdict::Problems);
    }
    Ok(Verdict::Clean)
}

/// The text in canonical form, or nothing where it was refused and why was told.
fn formatted(path: &Path, text: &str, terminal: &mut Terminal) -> Result<Option<String>, Fault> {
    let mut sources = SourceMap::default();
    let file = sources.add(path.to_string_lossy(), text);
    let mut diagnostics = Diagnostics::default();
    match format(&sources, file, &mut diagnostics) {
        Ok(formatted) => Ok(Some(formatted)),
        Err(Refusal::NotYaml) => {
            Report::default().diagnostics(&diagnostics, &sources, Format::Human, terminal)?;
            Ok(None)
        }
        Err(refusal @ Refusal::WouldChange) => Err(Fault::Usage(format!("{}: {refusal}", path.display()))),
    }
}
