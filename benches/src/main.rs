//! Figures: what the runtime costs beside the physical limits, measured in one program.
//!
//! `cargo run --release -p benches` prints a table; each figure is the median of several rounds, in which all cases take
//! their turns, and each ratio compares two cases of the same round. Ratios are what counts: the rates are those of one
//! machine.

#![expect(clippy::print_stdout, reason = "the figures go to standard output")]

mod dispatch;
mod domain;
mod figures;
mod projection;
mod raw;
mod raw_projection;
mod rehydration;
mod upcasting;
mod write_path;

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::figures::Figures;

/// Measure the runtime beside the physical limits, and print rates and ratios.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when left out
    #[arg(value_enum)]
    only: Vec<Topic>,
    /// How often everything is measured; each figure is the median
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How many events the log of the projections has
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// A folder on the disk to measure; the one for temporary files when left out
    #[arg(long)]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Topic {
    /// Replaying a stream of which half is stored in an old version
    Upcasting,
    /// Commands on SQLite, one after the other and 64 at once
    WritePath,
    /// Loading an aggregate of 10,000 events from SQLite
    Rehydration,
    /// Commands on the store in memory
    Dispatch,
    /// Folding a log of 1,000,000 events into tables of 1,000 and of 200,000 rows
    Projection,
}

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let arguments = Arguments::parse();
    if cfg!(debug_assertions) {
        eprintln!("warning: this is a debug build, whose figures say nothing; add --release");
    }
    let dir = arguments.dir.clone().unwrap_or_else(std::env::temp_dir);
    let wanted = |topic| arguments.only.is_empty() || arguments.only.contains(&topic);
    let mut figures = Figures::new(arguments.rounds.max(1));
    if wanted(Topic::Upcasting) {
        upcasting::measure(&mut figures, &dir).await?;
    }
    if wanted(Topic::WritePath) {
        write_path::measure(&mut figures, &dir).await?;
    }
    if wanted(Topic::Rehydration) {
        rehydration::measure(&mut figures, &dir).await?;
    }
    if wanted(Topic::Dispatch) {
        dispatch::measure(&mut figures).await?;
    }
    if wanted(Topic::Projection) {
        projection::measure(&mut figures, &dir, arguments.events).await?;
    }
    println!("{figures}");
    Ok(())
}
