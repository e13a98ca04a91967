//! Projections on PostgreSQL: as those on SQLite.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cqrs_core::Refresh;
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use disintegrate::{EventListener, PersistedEvent, StreamQuery, query};
use disintegrate_postgres::{PgEventId, PgEventListener, PgEventListenerConfig};
use esrs::rebuilder::{PgRebuilder, Rebuilder as _};
use futures::TryStreamExt as _;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::account::{Outcome, fill};
use crate::banks::cqrs_es::{Account, CqrsEs};
use crate::banks::disintegrate::{Disintegrate, DomainEvent};
use crate::banks::esrs::{self as esrs_bank, Esrs};
use crate::banks::ours::{Ours, Takings};
use crate::banks::raw_postgres::RawPostgres;
use crate::figures::{Better, Figures, Measure, OURS};
use crate::topics::projection::{ACCOUNTS, AddUp, FEWER, TakingsView, expected, rate, total};
use crate::{CQRS_ES, DISINTEGRATE, ESRS, EVENTO, OLD_SERVER, RAW, Run, databases};

const MEMORY: Measure =
    Measure { name: "events a second from PostgreSQL, projected in memory", better: Better::Higher };
const TABLE: Measure =
    Measure { name: "events a second from PostgreSQL, projected into a table", better: Better::Higher };

/// What a handler that writes down each event has made.
const TOTAL: &str = "SELECT sum(deposits)::bigint, sum(cents)::bigint FROM takings";

pub(crate) async fn measure(figures: &mut Figures, run: &Run) -> Outcome {
    let server = Server::start()?;
    ours(figures, run, &server).await?;
    cqrs_es(figures, run, &server).await?;
    evento(figures, run, &server).await?;
    esrs(figures, run, &server).await?;
    disintegrate(figures, run, &server).await?;
    raw(figures, run, &server).await
}

async fn ours(figures: &mut Figures, run: &Run, server: &Server) -> Outcome {
    let deposits = run.events / ACCOUNTS;
    let store = PostgresStore::connect(databases::database(server, "ours")?).await?;
    let ours = Ours::projecting(store, Refresh::Manual).await?;
    fill(&ours, ACCOUNTS, deposits).await?;
    databases::analyze(server, "ours").await?;
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

async fn cqrs_es(figures: &mut Figures, run: &Run, server: &Server) -> Outcome {
    let deposits = run.events / ACCOUNTS;
    let pool = databases::cqrs_es_on_postgres(&databases::database(server, "cqrs_es")?).await?;
    let repository = || PostgresEventRepository::new(pool.clone());
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
    let pool = databases::cqrs_es_on_postgres(&databases::database(server, "cqrs_es_fewer")?).await?;
    let repository = || PostgresEventRepository::new(pool.clone());
    fill(&CqrsEs::on(repository, Vec::new()), ACCOUNTS, deposits).await?;
    for _ in 0..run.rounds {
        sqlx08::query("DELETE FROM takings").execute(&pool).await?;
        let views = PostgresViewRepository::<TakingsView, Account>::new("takings", pool.clone());
        let query = GenericQuery::<_, TakingsView, Account>::new(Arc::new(views));
        let begun = Instant::now();
        QueryReplay::<_, _, Account>::new(repository(), query).replay_all().await?;
        figures.add(TABLE, CQRS_ES, rate(deposits, begun));
        let rows: (i64, i64) = sqlx08::query_as(
            "SELECT sum((payload ->> 'deposits')::bigint)::bigint, sum((payload ->> 'cents')::bigint)::bigint \
             FROM takings",
        )
        .fetch_one(&pool)
        .await?;
        assert_eq!(rows, expected(deposits), "every event was folded");
    }
    Ok(())
}

async fn evento(figures: &mut Figures, run: &Run, server: &Server) -> Outcome {
    let deposits = run.events / ACCOUNTS;
    let (evento, _) = databases::evento_on_postgres(&databases::database(server, "evento")?).await?;
    fill(&evento, ACCOUNTS, deposits).await?;
    let fewer = deposits.div_ceil(FEWER);
    let (evento_fewer, pool) =
        databases::evento_on_postgres(&databases::database(server, "evento_fewer")?).await?;
    fill(&evento_fewer, ACCOUNTS, fewer).await?;
    sqlx::query(databases::TAKINGS).execute(&pool).await?;
    // Its subscriptions keep a second's distance from what is newest.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    for round in 0..run.rounds {
        let begun = Instant::now();
        let sums = evento.add_up(format!("memory-{round}")).await?;
        figures.add(MEMORY, EVENTO, rate(deposits, begun));
        let sums = sums.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert_eq!(total(sums.values().copied()), expected(deposits), "every event was folded");

        sqlx::query("DELETE FROM takings").execute(&pool).await?;
        let begun = Instant::now();
        evento_fewer.project_on_postgres(format!("table-{round}"), pool.clone()).await?;
        figures.add(TABLE, EVENTO, rate(fewer, begun));
        let rows: (i64, i64) = sqlx::query_as(TOTAL).fetch_one(&pool).await?;
        assert_eq!(rows, expected(fewer), "every event was folded");
    }
    Ok(())
}

