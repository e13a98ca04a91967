//! Latency: from sending a command to the projected row that includes it, on SQLite, at half of what each of them can do at most, and
//! at a load that is the same for all.
//!
//! Commands are sent by the clock, whether those before are answered or not, and latency counts from the moment that a command was due: a
//! pause of any kind is in the figures.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cqrs_core::Refresh;
use cqrs_es::persist::GenericQuery;
use cqrs_sqlite::SqliteStore;
use sqlite_es::{SqliteEventRepository, SqliteViewRepository};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::account::{Bank, Deposits, Outcome};
use crate::banks::cqrs_es::{Account, CqrsEs};
use crate::banks::evento::Following;
use crate::banks::ours::Ours;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::topics::projection::TakingsView;
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, NOT_ON_SQLITE, OURS_ON_COMMIT, Run, databases};

const PEAK: Measure = Measure {
    name: "commands a second on SQLite beside a projection into a table, 64 clients",
    better: Better::Higher,
};
const MIDDLE: Measure = Measure {
    name: "p50 from command to projected row at half of that, milliseconds",
    better: Better::Lower,
};
const WORST: Measure = Measure {
    name: "p99 from command to projected row at half of that, milliseconds",
    better: Better::Lower,
};

/// What all of them can do while they project.
const SAME_LOAD: f64 = 250.0;
const MIDDLE_OF_SAME: Measure = Measure {
    name: "p50 from command to projected row at 250 commands a second, milliseconds",
    better: Better::Lower,
};
const WORST_OF_SAME: Measure = Measure {
    name: "p99 from command to projected row at 250 commands a second, milliseconds",
    better: Better::Lower,
};

/// A bank whose read model can be waited for.
pub(crate) trait ReadModel: Bank {
    /// Executes a command with one deposit, and waits until the account's row includes it.
    fn deposit_and_see(&self, account: &Self::Id, n: usize) -> impl Future<Output = Outcome> + Send;
}

impl ReadModel for Ours {
    async fn deposit_and_see(&self, account: &String, n: usize) -> Outcome {
        self.deposit_and_wait(account, n).await
    }
}

/// cqrs-es writes its views before it answers.
impl<S: cqrs_es::EventStore<Account> + 'static> ReadModel for CqrsEs<S>
where
    S::AC: Send,
{
    async fn deposit_and_see(&self, account: &String, n: usize) -> Outcome {
        self.deposit(account, Deposits::one(n)).await
    }
}

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    for _ in 0..run.rounds {
        let folder = tempfile::tempdir_in(&run.dir)?;
        let path = |name: &str| folder.path().join(name);

        let store = SqliteStore::open(path("ours.db")).await?;
        let ours = Ours::projecting(store, Refresh::Continuous).await?;
        one(figures, OURS, &ours, run).await?;
        ours.close().await?;

        let store = SqliteStore::open(path("on-commit.db")).await?;
        let ours = Ours::projecting(store, Refresh::OnCommit).await?;
        one(figures, OURS_ON_COMMIT, &ours, run).await?;
        ours.close().await?;

        let pool = databases::cqrs_es_on_sqlite(&path("cqrs-es.db")).await?;
        let views = SqliteViewRepository::<TakingsView, Account>::new("takings", pool.clone());
        let query = GenericQuery::<_, TakingsView, Account>::new(Arc::new(views));
        let cqrs_es = CqrsEs::on(|| SqliteEventRepository::new(pool.clone()), vec![Box::new(query)]);
        one(figures, CQRS_ES, &cqrs_es, run).await?;

        let (evento, pool) = databases::evento_on_sqlite(&path("evento.db")).await?;
        let following = Following::start(evento, pool).await?;
        one(figures, EVENTO, &following, run).await?;
        following.stop().await?;
    }
    for measure in [PEAK, MIDDLE, WORST, MIDDLE_OF_SAME, WORST_OF_SAME] {
        figures.absent(measure, ESRS, NOT_ON_SQLITE);
        figures.absent(measure, DISINTEGRATE, NOT_ON_SQLITE);
    }
    Ok(())
}

async fn one<B: ReadModel>(figures: &mut Figures, who: &'static str, bank: &B, run: &Run) -> Outcome {
    const ACCOUNTS: usize = 512;
    let mut accounts = Vec::with_capacity(ACCOUNTS);
    for _ in 0..ACCOUNTS {
        let account = B::id(Uuid::now_v7());
        bank.open(&account).await?;
        accounts.push(account);
    }
    let accounts = Arc::new(accounts);
    let peak = peak(bank, &accounts, run.span).await?;
    figures.add(PEAK, who, peak);
    // When the row includes this one, it includes what came before.
    bank.deposit_and_see(&accounts[0], 800_000).await?;
    let loads = [(peak / 2.0, 900_000, MIDDLE, WORST), (SAME_LOAD, 9_000_000, MIDDLE_OF_SAME, WORST_OF_SAME)];
    for (rate, first, middle, worst) in loads {
        let mut latencies = by_the_clock(bank, &accounts, rate, first, run.span).await?;
        latencies.sort_unstable();
        let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        figures.add(middle, who, at(0.50));
        figures.add(worst, who, at(0.99));
    }
    Ok(())
}

async fn peak<B: ReadModel>(bank: &B, accounts: &Arc<Vec<B::Id>>, span: Duration) -> Outcome<f64> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..64 {
        let (bank, accounts) = (bank.clone(), accounts.clone());
        tasks.spawn(async move {
            let mut commands = 0;
            while begun.elapsed() < span {
                bank.deposit(&accounts[client], Deposits::one(commands)).await?;
                commands += 1;
            }
            Outcome::Ok(commands)
        });
    }
    let mut commands = 0;
    while let Some(done) = tasks.join_next().await {
        commands += done??;
    }
    Ok(commands as f64 / begun.elapsed().as_secs_f64())
}

/// Sends so many commands a second, each to the next account; no two deposits have the same number.
async fn by_the_clock<B: ReadModel>(
    bank: &B,
    accounts: &Arc<Vec<B::Id>>,
    rate: f64,
    first: usize,
    span: Duration,
) -> Outcome<Vec<Duration>> {
    let count = ((rate * span.as_secs_f64()) as usize).max(10);
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    let mut sent = 0;
    while sent < count {
        let due = ((begun.elapsed().as_secs_f64() * rate) as usize + 1).min(count);
        while sent < due {
            let (bank, accounts) = (bank.clone(), accounts.clone());
            let when = begun + Duration::from_secs_f64(sent as f64 / rate);
            let n = first + sent;
            tasks.spawn(async move {
                bank.deposit_and_see(&accounts[n % accounts.len()], n).await?;
                Outcome::Ok(when.elapsed())
            });
            sent += 1;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut latencies = Vec::with_capacity(count);
    while let Some(done) = tasks.join_next().await {
        latencies.push(done??);
    }
    Ok(latencies)
}
