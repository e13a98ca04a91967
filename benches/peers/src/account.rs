//! The work that is the same for everybody: accounts are opened, and then take nine deposits each.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use uuid::Uuid;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Accounts as one framework and one store keep them.
pub(crate) trait Bank: Clone + Send + Sync + 'static {
    /// An account's id in the form that the framework takes.
    type Id: Send + Sync + 'static;

    fn id(account: Uuid) -> Self::Id;

    /// Executes the command that opens an account.
    fn open(&self, account: &Self::Id) -> impl Future<Output = Outcome> + Send;

    /// Executes one command that makes these deposits, an event each.
    fn deposit(&self, account: &Self::Id, deposits: Deposits) -> impl Future<Output = Outcome> + Send;

    /// Waits until what was acknowledged can be read, where that is not so at once.
    fn catch_up(&self) -> impl Future<Output = Outcome> + Send {
        std::future::ready(Ok(()))
    }

    /// What is in an account, folded from all its events.
    fn balance(&self, account: &Self::Id) -> impl Future<Output = Outcome<i64>> + Send;
}

/// A command's deposits: so many, from the `first` one of an account on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deposits {
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// What a deposit says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deposit {
    pub(crate) cents: i64,
    pub(crate) purpose: String,
}

impl Deposits {
    pub(crate) fn one(n: usize) -> Self {
        Self { first: n, count: 1 }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Deposit> {
        (self.first..self.first + self.count)
            .map(|n| Deposit { cents: cents(n), purpose: format!("invoice {n:06}") })
    }
}

pub(crate) fn cents(n: usize) -> i64 {
    (n % 10_000) as i64 + 1
}

/// The balance after so many deposits.
pub(crate) fn balance_after(deposits: usize) -> i64 {
    (0..deposits).map(cents).sum()
}

/// The answer to a deposit into an account that was never opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOpen;

impl fmt::Display for NotOpen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the account is not open")
    }
}

impl Error for NotOpen {}

pub(crate) const OWNER: &str = "ada";
pub(crate) const DEPOSITS_AN_ACCOUNT: usize = 9;

/// How many commands a second are acknowledged, with so many clients, each of which sends its next one when it has the answer to the one
/// before.
pub(crate) async fn commands_a_second<B: Bank>(bank: &B, clients: usize, span: Duration) -> Outcome<f64> {
    // Connections are made, statements prepared and pages cached before the clock starts.
    closed_loops(bank, clients, span / 5).await?;
    let begun = Instant::now();
    let commands = closed_loops(bank, clients, span).await?;
    Ok(commands as f64 / begun.elapsed().as_secs_f64())
}

async fn closed_loops<B: Bank>(bank: &B, clients: usize, span: Duration) -> Outcome<usize> {
    let until = Instant::now() + span;
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let bank = bank.clone();
        tasks.spawn(async move { closed_loop(&bank, until).await });
    }
    let mut commands = 0;
    while let Some(done) = tasks.join_next().await {
        commands += done??;
    }
    Ok(commands)
}

async fn closed_loop<B: Bank>(bank: &B, until: Instant) -> Outcome<usize> {
    let mut commands = 0;
    loop {
        let account = B::id(Uuid::now_v7());
        bank.open(&account).await?;
        commands += 1;
        for n in 0..DEPOSITS_AN_ACCOUNT {
            if Instant::now() >= until {
                bank.catch_up().await?;
                assert_eq!(bank.balance(&account).await?, balance_after(n), "what was acknowledged is there");
                return Ok(commands);
            }
            bank.deposit(&account, Deposits::one(n)).await?;
            commands += 1;
        }
    }
}

/// Opens so many accounts and makes so many deposits into each, many at a time.
pub(crate) async fn fill<B: Bank>(bank: &B, accounts: usize, deposits: usize) -> Outcome<Vec<B::Id>> {
    let mut ids = Vec::with_capacity(accounts);
    for _ in 0..accounts {
        let id = B::id(Uuid::now_v7());
        bank.open(&id).await?;
        for first in (0..deposits).step_by(1000) {
            bank.deposit(&id, Deposits { first, count: (deposits - first).min(1000) }).await?;
        }
        ids.push(id);
    }
    Ok(ids)
}
