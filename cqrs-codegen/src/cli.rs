//! The `cqrs` command: what can be said on its command line, and what each exit code means.
//!
//! Each command is a function of a module of its name. Here and there alone the crate prints, and only here does it
//! write files other than a build script's output: each in one step, so that none is ever left half written.

mod check;
mod diff;
mod docs;
mod evolve;
mod explain;
mod files;
mod fmt;
mod generate;
mod interrupt;
mod lock;
mod new;
mod patch;
mod report;
mod schema;
mod terminal;
mod verify;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use terminal::Terminal;

const EXIT_CODES: &str = "Exit codes:
  0  nothing is wrong
  1  problems were found, or files are not as they should be
  2  the command was used wrongly, or a file could not be read or written
  3  `cqrs diff` has found warnings and no errors";

/// The schema compiler: YAML in, Rust that a careful engineer would have written out
#[derive(Debug, Parser)]
#[command(name = "cqrs", version, after_help = EXIT_CODES, arg_required_else_help = true)]
struct Cli {
    /// When to use colours; `auto` is only on a terminal, and never where NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    color: When,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Check(check::Check),
    Generate(generate::Generate),
    Watch(watch::Watch),
    Explain(explain::Explain),
    Schema(schema::Schema),
    Docs(docs::Docs),
    Fmt(fmt::Fmt),
    Lock(lock::Lock),
    Evolve(evolve::Evolve),
    Diff(diff::Diff),
    Verify(verify::Verify),
}

/// How problems are told, for each command that reads schemas.
#[derive(Debug, Args)]
struct Reporting {
    /// How problems are told: for people, or one JSON object a line on standard output
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
    /// Count warnings as problems
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Nothing is wrong.
    Clean,
    /// Problems were found and told.
    Problems,
    /// `cqrs diff` has found warnings and nothing worse.
    Warnings,
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// A file or folder could not be read or written.
    #[error("cannot {action} `{}`: {error}", path.display())]
    File { action: &'static str, path: PathBuf, error: std::io::Error },
    /// The command line asks for something that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Standard output or standard error is gone.
    #[error("cannot print: {0}")]
    Print(#[from] std::io::Error),
    /// Ctrl-C cannot be listened for.
    #[error("cannot listen for Ctrl-C: {0}")]
    Interrupt(#[from] ctrlc::Error),
}

impl Fault {
    fn file(action: &'static str, path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        Self::File { action, path: path.into(), error }
    }
}

/// Reads the command line, carries out what it asks for, and says how it went.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::new(cli.color);
    let verdict = interrupt::listen().and_then(|()| match cli.command {
        Command::New(it) => new::run(&it, &mut terminal),
        Command::Check(it) => check::run(&it, &mut terminal),
        Command::Generate(it) => generate::run(&it, &mut terminal),
        Command::Watch(it) => watch::run(&it, &mut terminal),
        Command::Explain(it) => explain::run(&it, &mut terminal),
        Command::Schema(it) => schema::run(&it, &mut terminal),
        Command::Docs(it) => docs::run(&it, &mut terminal),
        Command::Fmt(it) => fmt::run(&it, &mut terminal),
        Command::Lock(it) => lock::run(&it, &mut terminal),
        Command::Evolve(it) => evolve::run(&it, &mut terminal),
        Command::Diff(it) => diff::run(&it, &mut terminal),
        Command::Verify(it) => verify::run(&it, &mut terminal),
    });
    match verdict {
        Ok(Verdict::Clean) => ExitCode::SUCCESS,
        Ok(Verdict::Problems) => ExitCode::from(1),
        Ok(Verdict::Warnings) => ExitCode::from(3),
        // Whoever reads has read enough, as `head` does: there is nobody left to tell.
        Err(Fault::Print(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(fault) => {
            terminal.fault(&fault);
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        use clap::CommandFactory;
        for command in Cli::command().get_subcommands() {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:"), "{} shows none", command.get_name());
        }
    }
}
