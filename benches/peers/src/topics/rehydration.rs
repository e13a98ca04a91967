//! Rehydration: the state of an account of 10,000 events, folded from the store.

use std::time::Instant;

use cqrs_core::MemoryStore;
use cqrs_sqlite::SqliteStore;

use crate::account::{Bank, Outcome, balance_after, fill};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::ours::Ours;
use crate::banks::raw_sqlite::RawSqlite;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, NOT_ON_SQLITE, RAW, Run, databases};

pub(crate) const EVENTS: usize = 10_000;

const MEMORY: Measure =
    Measure { name: "events a second, rehydrating 10 000 from memory", better: Better::Higher };
const SQLITE: Measure =
    Measure { name: "events a second, rehydrating 10 000 from SQLite", better: Better::Higher };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let path = |name: &str| folder.path().join(name);
    let ours = Ours::on(SqliteStore::open(path("ours.db")).await?).await?;
    let ours_in_memory = Ours::on(MemoryStore::new()).await?;
    let pool = databases::cqrs_es_on_sqlite(&path("cqrs-es.db")).await?;
    let cqrs_es = CqrsEs::on(|| sqlite_es::SqliteEventRepository::new(pool.clone()), Vec::new());
    let cqrs_es_in_memory = CqrsEs::in_memory();
    let (evento, _) = databases::evento_on_sqlite(&path("evento.db")).await?;
    let mut raw = RawSqlite::create(&path("raw.db"))?;
    raw.fill("raw", EVENTS)?;

    let account = fill(&ours, 1, EVENTS).await?.remove(0);
    let account_in_memory = fill(&ours_in_memory, 1, EVENTS).await?.remove(0);
    let cqrs_es_account = fill(&cqrs_es, 1, EVENTS).await?.remove(0);
    let cqrs_es_account_in_memory = fill(&cqrs_es_in_memory, 1, EVENTS).await?.remove(0);
    let evento_account = fill(&evento, 1, EVENTS).await?.remove(0);
    for _ in 0..run.rounds {
        figures.add(MEMORY, OURS, events_a_second(&ours_in_memory, &account_in_memory, run).await?);
        let rate = events_a_second(&cqrs_es_in_memory, &cqrs_es_account_in_memory, run).await?;
        figures.add(MEMORY, CQRS_ES, rate);

        figures.add(SQLITE, OURS, events_a_second(&ours, &account, run).await?);
        figures.add(SQLITE, CQRS_ES, events_a_second(&cqrs_es, &cqrs_es_account, run).await?);
        figures.add(SQLITE, EVENTO, events_a_second(&evento, &evento_account, run).await?);
        figures.add(SQLITE, RAW, self::raw(&raw, "raw", run)?);
    }
    figures.absent(SQLITE, ESRS, NOT_ON_SQLITE);
    figures.absent(SQLITE, DISINTEGRATE, NOT_ON_SQLITE);
    ours.close().await?;
    ours_in_memory.close().await
}

/// Loads an account over and over.
pub(crate) async fn events_a_second<B: Bank>(bank: &B, account: &B::Id, run: &Run) -> Outcome<f64> {
    let begun = Instant::now();
    let mut loads = 0;
    while begun.elapsed() < run.span {
        assert_eq!(bank.balance(account).await?, balance_after(EVENTS), "every event was folded");
        loads += 1;
    }
    Ok((loads * EVENTS) as f64 / begun.elapsed().as_secs_f64())
}

/// The same with the driver alone.
pub(crate) fn raw(raw: &RawSqlite, account: &str, run: &Run) -> Outcome<f64> {
    let begun = Instant::now();
    let mut loads = 0;
    while begun.elapsed() < run.span {
        assert_eq!(raw.balance(account)?, balance_after(EVENTS), "every event was folded");
        loads += 1;
    }
    Ok((loads * EVENTS) as f64 / begun.elapsed().as_secs_f64())
}
