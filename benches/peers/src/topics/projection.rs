//! Projections on SQLite: a log of many deposits into 1,000 accounts, added up by account in memory, and into a table.
//!
//! A peer that writes its table event by event is given a twentieth of the log, or a run would take all day; the figures are rates.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use cqrs_core::Refresh;
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{EventEnvelope, Query, View};
use cqrs_sqlite::SqliteStore;
use serde::{Deserialize, Serialize};
use sqlite_es::{SqliteEventRepository, SqliteViewRepository};

use crate::account::{Outcome, balance_after, fill};
use crate::banks::cqrs_es::{Account, AccountEvent, CqrsEs};
use crate::banks::ours::{Ours, Takings};
use crate::banks::raw_sqlite::RawSqlite;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, NOT_ON_SQLITE, RAW, Run, databases};

const MEMORY: Measure =
    Measure { name: "events a second from SQLite, projected in memory", better: Better::Higher };
const TABLE: Measure =
    Measure { name: "events a second from SQLite, projected into a table", better: Better::Higher };

pub(crate) const ACCOUNTS: usize = 1000;
/// How much less of the log those get who write event by event.
pub(crate) const FEWER: usize = 20;

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    ours(figures, run).await?;
    cqrs_es(figures, run).await?;
    evento(figures, run).await?;
    raw(figures, run)?;
    for measure in [MEMORY, TABLE] {
        figures.absent(measure, ESRS, NOT_ON_SQLITE);
        figures.absent(measure, DISINTEGRATE, NOT_ON_SQLITE);
    }
    Ok(())
}

/// So many deposits there are, and so much they come to.
pub(crate) fn expected(deposits: usize) -> (i64, i64) {
    ((ACCOUNTS * deposits) as i64, ACCOUNTS as i64 * balance_after(deposits))
}

/// What the rows of all accounts come to.
pub(crate) fn total(rows: impl Iterator<Item = (i64, i64)>) -> (i64, i64) {
    rows.fold((0, 0), |total, row| (total.0 + row.0, total.1 + row.1))
}

pub(crate) fn rate(deposits: usize, begun: Instant) -> f64 {
    (ACCOUNTS * deposits) as f64 / begun.elapsed().as_secs_f64()
}

async fn ours(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let deposits = run.events / ACCOUNTS;
    let store = SqliteStore::open(folder.path().join("ours.db")).await?;
    let ours = Ours::projecting(store, Refresh::Manual).await?;
    fill(&ours, ACCOUNTS, deposits).await?;
    let newest = ours.app.refresh::<Takings>().await?;
    let takings = ours.app.projection::<Takings>()?;
    for _ in 0..run.rounds {
        let begun = Instant::now();
        let rows = ours.app.rows_at::<Takings>(newest).await?;
        figures.add(MEMORY, OURS, rate(deposits, begun));
        let rows = rows.iter().map(|row| (row.row.deposits, row.row.cents));
        assert_eq!(total(rows), expected(deposits), "every event was folded");

        let begun = Instant::now();
        takings.rebuild().await?;
        figures.add(TABLE, OURS, rate(deposits, begun));
        assert_eq!(takings.status().await?.checkpoint, newest, "every event was folded");
    }
    ours.close().await
}

/// Deposits and cents, by account.
#[derive(Clone, Default)]
pub(crate) struct AddUp(pub(crate) Arc<Mutex<HashMap<String, (i64, i64)>>>);

