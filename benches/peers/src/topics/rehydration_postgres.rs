//! Rehydration from PostgreSQL: as that from SQLite.

use std::time::Instant;

use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use uuid::Uuid;

use crate::account::{Outcome, balance_after, fill};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::disintegrate::Disintegrate;
use crate::banks::esrs::Esrs;
use crate::banks::ours::Ours;
use crate::banks::raw_postgres::RawPostgres;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::topics::rehydration::{EVENTS, events_a_second};
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, OLD_SERVER, RAW, Run, databases};

const POSTGRES: Measure =
    Measure { name: "events a second, rehydrating 10 000 from PostgreSQL", better: Better::Higher };

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    let server = Server::start()?;
    let database = |who: &str| databases::database(&server, who);
    let ours = Ours::on(PostgresStore::connect(database("ours")?).await?).await?;
    let pool = databases::cqrs_es_on_postgres(&database("cqrs_es")?).await?;
    let cqrs_es = CqrsEs::on(|| postgres_es::PostgresEventRepository::new(pool.clone()), Vec::new());
    let (evento, _) = databases::evento_on_postgres(&database("evento")?).await?;
    let esrs = Esrs::on(&databases::pool(&database("esrs")?).await?, false).await?;
    let disintegrate = Disintegrate::on(databases::pool(&database("disintegrate")?).await?).await?;
    let raw = RawPostgres::create(&database("raw")?).await?;

    let account = fill(&ours, 1, EVENTS).await?.remove(0);
    let cqrs_es_account = fill(&cqrs_es, 1, EVENTS).await?.remove(0);
    let evento_account = fill(&evento, 1, EVENTS).await?.remove(0);
    let esrs_account = fill(&esrs, 1, EVENTS).await?.remove(0);
    let disintegrate_account = match &disintegrate {
        Some(bank) => Some((bank, fill(bank, 1, EVENTS).await?.remove(0))),
        None => None,
    };
    let raw_account = Uuid::now_v7();
    raw.fill(raw_account, EVENTS).await?;
    for database in ["ours", "cqrs_es", "evento", "esrs", "disintegrate", "raw"] {
        databases::analyze(&server, database).await?;
    }
    for _ in 0..run.rounds {
        figures.add(POSTGRES, OURS, events_a_second(&ours, &account, run).await?);
        figures.add(POSTGRES, CQRS_ES, events_a_second(&cqrs_es, &cqrs_es_account, run).await?);
        figures.add(POSTGRES, EVENTO, events_a_second(&evento, &evento_account, run).await?);
        figures.add(POSTGRES, ESRS, events_a_second(&esrs, &esrs_account, run).await?);
        match &disintegrate_account {
            Some((bank, account)) => {
                figures.add(POSTGRES, DISINTEGRATE, events_a_second(*bank, account, run).await?);
            }
            None => figures.absent(POSTGRES, DISINTEGRATE, OLD_SERVER),
        }
        figures.add(POSTGRES, RAW, self::raw(&raw, raw_account, run).await?);
    }
    ours.close().await
}

/// The same with the driver alone.
pub(crate) async fn raw(raw: &RawPostgres, account: Uuid, run: &Run) -> Outcome<f64> {
    let begun = Instant::now();
    let mut loads = 0;
    while begun.elapsed() < run.span {
        assert_eq!(raw.load(account).await?.1, balance_after(EVENTS), "every event was folded");
        loads += 1;
    }
    Ok((loads * EVENTS) as f64 / begun.elapsed().as_secs_f64())
}
