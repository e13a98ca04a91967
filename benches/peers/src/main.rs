//! Figures: this framework beside its peers and the raw drivers, the same work in one program.
//!
//! `cargo run --release` in this folder prints a Markdown table of medians, and how many times better than each other one this framework is.
//! All take their turns in each round; ratios compare within a round. docs/peers.md says how each is used.

mod account;
mod banks;
mod databases;
mod figures;
mod topics;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::account::Outcome;
use crate::figures::Figures;

pub(crate) const OURS_RELOADING: &str = "this framework, reloading each time";
pub(crate) const OURS_ON_COMMIT: &str = "this framework, projected on commit";
pub(crate) const CQRS_ES: &str = "cqrs-es";
pub(crate) const EVENTO: &str = "evento";
pub(crate) const ESRS: &str = "esrs";
pub(crate) const DISINTEGRATE: &str = "disintegrate";
pub(crate) const RAW: &str = "raw driver";
pub(crate) const RAW_TOGETHER: &str = "raw driver, 64 commands a transaction";
pub(crate) const NOT_ON_SQLITE: &str = "it has no store on SQLite";
pub(crate) const OLD_SERVER: &str = "its migrations need PostgreSQL 16, and the server is older";

/// Measure this framework beside its peers and the raw drivers, and print medians and ratios.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when left out
    #[arg(long, value_enum, num_args = 1.., value_name = "TOPIC")]
    only: Vec<Topic>,
    /// Name the topics and end
    #[arg(long)]
    list: bool,
    /// How often everything is measured; each figure is the median
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each case of commands and of rehydration takes in each round, in milliseconds
    #[arg(long, default_value_t = 1000)]
    span: u64,
    /// How many events the log has that is projected, or long
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// A folder on the disk to measure; the one for temporary files when left out
    #[arg(long)]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Topic {
    /// Durable commands on SQLite, one client and 64
    Sqlite,
    /// Durable commands on PostgreSQL, one client and 64
    Postgres,
    /// Commands on stores in memory
    Dispatch,
    /// The state of an account of 10,000 events, from memory and SQLite
    Rehydration,
    /// The same from PostgreSQL
    RehydrationPostgres,
    /// A long log on SQLite, projected in memory and into a table
    Projection,
    /// The same on PostgreSQL
    ProjectionPostgres,
    /// Rehydration of which half is stored in an old version
    Upcasting,
    /// From command to projected row, at half of the most that can be done and at 250 commands a second
    Latency,
    /// Commands and rehydration on SQLite and PostgreSQL over a long log, before and after it is analysed
    LongLog,
    /// How often a command allocates
    #[cfg(feature = "allocations")]
    Allocations,
}

/// How the run is made.
pub(crate) struct Run {
    rounds: usize,
    span: Duration,
    events: usize,
    dir: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        list();
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) {
        eprintln!("warning: this is a debug build, whose figures say nothing; add --release");
    }
    let run = Run {
        rounds: arguments.rounds.max(1),
        span: Duration::from_millis(arguments.span.max(1)),
        events: arguments.events.max(1000),
        dir: arguments.dir.unwrap_or_else(std::env::temp_dir),
    };
    let mut figures = Figures::default();
    let mut outcome = Ok(());
    for topic in Topic::value_variants() {
        if outcome.is_ok() && (arguments.only.is_empty() || arguments.only.contains(topic)) {
            outcome = topic.measure(&mut figures, &run).await;
        }
    }
    // What was measured before a failure is worth keeping.
    println!("{figures}");
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    for topic in Topic::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
        println!("{}: {}", topic.get_name(), topic.get_help().map(ToString::to_string).unwrap_or_default());
    }
}

impl Topic {
    async fn measure(self, figures: &mut Figures, run: &Run) -> Outcome {
        match self {
            Self::Sqlite => topics::sqlite::measure(figures, run).await,
            Self::Postgres => topics::postgres::measure(figures, run).await,
            Self::Dispatch => topics::dispatch::measure(figures, run).await,
            Self::Rehydration => topics::rehydration::measure(figures, run).await,
            Self::RehydrationPostgres => topics::rehydration_postgres::measure(figures, run).await,
            Self::Projection => topics::projection::measure(figures, run).await,
            Self::ProjectionPostgres => topics::projection_postgres::measure(figures, run).await,
            Self::Upcasting => topics::upcasting::measure(figures, run).await,
            Self::Latency => topics::latency::measure(figures, run).await,
            Self::LongLog => topics::long_log::measure(figures, run).await,
            #[cfg(feature = "allocations")]
            Self::Allocations => topics::allocations::measure(figures, run).await,
        }
    }
}
