//! The domain that is measured: an account with deposits in three versions.
//!
//! The versions differ by names alone, so that an old record costs no more to decode than a new one, and what is left is
//! the chain of upcasts.

use std::convert::Infallible;

use cqrs_core::{Aggregate, Apply, Command, Context, Decide, Event, EventSet, Upcast};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited", version = 1)]
pub(crate) struct DepositedV1 {
    pub(crate) sum_in: Decimal,
    pub(crate) the_memo: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited", version = 2, upcast_from = DepositedV1)]
pub(crate) struct DepositedV2 {
    pub(crate) amount: Decimal,
    pub(crate) the_memo: String,
}

#[derive(Event, Clone, Serialize, Deserialize)]
#[event(version = 3, upcast_from = DepositedV2)]
pub(crate) struct Deposited {
    pub(crate) amount: Decimal,
    pub(crate) purpose_: String,
}

impl Upcast<DepositedV2> for DepositedV1 {
    fn upcast(self) -> DepositedV2 {
        DepositedV2 { amount: self.sum_in, the_memo: self.the_memo }
    }
}

impl Upcast<Deposited> for DepositedV2 {
    fn upcast(self) -> Deposited {
        Deposited { amount: self.amount, purpose_: self.the_memo }
    }
}

#[derive(Event, Clone, Serialize, Deserialize)]
pub(crate) struct Withdrawn {
    pub(crate) amount: Decimal,
}

#[derive(EventSet, Clone)]
pub(crate) enum AccountEvent {
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = AccountEvent, error = Infallible)]
pub(crate) struct Account {
    pub(crate) balance: Decimal,
    pub(crate) purposes: usize,
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.balance += event.amount;
        self.purposes += event.purpose_.len();
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id)]
pub(crate) struct Deposit {
    pub(crate) account_id: String,
    pub(crate) deposited: Deposited,
}

impl Decide<Deposit> for Account {
    fn decide(&self, deposit: &Deposit, _: &Context) -> Result<Vec<AccountEvent>, Infallible> {
        Ok(vec![deposit.deposited.clone().into()])
    }
}

/// The `n`th deposit of a stream.
pub(crate) fn deposited(n: usize) -> Deposited {
    Deposited { amount: Decimal::new(n as i64 % 10_000 + 1, 2), purpose_: format!("invoice {n:06}") }
}

/// The command for the `n`th deposit.
pub(crate) fn deposit(account_id: &str, n: usize) -> Deposit {
    Deposit { account_id: account_id.to_owned(), deposited: deposited(n) }
}
