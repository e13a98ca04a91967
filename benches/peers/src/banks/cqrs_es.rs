//! cqrs-es, with its stores: in memory, on SQLite (`sqlite-es`) and on PostgreSQL (`postgres-es`).
//!
//! No snapshots. Its own store in memory is made for tests and prints a line for each command, which would be all there is to measure;
//! [`Silent`] is the same store without the printing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cqrs_es::event_sink::EventSink;
use cqrs_es::mem_store::MemStoreAggregateContext;
use cqrs_es::persist::{EventUpcaster, PersistedEventRepository, PersistedEventStore};
use cqrs_es::{
    Aggregate, AggregateContext, AggregateError, CqrsFramework, DomainEvent, EventEnvelope, EventStore, Query,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{Bank, Deposit, Deposits, NotOpen, OWNER, Outcome};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum AccountEvent {
    Opened { owner: String },
    Deposited(Deposit),
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened { .. } => "Opened".to_owned(),
            Self::Deposited(_) => "Deposited".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Account {
    open: bool,
    cents: i64,
}

pub(crate) enum Command {
    Open,
    Deposit(Deposits),
}

impl Aggregate for Account {
    const TYPE: &'static str = "Account";
    type Command = Command;
    type Event = AccountEvent;
    type Error = NotOpen;
    type Services = ();

    async fn handle(&mut self, command: Command, (): &(), sink: &EventSink<Self>) -> Result<(), NotOpen> {
        match command {
            Command::Open => sink.write(AccountEvent::Opened { owner: OWNER.to_owned() }, self).await,
            Command::Deposit(_) if !self.open => return Err(NotOpen),
            Command::Deposit(deposits) => {
                for deposit in deposits.iter() {
                    sink.write(AccountEvent::Deposited(deposit), self).await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened { .. } => self.open = true,
            AccountEvent::Deposited(deposit) => self.cents += deposit.cents,
        }
    }
}

pub(crate) struct CqrsEs<S: EventStore<Account>> {
    framework: Arc<CqrsFramework<Account, S>>,
    /// The framework keeps its store to itself; this is the same one, for loading.
    store: Arc<S>,
}

impl<S: EventStore<Account>> Clone for CqrsEs<S> {
    fn clone(&self) -> Self {
        Self { framework: self.framework.clone(), store: self.store.clone() }
    }
}

impl CqrsEs<Silent> {
    pub(crate) fn in_memory() -> Self {
        let store = Silent::default();
        let framework = CqrsFramework::new(store.clone(), Vec::new(), ());
        Self { framework: Arc::new(framework), store: Arc::new(store) }
    }
}

impl<R: PersistedEventRepository> CqrsEs<PersistedEventStore<R, Account>> {
    pub(crate) fn on(repository: impl Fn() -> R, queries: Vec<Box<dyn Query<Account>>>) -> Self {
        let store = || PersistedEventStore::new_event_store(repository());
        Self { framework: Arc::new(CqrsFramework::new(store(), queries, ())), store: Arc::new(store()) }
    }

    pub(crate) fn upcasting(
        repository: impl Fn() -> R,
        upcasters: impl Fn() -> Vec<Box<dyn EventUpcaster>>,
    ) -> Self {
        let store = || PersistedEventStore::new_event_store(repository()).with_upcasters(upcasters());
        Self { framework: Arc::new(CqrsFramework::new(store(), Vec::new(), ())), store: Arc::new(store()) }
    }
}

impl<S: EventStore<Account> + 'static> Bank for CqrsEs<S>
where
    S::AC: Send,
{
    type Id = String;

    fn id(account: Uuid) -> String {
        account.to_string()
    }

    async fn open(&self, account: &String) -> Outcome {
        Ok(self.framework.execute(account, Command::Open).await?)
    }

    async fn deposit(&self, account: &String, deposits: Deposits) -> Outcome {
        Ok(self.framework.execute(account, Command::Deposit(deposits)).await?)
    }

    async fn balance(&self, account: &String) -> Outcome<i64> {
        Ok(self.store.load_aggregate(account).await?.aggregate().cents)
    }
}

/// `cqrs_es::mem_store::MemStore` line for line, less what it prints.
#[derive(Clone, Default)]
pub(crate) struct Silent {
    events: Arc<RwLock<HashMap<String, Vec<EventEnvelope<Account>>>>>,
}

type Failure = AggregateError<NotOpen>;

impl EventStore<Account> for Silent {
    type AC = MemStoreAggregateContext<Account>;

    async fn load_events(&self, account: &str) -> Result<Vec<EventEnvelope<Account>>, Failure> {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        Ok(events.get(account).into_iter().flatten().cloned().collect())
    }

    async fn load_aggregate(&self, account: &str) -> Result<Self::AC, Failure> {
        let mut aggregate = Account::default();
        let mut current_sequence = 0;
        for envelope in self.load_events(account).await? {
            current_sequence = envelope.sequence;
            aggregate.apply(envelope.payload);
        }
        Ok(MemStoreAggregateContext { aggregate_id: account.to_owned(), aggregate, current_sequence })
    }

    async fn commit(
        &self,
        events: Vec<AccountEvent>,
        context: Self::AC,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Account>>, Failure> {
        let new: Vec<_> = events
            .into_iter()
            .enumerate()
            .map(|(index, payload)| EventEnvelope {
                aggregate_id: context.aggregate_id.clone(),
                sequence: context.current_sequence + index + 1,
                payload,
                metadata: metadata.clone(),
            })
            .collect();
        let mut all = self.load_events(&context.aggregate_id).await?;
        all.extend(new.iter().cloned());
        self.events.write().unwrap_or_else(PoisonError::into_inner).insert(context.aggregate_id, all);
        Ok(new)
    }
}
