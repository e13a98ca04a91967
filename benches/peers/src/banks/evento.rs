//! evento, on SQLite and on PostgreSQL, with the pools and migrations that its documentation shows.
//!
//! Commands load their aggregate with `snapshot(memory)`, as its documentation has them: the state stays in memory, and only what is newer is
//! read. Rehydration uses `snapshot(none)`. Its payloads are bitcode, not JSON.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use evento::metadata::Event;
use evento::projection::Projection;
use evento::subscription::{Context, SubscriptionBuilder};
use evento::{Executor, ProjectionAggregate as _};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::account::{Bank, Deposit, Deposits, NotOpen, OWNER, Outcome};
use crate::topics::latency::ReadModel;

#[evento::aggregate(name = "Account")]
pub enum Account {
    Opened {
        owner: String,
    },
    #[evento(upcast_to = Deposited)]
    OldDeposited {
        sum: i64,
        memo: String,
    },
    Deposited {
        cents: i64,
        purpose: String,
    },
}

impl From<OldDeposited> for Deposited {
    fn from(old: OldDeposited) -> Self {
        Self { cents: old.sum, purpose: old.memo }
    }
}

/// The state of a command.
#[evento::projection(id = id)]
#[evento::snapshot(memory)]
pub struct Kept {
    pub id: String,
    pub open: bool,
    pub cents: i64,
}

#[evento::handler]
async fn open_kept(event: Event<Opened>, row: &mut Kept) -> anyhow::Result<()> {
    row.id = event.aggregate_id.to_owned();
    row.open = true;
    Ok(())
}

#[evento::handler]
async fn deposit_kept(event: Event<Deposited>, row: &mut Kept) -> anyhow::Result<()> {
    row.cents += event.data.cents;
    Ok(())
}

/// The same state, folded from all events each time.
#[evento::projection(id = id)]
#[evento::snapshot(none)]
pub struct Folded {
    pub id: String,
    pub open: bool,
    pub cents: i64,
}

#[evento::handler]
async fn open_folded(event: Event<Opened>, row: &mut Folded) -> anyhow::Result<()> {
    row.id = event.aggregate_id.to_owned();
    row.open = true;
    Ok(())
}

#[evento::handler]
async fn deposit_folded(event: Event<Deposited>, row: &mut Folded) -> anyhow::Result<()> {
    row.cents += event.data.cents;
    Ok(())
}

#[derive(Clone)]
pub(crate) struct Evento<E> {
    pub(crate) executor: E,
}

impl<E: Executor + Clone> Bank for Evento<E> {
    type Id = String;

    fn id(account: Uuid) -> String {
        account.to_string()
    }

    async fn open(&self, account: &String) -> Outcome {
        evento::append(account).event(&Opened { owner: OWNER.to_owned() }).commit(&self.executor).await?;
        Ok(())
    }

    async fn deposit(&self, account: &String, deposits: Deposits) -> Outcome {
        let loaded = Projection::<E, Kept>::new::<Account>()
            .handler(open_kept())
            .handler(deposit_kept())
            .strict()
            .load(account)
            .execute(&self.executor)
            .await?;
        let Some(state) = loaded.filter(|state| state.open) else { return Err(NotOpen.into()) };
        let mut write = state.write()?;
        for deposit in deposits.iter() {
            write.event(&Deposited { cents: deposit.cents, purpose: deposit.purpose });
        }
        write.commit(&self.executor).await?;
        Ok(())
    }

    async fn balance(&self, account: &String) -> Outcome<i64> {
        let loaded = Projection::<E, Folded>::new::<Account>()
            .handler(open_folded())
            .handler(deposit_folded())
            .strict()
            .load(account)
            .execute(&self.executor)
            .await?;
        Ok(loaded.ok_or(NotOpen)?.cents)
    }
}

impl<E: Executor + Clone> Evento<E> {
    /// Opens an account and makes so many deposits into it, every second one in the old version.
    pub(crate) async fn fill_half_old(&self, deposits: usize) -> Outcome<String> {
        let account = Uuid::now_v7().to_string();
        let mut write = evento::append(&account);
        write.event(&Opened { owner: OWNER.to_owned() });
        for (index, Deposit { cents, purpose }) in (Deposits { first: 0, count: deposits }).iter().enumerate()
        {
            if index % 2 == 1 {
                write.event(&Deposited { cents, purpose });
            } else {
                write.event(&OldDeposited { sum: cents, memo: purpose });
            }
        }
        write.commit(&self.executor).await?;
        Ok(account)
    }
}

/// Deposits and their cents, by account.
pub(crate) type Sums = Arc<Mutex<HashMap<String, (i64, i64)>>>;

#[evento::subscription]
async fn add_up<E: Executor>(context: &Context<'_, E>, event: Event<Deposited>) -> anyhow::Result<()> {
    let sums: Sums = context.extract();
    let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
    let row = sums.entry(event.aggregate_id.clone()).or_default();
    row.0 += 1;
    row.1 += event.data.cents;
    Ok(())
}

impl<E: Executor + Clone> Evento<E> {
    /// Has a new subscription read the whole log and add it up in memory.
    pub(crate) async fn add_up(&self, key: String) -> Outcome<Sums> {
        let sums = Sums::default();
        SubscriptionBuilder::<E>::new(key)
            .handler(add_up())
            .data(sums.clone())
            .skip::<Opened>()
            .chunk_size(1000)
            .run_once(&self.executor)
            .await?;
        Ok(sums)
    }
}

