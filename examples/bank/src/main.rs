//! A day at the bank: two accounts are opened, money moves, and one account is closed.
//!
//! `cargo run -p bank` keeps it in `bank.db`. Each command has an id that follows from its place in the day, so running it
//! again records nothing twice and ends with the same accounts.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use bank::banking::{
    AccountError, AccountId, AccountsOf, Close, Currency, Deposit, Holder, Money, OpenAccount, Role, Withdraw,
};
use bank::interest::CreditInterest;
use bank::statement::StatementOf;
use bank::transfer::Transfer;
use clap::Parser;
use cqrs_admin::Admin;
use cqrs_core::{App, AppBuilder, Caller, ExecuteError, Receipt};
use cqrs_sqlite::SqliteStore;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Run a day at the bank on a SQLite file, and show what became of each command.
///
/// Running it again on the same file records nothing twice. With a command, look after the file instead: verify that every event in it
/// can be read, see how its projections are doing.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The database
    #[arg(long, global = true, default_value = "bank.db")]
    db: PathBuf,
    #[command(subcommand)]
    admin: Option<Admin>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    // Looking after a file that is not there makes none.
    let store = SqliteStore::builder(&arguments.db).create(arguments.admin.is_none()).open().await?;
    let builder = bank::register(App::builder(store));
    match arguments.admin {
        Some(admin) => Ok(admin.run(builder).await),
        None => a_day(builder).await.map(|()| ExitCode::SUCCESS),
    }
}

async fn a_day(builder: AppBuilder) -> Result<(), Box<dyn Error>> {
    let app = builder.build().await?;
    let day = day(&app).await;
    // An error of the day says more than what it makes of closing the store.
    let closed = app.shutdown().await;
    day?;
    Ok(closed?)
}

async fn day(app: &App) -> Result<(), Box<dyn Error>> {
    let (ada, bob) = (AccountId(id("account of Ada")), AccountId(id("account of Bob")));
    let teller = || Caller::named("tom").with_role(Role::TELLER);

    for (account_id, name) in [(ada, "Ada"), (bob, "Bob")] {
        let holder = Holder { name: name.to_owned(), email: None, contact: None };
        let open = OpenAccount { account_id, holder, currency: Currency::Eur, branch: None };
        let what = format!("{name} opens an account");
        tell(&what, app.execute(open).id(id(&what)).await)?;
    }
    let deposit = Deposit { account_id: ada, amount: euros(1000), reference: "salary".to_owned() };
    tell("Ada deposits 1000.00", app.execute(deposit).id(id("Ada deposits")).await)?;
    let rent = Transfer {
        id: id("rent"),
        from: ada,
        to: bob,
        amount: euros(250),
        reference: "rent, from Ada".to_owned(),
    };
    tell("Ada transfers 250.00 to Bob", Ok(rent.execute(app, teller()).await?))?;
    let percent = Decimal::new(25, 1);
    let interest = CreditInterest { account_id: ada, percent, reference: "2.5 percent".to_owned() };
    tell("Ada has 2.5 percent interest", app.execute(interest).id(id("interest")).by(teller()).await)?;
    tell("Bob closes his account", app.execute(Close { account_id: bob }).id(id("Bob closes")).await)?;

    let too_much = || Withdraw { account_id: ada, amount: euros(5000) };
    tell("Ada withdraws 5000.00", app.execute(too_much()).by(teller()).await)?;
    tell("somebody withdraws 5000.00", app.execute(too_much()).await)?;
    let late = Deposit { account_id: bob, amount: euros(10), reference: "late".to_owned() };
    tell("somebody deposits 10.00 for Bob", app.execute(late).await)?;

    let coffee = Withdraw { account_id: ada, amount: Money::from_minor(350) };
    let receipt = app.execute(coffee).id(id("coffee")).by(teller()).await?;
    say("\nThe accounts, once Ada has paid 3.50 for coffee:")?;
    for holder in ["Ada", "Bob"] {
        let accounts = app.query(AccountsOf { holder: holder.to_owned() }).by(teller());
        let rows = accounts.after(&receipt).await?.rows;
        for account in &rows {
            say(format!("  {holder}: {} after {} movements", account.balance, account.movements))?;
        }
        if rows.is_empty() {
            say(format!("  {holder}: none"))?;
        }
    }
    for (account_id, name) in [(ada, "Ada"), (bob, "Bob")] {
        say(format!("\nStatement of {name}:"))?;
        for line in app.query(StatementOf { account_id }).by(teller()).after(&receipt).await?.rows {
            say(format!("  {:>3}  {:<32} {:>8}", line.key.number, line.text, line.amount))?;
        }
    }
    Ok(())
}

/// Shows what became of a command. Only an outcome that is no answer of the bank ends the day.
fn tell(what: &str, outcome: Result<Receipt, ExecuteError<AccountError>>) -> Result<(), Box<dyn Error>> {
    let answer = match outcome {
        Ok(receipt) if receipt.duplicate => "there before".to_owned(),
        Ok(_) => "recorded".to_owned(),
        Err(error @ (ExecuteError::Refused(_) | ExecuteError::Forbidden { .. })) => {
            format!("refused: {error}")
        }
        Err(error) => return Err(error.into()),
    };
    Ok(say(format!("{what:<32} {answer}"))?)
}

/// Writes a line to standard output; nobody listening any more, as behind `head`, is no error.
fn say(line: impl Display) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// An id that is the same in each run.
fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

fn euros(euros: i64) -> Money {
    Money::from_minor(euros * 100)
}
