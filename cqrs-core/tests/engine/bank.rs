//! The domain of the engine's tests: accounts that hold cents.

use std::fmt;

use cqrs_core::{
    Aggregate, AggregateId, App, AppBuilder, Apply, ApplyError, Command, Context, DataType, Decide, Event,
    EventSet, Invalid, MemoryStore, Meta, Project, Projection, Query, Refresh, Row, TryApply, TryProject,
    Upcast,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Hash, AggregateId, Serialize, Deserialize)]
pub(crate) struct AccountId(pub(crate) String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, DataType, Serialize, Deserialize)]
pub(crate) enum Currency {
    Eur,
    Usd,
}

#[derive(Debug, Clone, PartialEq, Event, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) holder: String,
    pub(crate) currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Event, Serialize, Deserialize)]
#[event(name = "Deposited", version = 1)]
pub(crate) struct DepositedV1 {
    pub(crate) euros: u32,
}

#[derive(Debug, Clone, PartialEq, Event, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV1)]
pub(crate) struct Deposited {
    pub(crate) cents: u32,
}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited { cents: self.euros * 100 }
    }
}

#[derive(Debug, Clone, PartialEq, Event, Serialize, Deserialize)]
pub(crate) struct Withdrawn {
    pub(crate) cents: u32,
}

#[derive(Debug, Clone, PartialEq, EventSet)]
pub(crate) enum AccountEvent {
    Opened(Opened),
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountError {
    NotOpen,
    Insufficient { cents: u32 },
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => f.write_str("the account is not open"),
            Self::Insufficient { cents } => write!(f, "only {cents} cents are there"),
        }
    }
}

impl std::error::Error for AccountError {}

#[derive(Debug, Clone, Default, PartialEq, Aggregate, Serialize, Deserialize)]
#[aggregate(id = AccountId, events = AccountEvent, error = AccountError, snapshot(every = 5))]
pub(crate) struct Account {
    pub(crate) open: bool,
    pub(crate) cents: u32,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: &Opened) {
        self.open = true;
    }
}

impl TryApply<Deposited> for Account {
    fn try_apply(&mut self, event: &Deposited) -> Result<(), ApplyError> {
        let sum = self.cents.checked_add(event.cents);
        self.cents = sum.ok_or_else(|| ApplyError::new("the balance overflows"))?;
        Ok(())
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: &Withdrawn) {
        self.cents -= event.cents;
    }
}

#[derive(Debug, Clone, Command)]
#[command(aggregate = Account, id = account_id, creates)]
pub(crate) struct Open {
    pub(crate) account_id: AccountId,
    pub(crate) holder: String,
}

impl Decide<Open> for Account {
    fn decide(&self, command: &Open, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        Ok(vec![Opened { holder: command.holder.clone(), currency: Currency::Eur }.into()])
    }
}

#[derive(Debug, Clone, Command)]
#[command(aggregate = Account, id = account_id, validate = Deposit::check)]
pub(crate) struct Deposit {
    pub(crate) account_id: AccountId,
    pub(crate) cents: u32,
}

impl Deposit {
    fn check(&self) -> Result<(), Invalid> {
        if self.cents == 0 { Err(Invalid::field("cents", "must be above zero")) } else { Ok(()) }
    }
}

impl Decide<Deposit> for Account {
    fn decide(&self, command: &Deposit, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        if !self.open {
            return Err(AccountError::NotOpen);
        }
        Ok(vec![Deposited { cents: command.cents }.into()])
    }
}

#[derive(Debug, Clone, Command)]
#[command(aggregate = Account, id = account_id, existing)]
pub(crate) struct Withdraw {
    pub(crate) account_id: AccountId,
    pub(crate) cents: u32,
}

impl Decide<Withdraw> for Account {
    fn decide(&self, command: &Withdraw, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        if command.cents > self.cents {
            return Err(AccountError::Insufficient { cents: self.cents });
        }
        Ok(vec![Withdrawn { cents: command.cents }.into()])
    }
}

/// Splits what is there into as many withdrawals as asked for; zero parts are no events.
#[derive(Debug, Clone, Command)]
#[command(aggregate = Account, id = account_id, roles("teller"))]
pub(crate) struct WithdrawInParts {
    pub(crate) account_id: AccountId,
    pub(crate) parts: u32,
}

impl Decide<WithdrawInParts> for Account {
    fn decide(&self, command: &WithdrawInParts, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        Ok((0..command.parts).map(|_| Withdrawn { cents: 1 }.into()).collect())
    }
}

#[derive(Debug, Clone, Default, PartialEq, Projection)]
#[projection(key(account_id: AccountId), on(Opened, Deposited, Withdrawn), index(holder))]
pub(crate) struct Summary {
    pub(crate) holder: String,
    pub(crate) cents: u32,
    pub(crate) movements: u64,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, event: &Opened, _: &Meta) {
        row.set(Self { holder: event.holder.clone(), ..Self::default() });
    }
}

impl TryProject<Deposited> for Summary {
    fn try_project(row: &mut Row<Self>, event: &Deposited, _: &Meta) -> Result<(), ApplyError> {
        if event.cents == 666 {
            return Err(ApplyError::new("an unlucky amount"));
        }
        let row = row.existing()?;
        row.cents += event.cents;
        row.movements += 1;
        Ok(())
    }
}

impl TryProject<Withdrawn> for Summary {
    fn try_project(row: &mut Row<Self>, event: &Withdrawn, _: &Meta) -> Result<(), ApplyError> {
        let row = row.existing()?;
        row.cents -= event.cents;
        row.movements += 1;
        Ok(())
    }
}

#[derive(Debug, Clone, Query)]
#[query(from = Summary, order_by(cents desc), limit = 3)]
pub(crate) struct Richest {
    #[query(column = cents, at_least)]
    pub(crate) cents: u32,
}

#[derive(Debug, Clone, Query)]
#[query(from = Summary, roles("teller"))]
pub(crate) struct AccountsOf {
    #[query(prefix)]
    pub(crate) holder: String,
}

pub(crate) fn id(name: &str) -> AccountId {
    AccountId(name.to_owned())
}

pub(crate) fn open(name: &str) -> Open {
    Open { account_id: id(name), holder: name.to_uppercase() }
}

pub(crate) fn deposit(name: &str, cents: u32) -> Deposit {
    Deposit { account_id: id(name), cents }
}

pub(crate) fn withdraw(name: &str, cents: u32) -> Withdraw {
    Withdraw { account_id: id(name), cents }
}

pub(crate) fn bank(store: impl cqrs_core::store::Store) -> AppBuilder {
    App::builder(store).aggregate::<Account>()
}

pub(crate) async fn bank_with(refresh: Refresh) -> App {
    bank(MemoryStore::new()).projection::<Summary>(refresh).build().await.unwrap()
}
