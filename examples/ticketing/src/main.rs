//! An evening at the box office: two seats, more customers than seats, and a clock that is set by hand.
//!
//! `cargo run -p ticketing` keeps it in `ticketing.db`. Each command has an id that follows from its place in the evening, so
//! running it again records nothing twice, and whoever was refused is told why by how the evening ended.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, Ordering};

use clap::Parser;
use cqrs_core::{App, Caller, Command, Decide, ExecuteError, Receipt};
use cqrs_sqlite::SqliteStore;
use jiff::Timestamp;
use rust_decimal::Decimal;
use ticketing::domain::{
    self, BusyHours, BuySeat, CustomerId, HoldSeat, JoinWaitingList, Money, RefundSeat, Role, SalesOf,
    ScheduleShow, Seat, SeatStatus, SeatsOf, Show, ShowId, WaitingFor,
};
use uuid::Uuid;

/// Run an evening at the box office on a SQLite file, and show what became of each command.
///
/// Running it again on the same file records nothing twice.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The database
    #[arg(long, default_value = "ticketing.db")]
    db: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.db).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(db: &Path) -> Result<(), Box<dyn Error>> {
    let app = domain::register(App::builder(SqliteStore::open(db).await?)).clock(clock).build().await?;
    let evening = evening(&app).await;
    // An error of the evening says more than what it makes of closing the store.
    let closed = app.shutdown().await;
    evening?;
    Ok(closed?)
}

async fn evening(app: &App) -> Result<(), Box<dyn Error>> {
    let show_id = ShowId(Uuid::new_v5(&Uuid::NAMESPACE_OID, b"Hamlet"));
    let schedule = ScheduleShow {
        show_id,
        title: "Hamlet".to_owned(),
        starts_at: "2030-01-01T20:00:00Z".parse()?,
        price: Money(Decimal::from(20)),
        seats: ["A1", "A2"].map(seat).into(),
    };
    let hold = |name: &str, at: &str| HoldSeat { show_id, seat: seat(at), customer: customer(name) };
    let buy = |name: &str, at: &str| BuySeat { show_id, seat: seat(at), customer: customer(name) };
    let wait = |name: &str| JoinWaitingList { show_id, customer: customer(name) };
    let refund = RefundSeat { show_id, seat: seat("A1"), customer: customer("Bob") };

    step(app, "18:00", "Hamlet at eight, with seats A1 and A2", schedule).await?;
    step(app, "18:00", "Ada holds A1", hold("Ada", "A1")).await?;
    step(app, "18:05", "Bob wants A1 too", hold("Bob", "A1")).await?;
    step(app, "18:11", "Ada pays for A1, too late", buy("Ada", "A1")).await?;
    step(app, "18:11", "Bob holds A1", hold("Bob", "A1")).await?;
    step(app, "18:12", "Bob pays for A1", buy("Bob", "A1")).await?;
    step(app, "18:15", "Dan would wait for a seat", wait("Dan")).await?;
    step(app, "18:16", "Cid holds A2", hold("Cid", "A2")).await?;
    step(app, "18:17", "Cid pays for A2", buy("Cid", "A2")).await?;
    step(app, "18:20", "Ada waits for a seat", wait("Ada")).await?;
    step(app, "18:21", "Dan waits for a seat", wait("Dan")).await?;
    step(app, "18:30", "Bob gives A1 back, it is offered to Ada", refund).await?;
    step(app, "18:31", "Dan wants A1", hold("Dan", "A1")).await?;
    let last = step(app, "18:40", "Ada pays for A1", buy("Ada", "A1")).await?;
    step(app, "20:00", "Eve wants any seat", hold("Eve", "A2")).await?;

    let last = last.ok_or("this file holds another evening")?;
    report(app, show_id, &last).await
}

/// Executes a command at a time of the evening, and shows what became of it; the receipt where it was not refused.
async fn step<C>(app: &App, time: &str, what: &str, command: C) -> Result<Option<Receipt>, Box<dyn Error>>
where
    C: Command<Aggregate = Show>,
    Show: Decide<C>,
{
    let now: Timestamp = format!("2030-01-01T{time}:00Z").parse()?;
    NOW.store(now.as_second(), Ordering::Relaxed);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{time} {what}").as_bytes());
    let (receipt, answer) = match app.execute(command).id(id).by(box_office()).await {
        Ok(receipt) if receipt.duplicate => (Some(receipt), "there before".to_owned()),
        Ok(receipt) => (Some(receipt), "recorded".to_owned()),
        Err(ExecuteError::Refused(refusal)) => (None, format!("refused: {refusal}")),
        Err(error) => return Err(error.into()),
    };
    say(format!("{time}  {what:<40} {answer}"))?;
    Ok(receipt)
}

async fn report(app: &App, show_id: ShowId, last: &Receipt) -> Result<(), Box<dyn Error>> {
    say("\nSeats that are taken:")?;
    let status = vec![SeatStatus::Held, SeatStatus::Offered, SeatStatus::Sold];
    for row in app.query(SeatsOf { show_id, status }).after(last).await?.rows {
        let customer = row.customer.as_ref().map_or("nobody", |customer| &customer.0);
        say(format!("  {}  {}, {customer}", row.key.seat, row.status))?;
    }
    say("\nWaiting:")?;
    for row in app.query(WaitingFor { show_id }).by(box_office()).after(last).await?.rows {
        say(format!("  {}", row.key.customer))?;
    }
    for sales in app.query(SalesOf { show_id }).by(box_office()).after(last).await?.rows {
        say(format!("\nSold: {} tickets for {}", sales.tickets, sales.revenue))?;
    }
    // Kept in a task of its own: to ask after the receipt is to wait for it.
    let window_start = Timestamp::UNIX_EPOCH;
    let busy = app.query(BusyHours { show_id, window_start }).by(box_office()).after(last).limit(1);
    for hour in busy.await?.rows {
        say(format!("In the busiest hour {} tickets went, those given back included", hour.tickets))?;
    }
    Ok(())
}

/// The time of the evening, in seconds since 1970.
static NOW: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn box_office() -> Caller {
    Caller::named("box office").with_role(Role::BOX_OFFICE)
}

fn seat(name: &str) -> Seat {
    Seat(name.to_owned())
}

fn customer(name: &str) -> CustomerId {
    CustomerId(name.to_owned())
}

/// Writes a line to standard output; nobody listening any more, as behind `head`, is no error.
fn say(line: impl Display) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}
