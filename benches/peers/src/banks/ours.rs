//! This framework.

use std::time::Duration;

use cqrs_core::store::{Append, NewEvent, Store};
use cqrs_core::{
    Aggregate, App, Apply, Command, Context, Decide, Event, EventSet, ExpectedVersion, Meta, Origin, Project,
    Projection, Refresh, Row, StreamId, StreamVersion, Upcast, encode,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{Bank, Deposit, Deposits, NotOpen, OWNER, Outcome};

#[derive(Event, Clone, Serialize, Deserialize)]
pub(crate) struct Opened {
    owner: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Deposited", version = 1)]
pub(crate) struct DepositedV1 {
    sum: i64,
    memo: String,
}

impl Upcast<Deposited> for DepositedV1 {
    fn upcast(self) -> Deposited {
        Deposited { cents: self.sum, purpose: self.memo }
    }
}

#[derive(Event, Clone, Serialize, Deserialize)]
#[event(version = 2, upcast_from = DepositedV1)]
pub(crate) struct Deposited {
    cents: i64,
    purpose: String,
}

#[derive(EventSet, Clone)]
pub(crate) enum AccountEvent {
    Opened(Opened),
    Deposited(Deposited),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = AccountEvent, error = NotOpen)]
pub(crate) struct Account {
    open: bool,
    cents: i64,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: &Opened) {
        self.open = true;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.cents += event.cents;
    }
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id)]
struct OpenAccount {
    account_id: String,
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id)]
struct MakeDeposits {
    account_id: String,
    deposits: Deposits,
}

impl Decide<OpenAccount> for Account {
    fn decide(&self, _: &OpenAccount, _: &Context) -> Result<Vec<AccountEvent>, NotOpen> {
        Ok(vec![Opened { owner: OWNER.to_owned() }.into()])
    }
}

impl Decide<MakeDeposits> for Account {
    fn decide(&self, command: &MakeDeposits, _: &Context) -> Result<Vec<AccountEvent>, NotOpen> {
        if !self.open {
            return Err(NotOpen);
        }
        let deposited = |Deposit { cents, purpose }| Deposited { cents, purpose }.into();
        Ok(command.deposits.iter().map(deposited).collect())
    }
}

/// The row of the projection that is measured.
#[derive(Projection, Clone, Default)]
#[projection(key(account_id: String), on(Deposited))]
pub(crate) struct Takings {
    pub(crate) deposits: i64,
    pub(crate) cents: i64,
}

impl Project<Deposited> for Takings {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.deposits += 1;
        row.cents += event.cents;
    }
}

#[derive(Clone)]
pub(crate) struct Ours {
    pub(crate) app: App,
}

impl Ours {
    pub(crate) async fn on(store: impl Store) -> Outcome<Self> {
        Ok(Self { app: App::builder(store).aggregate::<Account>().build().await? })
    }

    /// Keeps no aggregate in memory between two commands, as the peers do.
    pub(crate) async fn reloading(store: impl Store) -> Outcome<Self> {
        Ok(Self { app: App::builder(store).aggregate::<Account>().hot_aggregates(0).build().await? })
    }

    /// With the projection.
    pub(crate) async fn projecting(store: impl Store, refresh: Refresh) -> Outcome<Self> {
        let app = App::builder(store).aggregate::<Account>().projection::<Takings>(refresh);
        Ok(Self { app: app.build().await? })
    }

    /// A deposit, and the wait until the row includes it.
    pub(crate) async fn deposit_and_wait(&self, account: &str, n: usize) -> Outcome {
        let command = MakeDeposits { account_id: account.to_owned(), deposits: Deposits::one(n) };
        let receipt = self.app.execute(command).await?;
        Ok(self.app.wait_for::<Takings>(receipt.position, Duration::from_secs(30)).await?)
    }

    pub(crate) async fn close(self) -> Outcome {
        Ok(self.app.shutdown().await?)
    }
}

impl Bank for Ours {
    type Id = String;

    fn id(account: Uuid) -> String {
        account.to_string()
    }

    async fn open(&self, account: &String) -> Outcome {
        self.app.execute(OpenAccount { account_id: account.clone() }).await?;
        Ok(())
    }

    async fn deposit(&self, account: &String, deposits: Deposits) -> Outcome {
        self.app.execute(MakeDeposits { account_id: account.clone(), deposits }).await?;
        Ok(())
    }

    async fn balance(&self, account: &String) -> Outcome<i64> {
        Ok(self.app.load::<Account>(account).await?.state.cents)
    }
}

/// Opens an account and makes so many deposits into it, every second one in the old version.
pub(crate) async fn fill_half_old(store: &impl Store, account: &str, deposits: usize) -> Outcome {
    let deposits = Deposits { first: 0, count: deposits }.iter().enumerate().map(|(index, deposit)| {
        let Deposit { cents, purpose } = deposit;
        if index % 2 == 1 {
            new_event(&Deposited { cents, purpose })
        } else {
            new_event(&DepositedV1 { sum: cents, memo: purpose })
        }
    });
    let append = |expected, events| Append {
        stream: StreamId::new(Account::TYPE, account),
        expected: ExpectedVersion::Exact(expected),
        events,
        origin: Origin::default(),
        command_id: None,
        chain: None,
    };
    let opened = vec![new_event(&Opened { owner: OWNER.to_owned() })?];
    store.append(append(StreamVersion::EMPTY, opened)).await?;
    store.append(append(StreamVersion::new(1), deposits.collect::<Outcome<_>>()?)).await?;
    Ok(())
}

fn new_event<E: Event>(event: &E) -> Outcome<NewEvent> {
    let mut payload = Vec::new();
    encode(event, &mut payload)?;
    let descriptor = E::DESCRIPTOR;
    Ok(NewEvent {
        event_id: Uuid::now_v7(),
        name: descriptor.name.into(),
        version: descriptor.version,
        payload,
    })
}
