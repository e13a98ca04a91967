//! A long log: commands of 64 clients, and rehydration of 10,000 events, on stores that hold many events already (`--events`).
//!
//! Everything is measured before the database's planner was given any figures of its tables, and again after that; on PostgreSQL nobody
//! gathers them meanwhile. Each of them fills one store, which all rounds use.

use std::path::Path;

use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use cqrs_sqlite::SqliteStore;
use uuid::Uuid;

use crate::account::{Bank, Outcome, commands_a_second, fill};
use crate::banks::cqrs_es::CqrsEs;
use crate::banks::disintegrate::Disintegrate;
use crate::banks::esrs::Esrs;
use crate::banks::ours::Ours;
use crate::banks::raw_postgres::RawPostgres;
use crate::banks::raw_sqlite::RawSqlite;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::topics::rehydration::{EVENTS, events_a_second};
use crate::topics::{postgres, rehydration, rehydration_postgres, sqlite};
use crate::{
    CQRS_ES, DISINTEGRATE, ESRS, EVENTO, NOT_ON_SQLITE, OLD_SERVER, RAW, RAW_TOGETHER, Run, databases,
};

/// The two things that are measured.
#[derive(Clone, Copy)]
struct Measures {
    commands: Measure,
    rehydration: Measure,
}

const fn measures(commands: &'static str, rehydration: &'static str) -> Measures {
    let better = Better::Higher;
    let (commands, rehydration) = (Measure { name: commands, better }, Measure { name: rehydration, better });
    Measures { commands, rehydration }
}

const SQLITE: [Measures; 2] = [
    measures(
        "commands a second on SQLite over a long log, never analysed, 64 clients",
        "events a second, rehydrating 10 000 from SQLite out of a long log, never analysed",
    ),
    measures(
        "commands a second on SQLite over a long log, analysed, 64 clients",
        "events a second, rehydrating 10 000 from SQLite out of a long log, analysed",
    ),
];
const POSTGRES: [Measures; 2] = [
    measures(
        "commands a second on PostgreSQL over a long log, never analysed, 64 clients",
        "events a second, rehydrating 10 000 from PostgreSQL out of a long log, never analysed",
    ),
    measures(
        "commands a second on PostgreSQL over a long log, analysed, 64 clients",
        "events a second, rehydrating 10 000 from PostgreSQL out of a long log, analysed",
    ),
];

const CLIENTS: usize = 64;
/// The deposits of each account but the one that is rehydrated.
const DEPOSITS: usize = 1000;

/// A bank with a long log, and the account in it that is rehydrated.
struct Filled<B: Bank> {
    bank: B,
    account: B::Id,
}

impl<B: Bank> Filled<B> {
    /// Half of the log lies before the account's own events, and half behind.
    async fn new(who: &str, bank: B, run: &Run) -> Outcome<Self> {
        eprintln!("{who} records {} events", run.events);
        let others = run.events.saturating_sub(EVENTS) / DEPOSITS;
        fill(&bank, others / 2, DEPOSITS).await?;
        let account = fill(&bank, 1, EVENTS).await?.remove(0);
        fill(&bank, others - others / 2, DEPOSITS).await?;
        Ok(Self { bank, account })
    }

    async fn measure(&self, figures: &mut Figures, which: Measures, who: &'static str, run: &Run) -> Outcome {
        let rate = events_a_second(&self.bank, &self.account, run).await?;
        figures.add(which.rehydration, who, rate);
        figures.add(which.commands, who, commands_a_second(&self.bank, CLIENTS, run.span).await?);
        Ok(())
    }
}

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    on_sqlite(figures, run).await?;
    on_postgres(figures, run).await
}

