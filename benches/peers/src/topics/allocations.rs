//! Allocations: how often a command asks Rust's allocator for memory, in all threads. What SQLite and the server allocate is not counted.

use std::alloc::System;

use cqrs_core::MemoryStore;
use cqrs_sqlite::SqliteStore;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use uuid::Uuid;

use crate::account::{Bank, DEPOSITS_AN_ACCOUNT, Deposits, Outcome};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::ours::Ours;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::{CQRS_ES, EVENTO, OURS_RELOADING, Run, databases};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MEMORY: Measure = Measure { name: "allocations a command, in memory", better: Better::Lower };
const SQLITE: Measure = Measure { name: "allocations a command, on SQLite", better: Better::Lower };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    for _ in 0..run.rounds {
        let folder = tempfile::tempdir_in(&run.dir)?;
        let path = |name: &str| folder.path().join(name);

        let ours = Ours::on(MemoryStore::new()).await?;
        figures.add(MEMORY, OURS, allocations_a_command(&ours).await?);
        ours.close().await?;
        figures.add(MEMORY, CQRS_ES, allocations_a_command(&CqrsEs::in_memory()).await?);

        let ours = Ours::on(SqliteStore::open(path("ours.db")).await?).await?;
        figures.add(SQLITE, OURS, allocations_a_command(&ours).await?);
        ours.close().await?;
        let ours = Ours::reloading(SqliteStore::open(path("reloading.db")).await?).await?;
        figures.add(SQLITE, OURS_RELOADING, allocations_a_command(&ours).await?);
        ours.close().await?;
        let pool = databases::cqrs_es_on_sqlite(&path("cqrs-es.db")).await?;
        let cqrs_es = CqrsEs::on(|| sqlite_es::SqliteEventRepository::new(pool.clone()), Vec::new());
        figures.add(SQLITE, CQRS_ES, allocations_a_command(&cqrs_es).await?);
        let (evento, _) = databases::evento_on_sqlite(&path("evento.db")).await?;
        figures.add(SQLITE, EVENTO, allocations_a_command(&evento).await?);
    }
    Ok(())
}

async fn allocations_a_command<B: Bank>(bank: &B) -> Outcome<f64> {
    const ACCOUNTS: usize = 100;
    run_accounts(bank, ACCOUNTS).await?;
    let region = Region::new(COUNTED);
    run_accounts(bank, ACCOUNTS).await?;
    Ok(region.change().allocations as f64 / (ACCOUNTS * (DEPOSITS_AN_ACCOUNT + 1)) as f64)
}

async fn run_accounts<B: Bank>(bank: &B, accounts: usize) -> Outcome {
    for _ in 0..accounts {
        let account = B::id(Uuid::now_v7());
        bank.open(&account).await?;
        for n in 0..DEPOSITS_AN_ACCOUNT {
            bank.deposit(&account, Deposits::one(n)).await?;
        }
    }
    Ok(())
}
