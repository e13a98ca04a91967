//! `cqrs explain`: what a code means, and every code there is.

use clap::{Args, ValueEnum};

use super::terminal::Terminal;
use super::{Fault, Verdict};
use crate::code::{self, Code};
use crate::diagnostic::{did_you_mean, quote};

const EXAMPLES: &str = "Examples:
  cqrs explain E0101                      what one code means, with a wrong and a right schema
  cqrs explain                            every code with its title
  cqrs explain --all --format markdown    every explanation, as one page

Exit codes: 0 the code is known, 2 it is not";

/// Explain a code, or list them all
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Explain {
    /// The code, in any case: E0101
    #[arg(conflicts_with = "all")]
    code: Option<String>,
    /// Explain every code
    #[arg(long)]
    all: bool,
    /// As text for a terminal, or as a page of Markdown
    #[arg(long, value_enum, default_value_t = Form::Human, value_name = "FORMAT")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Human,
    Markdown,
}

pub(super) fn run(explain: &Explain, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let text = match (&explain.code, explain.all) {
        (Some(id), _) => written(find(id)?, explain.format),
        (None, true) => match explain.format {
            Form::Markdown => page(),
            Form::Human => everything().map(|code| written(code, Form::Human)).collect::<Vec<_>>().join("\n"),
        },
        (None, false) => match explain.format {
            Form::Markdown => everything().map(|code| format!("- `{}`: {}\n", code.id, code.title)).collect(),
            Form::Human => everything().map(|code| format!("{}  {}\n", code.id, code.title)).collect(),
        },
    };
    terminal.print(&text)?;
    Ok(Verdict::Clean)
}

/// Every code: of schemas by themselves, and of their changes.
fn everything() -> impl Iterator<Item = &'static Code> {
    code::all().chain(code::evolution::all())
}

fn find(id: &str) -> Result<&'static Code, Fault> {
    code::find(id).ok_or_else(|| {
        let known = did_you_mean(&id.to_uppercase(), everything().map(|code| code.id));
        let help = known.unwrap_or_else(|| String::from("`cqrs explain` lists all codes"));
        Fault::Usage(format!("there is no code {}: {help}", quote(id)))
    })
}

/// The explanation of one code.
fn written(code: &Code, form: Form) -> String {
    let text = code.explanation();
    match form {
        Form::Markdown => text,
        Form::Human => plain(&text),
    }
}

/// Markdown as text for a terminal: headings without marks, code indented.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut is_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            text.push_str(if line.is_empty() { "" } else { "    " });
            text.push_str(line);
            text.push('\n');
        } else {
            text.push_str(line.trim_start_matches('#').trim_start());
            text.push('\n');
        }
    }
    text
}

/// Every explanation, under one title.
fn page() -> String {
    let mut text = String::from(
        "# Diagnostics\n\nWhat the schema compiler reports. `cqrs explain E0101` shows one of them on the terminal.\n",
    );
    for code in everything() {
        text.push_str(&format!("\n#{}", code.explanation()));
    }
    text
}
