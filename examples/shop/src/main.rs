//! A shop that records purchases as events and sums them up by customer and by month.
//!
//! What a purchase is and how it adds up is said in `schemas/shop.yaml`; here it is read from files and shown.
//!
//! `cargo run --release -p shop` makes a year of purchases of its own; with a file it imports that one. Run it again, or
//! after it was stopped or killed, and it goes on where it was: nothing is recorded twice.

mod file;
mod ids;
mod import;
mod line;
mod purchase;
mod report;
mod year;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use cqrs_core::App;
use cqrs_sqlite::SqliteStore;
use indicatif::{ProgressBar, ProgressStyle};

use crate::file::PurchaseFile;
use crate::import::{Import, Imported};
use crate::report::{grouped, report};
use crate::year::Year;

/// Record purchases in a SQLite file, and show the top customers and all months.
///
/// Running it again on the same file records nothing twice, so a run that was stopped, or whose file had to be mended, is
/// simply run again.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Purchases, one a line: customer, date (20250314 or 2025-03-14), quantity, amount; and perhaps an item;
    /// parted by blanks or by commas, with or without a header. A made-up year when left out
    file: Option<PathBuf>,
    /// The database; `<file's name>.db` in this folder when left out, or `shop.db` for the made-up year
    #[arg(long)]
    db: Option<PathBuf>,
    /// How many customers to show
    #[arg(long, default_value_t = 10)]
    top: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(imported) if imported.stopped => ExitCode::from(130),
        Ok(imported) if imported.bad > 0 => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Imported, Box<dyn Error>> {
    let stop = stop_at_ctrl_c();
    let name = arguments.file.as_deref().map_or("the made-up year".into(), |file| file.display().to_string());
    let file = arguments.file.as_deref().map(PurchaseFile::open).transpose();
    let file = file.map_err(|error| format!("{name} cannot be read: {error}"))?;
    let db = arguments.db.clone().unwrap_or_else(|| default_db(arguments.file.as_deref()));

    let app = shop::domain::register(App::builder(SqliteStore::open(&db).await?)).build().await?;

    let begun = Instant::now();
    let imported = match file {
        Some(file) => {
            let bar = progress_bar(file.size());
            Import::new(&app, &name, bar, stop).run(file).await
        }
        None => Import::new(&app, &name, progress_bar(year::PURCHASES), stop).run(Year::new()).await,
    };
    let shown = match imported {
        Ok(imported) => {
            say(&summary(&name, &db, &imported, begun.elapsed()))?;
            show_totals(&app, arguments.top).await.map(|()| imported)
        }
        Err(error) => {
            Err(format!("{error}\nwhat was recorded stays recorded; run the same command again to go on")
                .into())
        }
    };
    // An error of the import says more than what it makes of closing the store.
    let closed = app.shutdown().await;
    let imported = shown?;
    closed?;
    Ok(imported)
}

async fn show_totals(app: &App, top: usize) -> Result<(), Box<dyn Error>> {
    let head = app.store().head().await?;
    Ok(say(&report(app, top, head).await?)?)
}

/// Writes to standard output; nobody listening any more, as behind `head`, is no error.
fn say(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// What was done, and what there is to do.
fn summary(name: &str, db: &Path, imported: &Imported, took: Duration) -> String {
    let Imported { recorded, known, bad, stopped } = imported;
    let seconds = took.as_secs_f64();
    let (db, recorded, known) = (db.display(), grouped(recorded), grouped(known));
    let mut text = format!("{name} → {db} in {seconds:.1} s: {recorded} recorded, {known} there before\n");
    if *bad > 0 {
        text += &format!(
            "{} could not be recorded: mend the file and run the same command again, which records nothing twice\n",
            if *bad == 1 { "1 line".to_owned() } else { format!("{} lines", grouped(bad)) }
        );
    }
    if *stopped {
        text += "stopped half way: run the same command again to go on\n";
    }
    text
}

fn default_db(file: Option<&Path>) -> PathBuf {
    let mut name = file.and_then(Path::file_stem).unwrap_or("shop".as_ref()).to_owned();
    name.push(".db");
    name.into()
}

/// A progress bar that is drawn on a terminal alone.
fn progress_bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {percent:>3} %, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the process at once, which loses nothing that was acknowledged.
fn stop_at_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            flag.store(true, Ordering::Relaxed);
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
    stop
}
