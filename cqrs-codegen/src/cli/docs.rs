//! `cqrs docs`: one page about a domain.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::report::Report;
use super::terminal::Terminal;
use super::{Fault, Format, Verdict, files};
use crate::emit::docs;
use crate::load::Disk;

const EXAMPLES: &str = "Examples:
  cqrs docs schemas/banking.yaml > banking.md
  cqrs docs schemas/banking.yaml --format html -o banking.html

The HTML is one file that needs no network; the Markdown draws its diagrams with Mermaid.

Exit codes: 0 the page was written, 1 the schema has errors, 2 a file cannot be read or written";

/// Write one page about a domain: its messages, who may send them, and how they flow
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Docs {
    /// The schema
    schema: PathBuf,
    /// The form of the page
    #[arg(long, value_enum, default_value_t = Form::Markdown, value_name = "FORMAT")]
    format: Form,
    /// The file to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Markdown,
    Html,
}

pub(super) fn run(args: &Docs, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let outcome = crate::check(&Disk, &args.schema);
    let Some(checked) = outcome.checked else {
        Report::default().diagnostics(&outcome.diagnostics, &outcome.sources, Format::Human, terminal)?;
        return Ok(Verdict::Problems);
    };
    let page = match args.format {
        Form::Markdown => docs::markdown(checked.domain()),
        Form::Html => docs::html(checked.domain()),
    };
    match &args.output {
        Some(path) => {
            files::write_if_changed(path, &page)?;
        }
        None => terminal.print(&page)?,
    }
    Ok(Verdict::Clean)
}
