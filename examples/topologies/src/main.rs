//! Where the command side and the query side of one domain may live.
//!
//! `cargo run -p topologies -- one-process`, `-- two-processes` and `-- replica` each start the PostgreSQL servers that they need, in a
//! temporary folder, and show that a query finds what was just written: read your own writes holds wherever the two sides are.
//! docs/topologies.md says when to choose which.

mod command_side;
mod domain;

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use cqrs_core::{App, Position, Refresh};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;

use crate::command_side::CommandSide;
use crate::domain::{Add, Contents, ContentsOf, Jar};

/// How many times coins are added.
const WRITES: u32 = 20;

/// How long a query waits for what was written.
const PATIENCE: Duration = Duration::from_secs(10);

/// Run one domain with its command side and its query side in different places
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    topology: Topology,
}

#[derive(Debug, Subcommand)]
enum Topology {
    /// Both sides in one process on one database
    OneProcess,
    /// Each side in a process of its own, on one database
    TwoProcesses,
    /// The query side on a standby that follows the database by streaming replication
    Replica,
    /// What the other two start: the command side alone, with requests on standard input
    #[command(hide = true)]
    CommandSide {
        /// The database
        address: String,
        /// Keep the read model too
        #[arg(long)]
        projects: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().topology {
        Topology::OneProcess => one_process().await,
        Topology::TwoProcesses => two_processes().await,
        Topology::Replica => replica().await,
        Topology::CommandSide { address, projects } => command_side::serve(&address, projects).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The rows change with the events, in one transaction: a query needs no patience at all.
async fn one_process() -> Result<(), Box<dyn Error>> {
    let server = Server::start()?;
    let store = PostgresStore::connect(server.address()).await?;
    let builder = App::builder(store).aggregate::<Jar>().projection::<Contents>(Refresh::OnCommit);
    let app = builder.build().await?;
    for coins in 1..=WRITES {
        let receipt = app.execute(Add { jar: "kitchen".to_owned(), coins }).await?;
        expect(&app, receipt.position, coins).await?;
    }
    Ok(app.shutdown().await?)
}

/// The query side folds the events that another process records; a query with a position waits until they are in the rows.
async fn two_processes() -> Result<(), Box<dyn Error>> {
    let server = Server::start()?;
    let mut commands = CommandSide::start(&server.address(), false)?;
    let store = PostgresStore::connect(server.address()).await?;
    let queries = App::builder(store).projection::<Contents>(Refresh::Continuous).build().await?;
    write_and_read(&mut commands, &queries).await?;
    queries.shutdown().await?;
    commands.stop().await
}

/// The rows are kept at the primary and read at the standby; a query with a position waits until they have arrived there.
async fn replica() -> Result<(), Box<dyn Error>> {
    let server = Server::start()?;
    let standby = server.standby("standby")?;
    let mut commands = CommandSide::start(&server.address(), true)?;
    // The first answer says that the tables are there, at the primary.
    commands.add("cellar", 1).await?;
    let queries = once_it_is_there(&standby.address()).await?;
    write_and_read(&mut commands, &queries).await?;
    queries.shutdown().await?;
    commands.stop().await
}

/// A query side on a standby. It writes nothing, so it only reads rows that somebody else keeps: its projection is manual.
async fn once_it_is_there(address: &str) -> Result<App, Box<dyn Error>> {
    let since = Instant::now();
    loop {
        let store = PostgresStore::builder(address).migrate(false).open().await;
        let tried = match store {
            Ok(store) => {
                let builder = App::builder(store).projection::<Contents>(Refresh::Manual);
                builder.build().await.map_err(Box::<dyn Error>::from)
            }
            Err(error) => Err(error.into()),
        };
        match tried {
            Err(_) if since.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
            tried => return tried,
        }
    }
}

async fn write_and_read(commands: &mut CommandSide, queries: &App) -> Result<(), Box<dyn Error>> {
    for coins in 1..=WRITES {
        let position = commands.add("kitchen", coins).await?;
        expect(queries, position, coins).await?;
    }
    Ok(())
}

/// Writes a line to standard output; nobody listening any more, as behind `head`, is no error.
fn say(line: String) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Shows what a query finds that waits for a position, and fails when that is not what was written.
async fn expect(queries: &App, position: Position, coins: u32) -> Result<(), Box<dyn Error>> {
    let asked = Instant::now();
    let query = ContentsOf { jar: "kitchen".to_owned() };
    let page = queries.query(query).after_position(position).within(PATIENCE).await?;
    let found = page.rows.first().map_or(0, |row| row.coins);
    let waited = asked.elapsed().as_secs_f64() * 1000.0;
    say(format!(
        "position {position:>3}: {coins:>2} coins more, {found:>3} in the jar, found after {waited:.1} ms"
    ))?;
    let expected = u64::from(coins) * (u64::from(coins) + 1) / 2;
    if found == expected { Ok(()) } else { Err(format!("{found} coins were found, not {expected}").into()) }
}