#[evento::subscription]
async fn write_down<E: Executor>(context: &Context<'_, E>, event: Event<Deposited>) -> anyhow::Result<()> {
    upsert(&event, &context.extract()).await
}

async fn upsert(event: &Event<'_, Deposited>, pool: &sqlx::SqlitePool) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO takings (account, deposits, cents) VALUES (?1, 1, ?2) \
         ON CONFLICT (account) DO UPDATE SET deposits = deposits + 1, cents = cents + excluded.cents",
    )
    .bind(&event.aggregate_id)
    .bind(event.data.cents)
    .execute(pool)
    .await?;
    Ok(())
}

/// The read model that its handlers write.
pub(crate) const TAKINGS: &str =
    "CREATE TABLE takings (account TEXT PRIMARY KEY, deposits INTEGER NOT NULL, cents INTEGER NOT NULL)";

impl<E: Executor + Clone> Evento<E> {
    /// Has a new subscription read the whole log and write each event's account in a table.
    pub(crate) async fn project_on_sqlite(&self, key: String, pool: sqlx::SqlitePool) -> Outcome {
        let mut subscription = SubscriptionBuilder::<E>::new(key)
            .handler(write_down())
            .data(pool)
            .skip::<Opened>()
            .chunk_size(1000);
        Ok(subscription.run_once(&self.executor).await?)
    }
}

#[evento::subscription]
async fn write_down_on_postgres<E: Executor>(
    context: &Context<'_, E>,
    event: Event<Deposited>,
) -> anyhow::Result<()> {
    let pool: sqlx::PgPool = context.extract();
    sqlx::query(crate::databases::ADD_TO_TAKINGS)
        .bind(&event.aggregate_id)
        .bind(event.data.cents)
        .execute(&pool)
        .await?;
    Ok(())
}

impl<E: Executor + Clone> Evento<E> {
    /// As [`project_on_sqlite`](Self::project_on_sqlite).
    pub(crate) async fn project_on_postgres(&self, key: String, pool: sqlx::PgPool) -> Outcome {
        let mut subscription = SubscriptionBuilder::<E>::new(key)
            .handler(write_down_on_postgres())
            .data(pool)
            .skip::<Opened>()
            .chunk_size(1000);
        Ok(subscription.run_once(&self.executor).await?)
    }
}

/// evento with a subscription that keeps a table up to date, and tells those who wait for a deposit that it is there.
#[derive(Clone)]
pub(crate) struct Following<E> {
    bank: Evento<E>,
    awaited: Awaited,
    subscription: Arc<tokio::sync::Mutex<Option<evento::subscription::Subscription>>>,
}

/// Who waits for which deposit.
#[derive(Clone, Default)]
struct Awaited(Arc<Mutex<Waiting>>);

/// Whom to tell, by account and purpose.
type Waiting = HashMap<(String, String), oneshot::Sender<()>>;

#[evento::subscription]
async fn follow<E: Executor>(context: &Context<'_, E>, event: Event<Deposited>) -> anyhow::Result<()> {
    upsert(&event, &context.extract()).await?;
    let awaited: Awaited = context.extract();
    let deposit = (event.aggregate_id.clone(), event.data.purpose.clone());
    let waiting = awaited.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&deposit);
    // Whoever waited may have gone.
    let _ = waiting.map(|waiting| waiting.send(()));
    Ok(())
}

impl<E: Executor + Clone> Following<E> {
    pub(crate) async fn start(bank: Evento<E>, pool: sqlx::SqlitePool) -> Outcome<Self> {
        sqlx::query(TAKINGS).execute(&pool).await?;
        let awaited = Awaited::default();
        let subscription = SubscriptionBuilder::<E>::new("follow")
            .handler(follow())
            .data(pool)
            .data(awaited.clone())
            .skip::<Opened>()
            .chunk_size(1000)
            .poll_interval(std::time::Duration::from_millis(5))
            .start(&bank.executor)
            .await?;
        Ok(Self { bank, awaited, subscription: Arc::new(tokio::sync::Mutex::new(Some(subscription))) })
    }

    pub(crate) async fn stop(self) -> Outcome {
        match self.subscription.lock().await.take() {
            Some(subscription) => Ok(subscription.shutdown().await?),
            None => Ok(()),
        }
    }
}

impl<E: Executor + Clone> Bank for Following<E> {
    type Id = String;

    fn id(account: Uuid) -> String {
        account.to_string()
    }

    async fn open(&self, account: &String) -> Outcome {
        self.bank.open(account).await
    }

    async fn deposit(&self, account: &String, deposits: Deposits) -> Outcome {
        self.bank.deposit(account, deposits).await
    }

    async fn balance(&self, account: &String) -> Outcome<i64> {
        self.bank.balance(account).await
    }
}

impl<E: Executor + Clone> ReadModel for Following<E> {
    async fn deposit_and_see(&self, account: &String, n: usize) -> Outcome {
        let deposit = Deposits::one(n).iter().next().ok_or("one deposit")?;
        let (sender, seen) = oneshot::channel();
        self.awaited
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((account.clone(), deposit.purpose), sender);
        self.bank.deposit(account, Deposits::one(n)).await?;
        Ok(seen.await?)
    }
}