#[async_trait]
impl Query<Account> for AddUp {
    async fn dispatch(&self, account: &str, events: &[EventEnvelope<Account>]) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if let AccountEvent::Deposited(deposit) = &event.payload {
                let sum = sums.entry(account.to_owned()).or_default();
                sum.0 += 1;
                sum.1 += deposit.cents;
            }
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TakingsView {
    deposits: i64,
    cents: i64,
}

impl View<Account> for TakingsView {
    fn update(&mut self, event: &EventEnvelope<Account>) {
        if let AccountEvent::Deposited(deposit) = &event.payload {
            self.deposits += 1;
            self.cents += deposit.cents;
        }
    }
}

async fn cqrs_es(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let deposits = run.events / ACCOUNTS;
    let pool = databases::cqrs_es_on_sqlite(&folder.path().join("all.db")).await?;
    let repository = || SqliteEventRepository::new(pool.clone());
    fill(&CqrsEs::on(repository, Vec::new()), ACCOUNTS, deposits).await?;
    for _ in 0..run.rounds {
        let sums = AddUp::default();
        let begun = Instant::now();
        QueryReplay::<_, _, Account>::new(repository(), sums.clone()).replay_all().await?;
        figures.add(MEMORY, CQRS_ES, rate(deposits, begun));
        let sums = sums.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(total(sums.values().copied()), expected(deposits), "every event was folded");
    }

    let deposits = deposits.div_ceil(FEWER);
    let pool = databases::cqrs_es_on_sqlite(&folder.path().join("fewer.db")).await?;
    let repository = || SqliteEventRepository::new(pool.clone());
    fill(&CqrsEs::on(repository, Vec::new()), ACCOUNTS, deposits).await?;
    for _ in 0..run.rounds {
        sqlx08::query("DELETE FROM takings").execute(&pool).await?;
        let views = SqliteViewRepository::<TakingsView, Account>::new("takings", pool.clone());
        let query = GenericQuery::<_, TakingsView, Account>::new(Arc::new(views));
        let begun = Instant::now();
        QueryReplay::<_, _, Account>::new(repository(), query).replay_all().await?;
        figures.add(TABLE, CQRS_ES, rate(deposits, begun));
        let rows: (i64, i64) =
            sqlx08::query_as("SELECT sum(payload ->> 'deposits'), sum(payload ->> 'cents') FROM takings")
                .fetch_one(&pool)
                .await?;
        assert_eq!(rows, expected(deposits), "every event was folded");
    }
    Ok(())
}

async fn evento(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let deposits = run.events / ACCOUNTS;
    let (evento, _) = databases::evento_on_sqlite(&folder.path().join("all.db")).await?;
    fill(&evento, ACCOUNTS, deposits).await?;
    let fewer = deposits.div_ceil(FEWER);
    let (evento_fewer, pool) = databases::evento_on_sqlite(&folder.path().join("fewer.db")).await?;
    fill(&evento_fewer, ACCOUNTS, fewer).await?;
    sqlx::query(crate::banks::evento::TAKINGS).execute(&pool).await?;
    // Its subscriptions keep a second's distance from what is newest.
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    for round in 0..run.rounds {
        let begun = Instant::now();
        let sums = evento.add_up(format!("memory-{round}")).await?;
        figures.add(MEMORY, EVENTO, rate(deposits, begun));
        let sums = sums.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert_eq!(total(sums.values().copied()), expected(deposits), "every event was folded");

        sqlx::query("DELETE FROM takings").execute(&pool).await?;
        let begun = Instant::now();
        evento_fewer.project_on_sqlite(format!("table-{round}"), pool.clone()).await?;
        figures.add(TABLE, EVENTO, rate(fewer, begun));
        let rows: (i64, i64) =
            sqlx::query_as("SELECT sum(deposits), sum(cents) FROM takings").fetch_one(&pool).await?;
        assert_eq!(rows, expected(fewer), "every event was folded");
    }
    Ok(())
}

fn raw(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let deposits = run.events / ACCOUNTS;
    let mut raw = RawSqlite::create(&folder.path().join("raw.db"))?;
    for account in 0..ACCOUNTS {
        raw.fill(&format!("account-{account}"), deposits)?;
    }
    for _ in 0..run.rounds {
        let begun = Instant::now();
        let sums = raw.add_up()?;
        figures.add(MEMORY, RAW, rate(deposits, begun));
        assert_eq!(total(sums.values().copied()), expected(deposits), "every event was folded");

        let begun = Instant::now();
        raw.project()?;
        figures.add(TABLE, RAW, rate(deposits, begun));
        assert_eq!(raw.total()?, expected(deposits), "every event was folded");
    }
    Ok(())
}
