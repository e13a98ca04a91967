//! Durable commands on PostgreSQL: one client, and 64 at once. The server is a private one, with the settings it is shipped with.

use std::time::Instant;

use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use uuid::Uuid;

use crate::account::{DEPOSITS_AN_ACCOUNT, Outcome, balance_after, commands_a_second};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::disintegrate::Disintegrate;
use crate::banks::esrs::Esrs;
use crate::banks::ours::Ours;
use crate::banks::raw_postgres::RawPostgres;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::{
    CQRS_ES, DISINTEGRATE, ESRS, EVENTO, OLD_SERVER, OURS_RELOADING, RAW, RAW_TOGETHER, Run, databases,
};

const SEQUENTIAL: Measure =
    Measure { name: "durable commands a second on PostgreSQL, one client", better: Better::Higher };
const CONCURRENT: Measure =
    Measure { name: "durable commands a second on PostgreSQL, 64 clients", better: Better::Higher };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    let server = Server::start()?;
    for (measure, clients) in [(SEQUENTIAL, 1), (CONCURRENT, 64)] {
        for round in 0..run.rounds {
            // A fresh database for each case of each round.
            let database = |who: &str| databases::database(&server, &format!("{who}_{clients}_{round}"));

            let ours = Ours::on(PostgresStore::connect(database("ours")?).await?).await?;
            figures.add(measure, OURS, commands_a_second(&ours, clients, run.span).await?);
            ours.close().await?;

            let ours = Ours::reloading(PostgresStore::connect(database("reloading")?).await?).await?;
            figures.add(measure, OURS_RELOADING, commands_a_second(&ours, clients, run.span).await?);
            ours.close().await?;

            let pool = databases::cqrs_es_on_postgres(&database("cqrs_es")?).await?;
            let repository = || postgres_es::PostgresEventRepository::new(pool.clone());
            let cqrs_es = CqrsEs::on(repository, Vec::new());
            figures.add(measure, CQRS_ES, commands_a_second(&cqrs_es, clients, run.span).await?);
            pool.close().await;

            let (evento, _) = databases::evento_on_postgres(&database("evento")?).await?;
            figures.add(measure, EVENTO, commands_a_second(&evento, clients, run.span).await?);
            drop(evento);

            let pool = databases::pool(&database("esrs")?).await?;
            let esrs = Esrs::on(&pool, false).await?;
            figures.add(measure, ESRS, commands_a_second(&esrs, clients, run.span).await?);
            pool.close().await;

            let pool = databases::pool(&database("disintegrate")?).await?;
            match Disintegrate::on(pool.clone()).await? {
                Some(bank) => {
                    figures.add(measure, DISINTEGRATE, commands_a_second(&bank, clients, run.span).await?)
                }
                None => figures.absent(measure, DISINTEGRATE, OLD_SERVER),
            }
            pool.close().await;

            let who = if clients == 1 { RAW } else { RAW_TOGETHER };
            let driver = RawPostgres::create(&database("raw")?).await?;
            figures.add(measure, who, raw(&driver, clients, run).await?);
        }
    }
    Ok(())
}

/// One connection does the work of so many clients.
pub(crate) async fn raw(raw: &RawPostgres, clients: usize, run: &Run) -> Outcome<f64> {
    let mut commands = 0;
    let begun = Instant::now();
    while begun.elapsed() < run.span {
        let accounts: Vec<_> = (0..clients).map(|_| Uuid::now_v7()).collect();
        commands +=
            if clients == 1 { raw.run(accounts[0]).await? } else { raw.run_together(&accounts).await? };
        if commands == accounts.len() * (DEPOSITS_AN_ACCOUNT + 1) {
            assert_eq!(
                raw.load(accounts[0]).await?.1,
                balance_after(DEPOSITS_AN_ACCOUNT),
                "all of it is there"
            );
        }
    }
    Ok(commands as f64 / begun.elapsed().as_secs_f64())
}