async fn on_sqlite(figures: &mut Figures, run: &Run) -> Outcome {
    let folder = tempfile::tempdir_in(&run.dir)?;
    let path = |name: &str| folder.path().join(name);
    let files = ["ours.db", "cqrs-es.db", "evento.db", "raw.db"].map(path);
    let ours = Filled::new(OURS, Ours::on(SqliteStore::open(&files[0]).await?).await?, run).await?;
    let pool = databases::cqrs_es_on_sqlite(&files[1]).await?;
    let repository = || sqlite_es::SqliteEventRepository::new(pool.clone());
    let cqrs_es = Filled::new(CQRS_ES, CqrsEs::on(repository, Vec::new()), run).await?;
    let (evento, _) = databases::evento_on_sqlite(&files[2]).await?;
    let evento = Filled::new(EVENTO, evento, run).await?;
    let mut raw = RawSqlite::create(&files[3])?;
    for index in 0..run.events.saturating_sub(EVENTS) / DEPOSITS {
        raw.fill(&format!("account-{index}"), DEPOSITS)?;
    }
    raw.fill("raw", EVENTS)?;

    for (which, is_analysed) in SQLITE.into_iter().zip([false, true]) {
        if is_analysed {
            files.iter().try_for_each(|file| analyse(file))?;
        }
        for _ in 0..run.rounds {
            ours.measure(figures, which, OURS, run).await?;
            cqrs_es.measure(figures, which, CQRS_ES, run).await?;
            evento.measure(figures, which, EVENTO, run).await?;
            figures.add(which.rehydration, RAW, rehydration::raw(&raw, "raw", run)?);
            figures.add(which.commands, RAW_TOGETHER, sqlite::raw(&mut raw, CLIENTS, run)?);
        }
        for measure in [which.commands, which.rehydration] {
            figures.absent(measure, ESRS, NOT_ON_SQLITE);
            figures.absent(measure, DISINTEGRATE, NOT_ON_SQLITE);
        }
    }
    ours.bank.close().await
}

fn analyse(file: &Path) -> Outcome {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    Ok(connection.execute_batch("ANALYZE")?)
}

async fn on_postgres(figures: &mut Figures, run: &Run) -> Outcome {
    let server = Server::start()?;
    server.configure("autovacuum = off\n")?;
    server.stop()?;
    server.start()?;
    let database = |who: &str| databases::database(&server, who);
    let ours = Ours::on(PostgresStore::connect(database("ours")?).await?).await?;
    let ours = Filled::new(OURS, ours, run).await?;
    let pool = databases::cqrs_es_on_postgres(&database("cqrs_es")?).await?;
    let repository = || postgres_es::PostgresEventRepository::new(pool.clone());
    let cqrs_es = Filled::new(CQRS_ES, CqrsEs::on(repository, Vec::new()), run).await?;
    let (evento, _) = databases::evento_on_postgres(&database("evento")?).await?;
    let evento = Filled::new(EVENTO, evento, run).await?;
    let esrs = Esrs::on(&databases::pool(&database("esrs")?).await?, false).await?;
    let esrs = Filled::new(ESRS, esrs, run).await?;
    let disintegrate = match Disintegrate::on(databases::pool(&database("disintegrate")?).await?).await? {
        Some(bank) => Some(Filled::new(DISINTEGRATE, bank, run).await?),
        None => None,
    };
    let raw = RawPostgres::create(&database("raw")?).await?;
    for _ in 0..run.events.saturating_sub(EVENTS) / DEPOSITS {
        raw.fill(Uuid::now_v7(), DEPOSITS).await?;
    }
    let raw_account = Uuid::now_v7();
    raw.fill(raw_account, EVENTS).await?;

    for (which, is_analysed) in POSTGRES.into_iter().zip([false, true]) {
        if is_analysed {
            for database in ["ours", "cqrs_es", "evento", "esrs", "disintegrate", "raw"] {
                databases::analyze(&server, database).await?;
            }
        }
        for _ in 0..run.rounds {
            ours.measure(figures, which, OURS, run).await?;
            cqrs_es.measure(figures, which, CQRS_ES, run).await?;
            evento.measure(figures, which, EVENTO, run).await?;
            esrs.measure(figures, which, ESRS, run).await?;
            match &disintegrate {
                Some(disintegrate) => disintegrate.measure(figures, which, DISINTEGRATE, run).await?,
                None => {
                    figures.absent(which.commands, DISINTEGRATE, OLD_SERVER);
                    figures.absent(which.rehydration, DISINTEGRATE, OLD_SERVER);
                }
            }
            figures.add(which.rehydration, RAW, rehydration_postgres::raw(&raw, raw_account, run).await?);
            figures.add(which.commands, RAW_TOGETHER, postgres::raw(&raw, CLIENTS, run).await?);
        }
    }
    ours.bank.close().await
}
