//! esrs on PostgreSQL: optimistic, without its advisory lock, and with ids ordered by time (`UuidFormat::V7`).

use std::sync::Arc;

use async_trait::async_trait;
use esrs::handler::TransactionalEventHandler;
use esrs::manager::AggregateManager;
use esrs::store::StoreEvent;
use esrs::store::postgres::{PgStore, PgStoreBuilder, PgStoreError};
use esrs::{Aggregate, AggregateState};
use serde::{Deserialize, Serialize};
use sqlx08::PgConnection;
use uuid::Uuid;

use crate::account::{Bank, Deposit, Deposits, NotOpen, OWNER, Outcome};

pub(crate) struct Account;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum AccountEvent {
    Opened { owner: String },
    Deposited(Deposit),
}

impl esrs::event::Upcaster for AccountEvent {}

#[derive(Default)]
pub(crate) struct State {
    open: bool,
    cents: i64,
}

pub(crate) enum Command {
    Open,
    Deposit(Deposits),
}

impl Aggregate for Account {
    const NAME: &'static str = "account";
    type State = State;
    type Command = Command;
    type Event = AccountEvent;
    type Error = NotOpen;

    fn handle_command(state: &State, command: Command) -> Result<Vec<AccountEvent>, NotOpen> {
        match command {
            Command::Open => Ok(vec![AccountEvent::Opened { owner: OWNER.to_owned() }]),
            Command::Deposit(_) if !state.open => Err(NotOpen),
            Command::Deposit(deposits) => Ok(deposits.iter().map(AccountEvent::Deposited).collect()),
        }
    }

    fn apply_event(mut state: State, event: AccountEvent) -> State {
        match event {
            AccountEvent::Opened { .. } => state.open = true,
            AccountEvent::Deposited(deposit) => state.cents += deposit.cents,
        }
        state
    }
}

#[derive(Clone)]
pub(crate) struct Esrs {
    manager: Arc<AggregateManager<PgStore<Account>>>,
    pub(crate) store: PgStore<Account>,
}

impl Esrs {
    pub(crate) async fn on(pool: &sqlx08::PgPool, projecting: bool) -> Outcome<Self> {
        let mut builder =
            PgStoreBuilder::new(pool.clone()).with_event_id_format(esrs::store::postgres::UuidFormat::V7);
        if projecting {
            builder = builder.add_transactional_event_handler(Takings);
        }
        let store = builder.try_build().await?;
        Ok(Self { manager: Arc::new(AggregateManager::new(store.clone())), store })
    }
}

impl Bank for Esrs {
    type Id = Uuid;

    fn id(account: Uuid) -> Uuid {
        account
    }

    async fn open(&self, account: &Uuid) -> Outcome {
        self.manager.handle_command(AggregateState::with_id(*account), Command::Open).await??;
        Ok(())
    }

    async fn deposit(&self, account: &Uuid, deposits: Deposits) -> Outcome {
        let state = self.manager.load(*account).await?.ok_or(NotOpen)?;
        self.manager.handle_command(state, Command::Deposit(deposits)).await??;
        Ok(())
    }

    async fn balance(&self, account: &Uuid) -> Outcome<i64> {
        Ok(self.manager.load(*account).await?.ok_or(NotOpen)?.into_inner().cents)
    }
}

/// Adds up in a table, in the transaction of the append.
pub(crate) struct Takings;

#[async_trait]
impl TransactionalEventHandler<Account, PgStoreError, PgConnection> for Takings {
    async fn handle(
        &self,
        event: &StoreEvent<AccountEvent>,
        transaction: &mut PgConnection,
    ) -> Result<(), PgStoreError> {
        let AccountEvent::Deposited(deposit) = &event.payload else { return Ok(()) };
        sqlx08::query(crate::databases::ADD_TO_TAKINGS)
            .bind(event.aggregate_id.to_string())
            .bind(deposit.cents)
            .execute(transaction)
            .await?;
        Ok(())
    }
}
