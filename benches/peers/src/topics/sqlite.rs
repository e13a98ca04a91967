//! Durable commands on SQLite: one client, and 64 at once.

use std::time::Instant;

use cqrs_sqlite::SqliteStore;
use uuid::Uuid;

use crate::account::{DEPOSITS_AN_ACCOUNT, Outcome, balance_after, commands_a_second};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::ours::Ours;
use crate::banks::raw_sqlite::RawSqlite;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::{
    CQRS_ES, DISINTEGRATE, ESRS, EVENTO, NOT_ON_SQLITE, OURS_RELOADING, RAW, RAW_TOGETHER, Run, databases,
};

const SEQUENTIAL: Measure =
    Measure { name: "durable commands a second on SQLite, one client", better: Better::Higher };
const CONCURRENT: Measure =
    Measure { name: "durable commands a second on SQLite, 64 clients", better: Better::Higher };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    for (measure, clients) in [(SEQUENTIAL, 1), (CONCURRENT, 64)] {
        for _ in 0..run.rounds {
            // A fresh file for each case of each round: none pays for what another one wrote.
            let folder = tempfile::tempdir_in(&run.dir)?;
            let path = |name: &str| folder.path().join(name);

            let ours = Ours::on(SqliteStore::open(path("ours.db")).await?).await?;
            figures.add(measure, OURS, commands_a_second(&ours, clients, run.span).await?);
            ours.close().await?;

            let ours = Ours::reloading(SqliteStore::open(path("reloading.db")).await?).await?;
            figures.add(measure, OURS_RELOADING, commands_a_second(&ours, clients, run.span).await?);
            ours.close().await?;

            let pool = databases::cqrs_es_on_sqlite(&path("cqrs-es.db")).await?;
            let repository = || sqlite_es::SqliteEventRepository::new(pool.clone());
            let cqrs_es = CqrsEs::on(repository, Vec::new());
            figures.add(measure, CQRS_ES, commands_a_second(&cqrs_es, clients, run.span).await?);
            pool.close().await;

            let (evento, _) = databases::evento_on_sqlite(&path("evento.db")).await?;
            figures.add(measure, EVENTO, commands_a_second(&evento, clients, run.span).await?);

            let who = if clients == 1 { RAW } else { RAW_TOGETHER };
            figures.add(measure, who, raw(&mut RawSqlite::create(&path("raw.db"))?, clients, run)?);
        }
        figures.absent(measure, ESRS, NOT_ON_SQLITE);
        figures.absent(measure, DISINTEGRATE, NOT_ON_SQLITE);
    }
    Ok(())
}

/// One thread does the work of so many clients: a command of each in one transaction.
pub(crate) fn raw(raw: &mut RawSqlite, clients: usize, run: &Run) -> Outcome<f64> {
    let mut commands = 0;
    let begun = Instant::now();
    while begun.elapsed() < run.span {
        let accounts: Vec<_> = (0..clients).map(|_| Uuid::now_v7().to_string()).collect();
        commands += if clients == 1 { raw.run(&accounts[0])? } else { raw.run_together(&accounts)? };
        if commands == accounts.len() * (DEPOSITS_AN_ACCOUNT + 1) {
            assert_eq!(raw.balance(&accounts[0])?, balance_after(DEPOSITS_AN_ACCOUNT), "all of it is there");
        }
    }
    Ok(commands as f64 / begun.elapsed().as_secs_f64())
}