async fn esrs(figures: &mut Figures, run: &Run, server: &Server) -> Outcome {
    let deposits = run.events / ACCOUNTS;
    let pool = databases::pool(&databases::database(server, "esrs")?).await?;
    let esrs = Esrs::on(&pool, false).await?;
    fill(&esrs, ACCOUNTS, deposits).await?;
    for _ in 0..run.rounds {
        let begun = Instant::now();
        let mut sums = HashMap::<_, (i64, i64)>::new();
        let mut events = esrs.store.stream_events(&pool);
        while let Some(event) = events.try_next().await? {
            if let esrs_bank::AccountEvent::Deposited(deposit) = &event.payload {
                let sum = sums.entry(event.aggregate_id).or_default();
                sum.0 += 1;
                sum.1 += deposit.cents;
            }
        }
        figures.add(MEMORY, ESRS, rate(deposits, begun));
        assert_eq!(total(sums.values().copied()), expected(deposits), "every event was folded");
    }

    let deposits = deposits.div_ceil(FEWER);
    let pool = databases::pool(&databases::database(server, "esrs_fewer")?).await?;
    let esrs = Esrs::on(&pool, false).await?;
    fill(&esrs, ACCOUNTS, deposits).await?;
    sqlx08::query(databases::TAKINGS).execute(&pool).await?;
    for _ in 0..run.rounds {
        sqlx08::query("DELETE FROM takings").execute(&pool).await?;
        let begun = Instant::now();
        PgRebuilder::<esrs_bank::Account>::new()
            .with_transactional_event_handlers(vec![Box::new(esrs_bank::Takings)])
            .by_aggregate_id(pool.clone())
            .await?;
        figures.add(TABLE, ESRS, rate(deposits, begun));
        let rows: (i64, i64) = sqlx08::query_as(TOTAL).fetch_one(&pool).await?;
        assert_eq!(rows, expected(deposits), "every event was folded");
    }
    Ok(())
}

/// A listener of disintegrate, in memory or into a table, that says when it has seen everything.
struct Listener {
    id: &'static str,
    query: StreamQuery<PgEventId, DomainEvent>,
    sums: Arc<Mutex<HashMap<String, (i64, i64)>>>,
    table: Option<sqlx08::PgPool>,
    awaited: usize,
    seen: AtomicUsize,
    done: Arc<Notify>,
}

#[async_trait]
impl EventListener<PgEventId, DomainEvent> for Listener {
    type Error = sqlx08::Error;

    fn id(&self) -> &'static str {
        self.id
    }

    fn query(&self) -> &StreamQuery<PgEventId, DomainEvent> {
        &self.query
    }

    async fn handle(&self, event: PersistedEvent<PgEventId, DomainEvent>) -> Result<(), sqlx08::Error> {
        let DomainEvent::Deposited { account_id, cents, .. } = &*event else { return Ok(()) };
        match &self.table {
            Some(pool) => {
                let row = sqlx08::query(databases::ADD_TO_TAKINGS).bind(account_id).bind(cents);
                row.execute(pool).await?;
            }
            None => {
                let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
                let sum = sums.entry(account_id.clone()).or_default();
                sum.0 += 1;
                sum.1 += cents;
            }
        }
        if self.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.awaited {
            self.done.notify_one();
        }
        Ok(())
    }
}

async fn disintegrate(figures: &mut Figures, run: &Run, server: &Server) -> Outcome {
    let all = run.events / ACCOUNTS;
    for (measure, deposits, name) in
        [(MEMORY, all, "disintegrate"), (TABLE, all.div_ceil(FEWER), "disintegrate_fewer")]
    {
        let pool = databases::pool(&databases::database(server, name)?).await?;
        let Some(disintegrate) = Disintegrate::on(pool.clone()).await? else {
            figures.absent(measure, DISINTEGRATE, OLD_SERVER);
            continue;
        };
        fill(&disintegrate, ACCOUNTS, deposits).await?;
        sqlx08::query(databases::TAKINGS).execute(&pool).await?;
        for round in 0..run.rounds {
            sqlx08::query("DELETE FROM takings").execute(&pool).await?;
            let (sums, done) = (Arc::default(), Arc::new(Notify::new()));
            let listener = Listener {
                id: format!("{name}-{round}").leak(),
                query: query!(DomainEvent),
                sums: Arc::clone(&sums),
                table: (measure == TABLE).then(|| pool.clone()),
                awaited: ACCOUNTS * deposits,
                seen: AtomicUsize::new(0),
                done: done.clone(),
            };
            let config = PgEventListenerConfig::poller(Duration::from_millis(10)).fetch_size(5000);
            let begun = Instant::now();
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let listening = tokio::spawn(
                PgEventListener::builder(disintegrate.store.clone())
                    .register_listener(listener, config)
                    .start_with_shutdown(async move {
                        let _ = stopped.await;
                    }),
            );
            done.notified().await;
            figures.add(measure, DISINTEGRATE, rate(deposits, begun));
            let _ = stop.send(());
            listening.await??;
            let rows = if measure == TABLE {
                sqlx08::query_as(TOTAL).fetch_one(&pool).await?
            } else {
                total(sums.lock().unwrap_or_else(PoisonError::into_inner).values().copied())
            };
            assert_eq!(rows, expected(deposits), "every event was folded");
        }
    }
    Ok(())
}

async fn raw(figures: &mut Figures, run: &Run, server: &Server) -> Outcome {
    let deposits = run.events / ACCOUNTS;
    let raw = RawPostgres::create(&databases::database(server, "raw")?).await?;
    for _ in 0..ACCOUNTS {
        raw.fill(Uuid::now_v7(), deposits).await?;
    }
    databases::analyze(server, "raw").await?;
    for _ in 0..run.rounds {
        let begun = Instant::now();
        let sums = raw.add_up().await?;
        figures.add(MEMORY, RAW, rate(deposits, begun));
        assert_eq!(total(sums.values().copied()), expected(deposits), "every event was folded");

        let begun = Instant::now();
        raw.project().await?;
        figures.add(TABLE, RAW, rate(deposits, begun));
        assert_eq!(raw.total().await?, expected(deposits), "every event was folded");
    }
    Ok(())
}
