//! disintegrate on PostgreSQL, without snapshots. Its appends are serializable transactions; one that the server refuses because of another
//! is made again, as its documentation leaves to the caller.
//!
//! It reads no event that is newer than the oldest append under way, so a client does not see its own at once while others write: a deposit
//! that is refused because the account does not seem to be open yet is made again too.

use disintegrate::serde::json::Json;
use disintegrate::{Decision, DecisionError, Event, NoSnapshot, StateMutate, StateQuery};
use disintegrate_postgres::{PgDecisionMaker, PgEventStore};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{Bank, Deposit, Deposits, NotOpen, OWNER, Outcome};

#[derive(Debug, Clone, PartialEq, Eq, Event, Serialize, Deserialize)]
#[stream(AccountEvent, [Opened, Deposited])]
pub(crate) enum DomainEvent {
    Opened {
        #[id]
        account_id: String,
        owner: String,
    },
    Deposited {
        #[id]
        account_id: String,
        cents: i64,
        purpose: String,
    },
}

#[derive(Default, StateQuery, Clone, Serialize, Deserialize)]
#[state_query(AccountEvent)]
pub(crate) struct Account {
    #[id]
    account_id: String,
    open: bool,
    cents: i64,
}

impl StateMutate for Account {
    fn mutate(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened { .. } => self.open = true,
            AccountEvent::Deposited { cents, .. } => self.cents += cents,
        }
    }
}

struct Open(String);

impl Decision for Open {
    type Event = DomainEvent;
    type StateQuery = Account;
    type Error = NotOpen;

    fn state_query(&self) -> Account {
        Account { account_id: self.0.clone(), ..Account::default() }
    }

    fn process(&self, _: &Account) -> Result<Vec<DomainEvent>, NotOpen> {
        Ok(vec![DomainEvent::Opened { account_id: self.0.clone(), owner: OWNER.to_owned() }])
    }
}

struct MakeDeposits(String, Deposits);

impl Decision for MakeDeposits {
    type Event = DomainEvent;
    type StateQuery = Account;
    type Error = NotOpen;

    fn state_query(&self) -> Account {
        Account { account_id: self.0.clone(), ..Account::default() }
    }

    fn process(&self, account: &Account) -> Result<Vec<DomainEvent>, NotOpen> {
        if !account.open {
            return Err(NotOpen);
        }
        let deposited = |Deposit { cents, purpose }| DomainEvent::Deposited {
            account_id: self.0.clone(),
            cents,
            purpose,
        };
        Ok(self.1.iter().map(deposited).collect())
    }
}

type Store = PgEventStore<DomainEvent, Json<DomainEvent>>;

#[derive(Clone)]
pub(crate) struct Disintegrate {
    pool: sqlx08::PgPool,
    decisions: PgDecisionMaker<DomainEvent, Json<DomainEvent>, NoSnapshot>,
    pub(crate) store: Store,
}

impl Disintegrate {
    /// Nothing on a server older than PostgreSQL 16, whose SQL its migrations are written in.
    pub(crate) async fn on(pool: sqlx08::PgPool) -> Outcome<Option<Self>> {
        let version: i32 = sqlx08::query_scalar("SELECT current_setting('server_version_num')::int4")
            .fetch_one(&pool)
            .await?;
        if version < 160_000 {
            return Ok(None);
        }
        let store = PgEventStore::try_new(pool.clone(), Json::<DomainEvent>::default()).await?;
        let decisions = disintegrate_postgres::decision_maker(store.clone(), NoSnapshot);
        Ok(Some(Self { pool, decisions, store }))
    }
}

/// Whether a decision failed for what others did at the same time; every account of the benchmark is opened before its first deposit.
fn is_conflict(error: &DecisionError<NotOpen>) -> bool {
    let source = match error {
        DecisionError::EventStore(source) | DecisionError::StateStore(source) => source,
        DecisionError::Domain(NotOpen) => return true,
    };
    match source.downcast_ref::<disintegrate_postgres::Error>() {
        Some(disintegrate_postgres::Error::Concurrency) => true,
        Some(disintegrate_postgres::Error::Database(sqlx08::Error::Database(error))) => {
            matches!(error.code().as_deref(), Some("40001" | "40P01"))
        }
        _ => false,
    }
}

macro_rules! until_made {
    ($self:ident, $decision:expr) => {
        loop {
            match $self.decisions.make($decision).await {
                Ok(_) => return Ok(()),
                Err(error) if is_conflict(&error) => {}
                Err(error) => return Err(error.to_string().into()),
            }
        }
    };
}

impl Bank for Disintegrate {
    type Id = String;

    fn id(account: Uuid) -> String {
        account.to_string()
    }

    async fn open(&self, account: &String) -> Outcome {
        until_made!(self, Open(account.clone()))
    }

    async fn deposit(&self, account: &String, deposits: Deposits) -> Outcome {
        until_made!(self, MakeDeposits(account.clone(), deposits))
    }

    async fn catch_up(&self) -> Outcome {
        let newest: i64 = sqlx08::query_scalar("SELECT coalesce(max(event_id), 0) FROM event")
            .fetch_one(&self.pool)
            .await?;
        loop {
            let readable: i64 =
                sqlx08::query_scalar("SELECT event_store_current_epoch()").fetch_one(&self.pool).await?;
            if readable >= newest {
                return Ok(());
            }
        }
    }

    async fn balance(&self, account: &String) -> Outcome<i64> {
        use disintegrate::{EventSourcedStateStore, LoadState as _};
        let states = EventSourcedStateStore::new(self.store.clone(), NoSnapshot);
        let account = Account { account_id: account.clone(), ..Account::default() };
        let loaded = states.load(account).await?;
        Ok(loaded.state().cents)
    }
}
