//! A bank account, written by hand: from its events to a query, in one file.
//!
//! Run it with `cargo run -p quickstart`; run it again, and the money of before is still there. The tests beside it say
//! in given / when / then what the account does.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

#[cfg(test)]
mod tests;

use cqrs_core::{
    Aggregate, AggregateId, App, Apply, Command, Context, Decide, Event, EventSet, Meta, Project, Projection,
    Query, Refresh, Row, Upcast,
};
use cqrs_sqlite::SqliteStore;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct AccountId(String);

// What can happen. Deposits were once stored in cents, and records of those days are still read.

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposited")]
struct DepositedV1 {
    cents: i64,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV1)]
struct Deposited {
    amount: Decimal,
}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited { amount: Decimal::new(self.cents, 2) }
    }
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Withdrawn {
    amount: Decimal,
}

#[derive(EventSet, Debug, PartialEq)]
enum AccountEvent {
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

// The state, folded from what happened, and the decisions upon it.

#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(id = AccountId, events = AccountEvent, error = Refusal)]
struct Account {
    balance: Decimal,
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum Refusal {
    #[error("{0} is not an amount between 0 and 1,000,000")]
    NotMovable(Decimal),
    #[error("the balance is {balance}, less than {amount}")]
    InsufficientFunds { balance: Decimal, amount: Decimal },
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id)]
struct Deposit {
    account_id: AccountId,
    amount: Decimal,
}

impl Decide<Deposit> for Account {
    fn decide(&self, deposit: &Deposit, _: &Context) -> Result<Vec<AccountEvent>, Refusal> {
        Ok(vec![Deposited { amount: movable(deposit.amount)? }.into()])
    }
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id, existing)]
struct Withdraw {
    account_id: AccountId,
    amount: Decimal,
}

impl Decide<Withdraw> for Account {
    fn decide(&self, withdraw: &Withdraw, _: &Context) -> Result<Vec<AccountEvent>, Refusal> {
        let (balance, amount) = (self.balance, movable(withdraw.amount)?);
        if balance < amount {
            return Err(Refusal::InsufficientFunds { balance, amount });
        }
        Ok(vec![Withdrawn { amount }.into()])
    }
}

fn movable(amount: Decimal) -> Result<Decimal, Refusal> {
    let within = amount > Decimal::ZERO && amount <= Decimal::from(1_000_000);
    if within { Ok(amount) } else { Err(Refusal::NotMovable(amount)) }
}

// A table for readers, kept up to date by the same events, and a question to it.

#[derive(Projection, Debug, Default, Clone, PartialEq)]
#[projection(key(account_id: AccountId), on(Deposited, Withdrawn), index(balance))]
struct AccountSummary {
    balance: Decimal,
    movements: u32,
}

impl Project<Deposited> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        row.or_default().balance += event.amount;
        row.or_default().movements += 1;
    }
}

impl Project<Withdrawn> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Withdrawn, _: &Meta) {
        row.or_default().balance -= event.amount;
        row.or_default().movements += 1;
    }
}

#[derive(Query)]
#[query(from = AccountSummary, order_by(balance desc), limit = 20)]
struct AccountsWith {
    #[query(column = balance, at_least)]
    at_least: Decimal,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::builder(SqliteStore::open("quickstart.db").await?)
        .aggregate::<Account>()
        .projection::<AccountSummary>(Refresh::OnCommit)
        .build()
        .await?;

    let ada = || AccountId::from("ada".to_owned());
    app.execute(Deposit { account_id: ada(), amount: Decimal::from(100) }).await?;
    let receipt = app.execute(Withdraw { account_id: ada(), amount: Decimal::new(2550, 2) }).await?;
    println!("recorded: {} is at version {}", receipt.stream, receipt.version);
    if let Err(refusal) = app.execute(Withdraw { account_id: ada(), amount: Decimal::from(1_000_000) }).await
    {
        println!("refused: {refusal}");
    }
    for account in app.query(AccountsWith { at_least: Decimal::ONE }).after(receipt).await?.rows {
        println!("{}: {} after {} movements", account.key.account_id, account.balance, account.movements);
    }
    Ok(app.shutdown().await?)
}
