//! Read models while several do something at once: folds that are too late, tables that are replaced under readers and writers, few connections.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use cqrs_core::store::{
    EventFilter, EventStore, FoldError, Generation, ReadAll, ReadModelControl, ReadModelStore, RowQuery,
    TableDefinition,
};
use cqrs_core::{
    Aggregate, Apply, Event, EventBatch, EventSet, Fold, FoldFailure, Meta, Position, Project, Projection,
    Projector, Row, TypedProjector, Value,
};
use cqrs_postgres::PostgresStore;
use samples::{Place, deposit, record};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Deposited {
    amount: i64,
}

#[derive(EventSet)]
enum AccountEvent {
    Deposited(Deposited),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = AccountEvent, error = std::convert::Infallible)]
struct Account;

impl Apply<Deposited> for Account {
    fn apply(&mut self, _: &Deposited) {}
}

#[derive(Projection, Clone, Default)]
#[projection(key(account: String), on(Deposited))]
struct Balance {
    amount: i64,
    deposits: i64,
}

impl Project<Deposited> for Balance {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.amount += event.amount;
        row.deposits += 1;
    }
}

fn balances() -> Arc<dyn Projector> {
    Arc::new(TypedProjector::<Balance>::new())
}

/// The sums of the amounts and of the deposits in all rows, and the checkpoint of the same moment.
async fn sums(store: &PostgresStore) -> (i64, i64, Position) {
    let query = RowQuery {
        table: balances().table(),
        filters: Vec::new(),
        order: Vec::new(),
        after: None,
        limit: 1000,
    };
    let page = store.rows(query).await.unwrap();
    let column = |index: usize| {
        page.rows.iter().map(move |row| match row[index] {
            Value::Int(number) => number,
            ref other => panic!("expected a number, found {other:?}"),
        })
    };
    (column(1).sum(), column(2).sum(), page.checkpoint)
}

async fn page_after(store: &PostgresStore, after: Position) -> Arc<EventBatch> {
    Arc::new(store.read_all(ReadAll::after(after)).await.unwrap())
}

/// A projection that says when it has begun, and goes on when it is told to.
struct Slow {
    projector: Arc<dyn Projector>,
    gate: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

impl Slow {
    fn new() -> (Arc<Self>, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let ((begun, has_begun), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel());
        let gate = Mutex::new(Some((begun, goes_on)));
        (Arc::new(Self { projector: balances(), gate }), has_begun, go_on)
    }
}

impl Projector for Slow {
    fn table(&self) -> Arc<TableDefinition> {
        self.projector.table()
    }

    fn filter(&self) -> &EventFilter {
        self.projector.filter()
    }

    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        if let Some((begun, goes_on)) = self.gate.lock().unwrap().take() {
            begun.send(()).unwrap();
            goes_on.recv_timeout(Duration::from_secs(30)).unwrap();
        }
        self.projector.begin(batch)
    }
}

/// Begins a fold of the first events, has something happen meanwhile, and returns how the fold ended.
async fn fold_beside(store: &PostgresStore, meanwhile: impl Future<Output = ()>) -> Result<(), FoldError> {
    let (slow, has_begun, go_on) = Slow::new();
    let batch = page_after(store, Position::START).await;
    let folding = tokio::spawn({
        let store = store.clone();
        async move { store.fold(slow, Generation::Live, Position::START, batch).await }
    });
    tokio::task::spawn_blocking(move || has_begun.recv_timeout(Duration::from_secs(30)).unwrap())
        .await
        .unwrap();
    meanwhile.await;
    go_on.send(()).unwrap();
    folding.await.unwrap().map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fold_that_was_overtaken_writes_nothing() {
    let place = Place::new();
    let (store, other) = (place.open().await, place.open().await);
    store.open_table(balances().table()).await.unwrap();
    record(&store, "ada", &[5, 7]).await;
    let overtaking = async {
        let batch = page_after(&other, Position::START).await;
        other.fold(balances(), Generation::Live, Position::START, batch).await.unwrap();
    };
    let refused = fold_beside(&store, overtaking).await.unwrap_err();
    assert!(matches!(refused, FoldError::Superseded { actual: Some(_), .. }), "{refused}");
    assert_eq!(sums(&store).await, (12, 2, Position::from_i64(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fold_that_was_begun_before_a_pause_is_refused() {
    let place = Place::new();
    let store = place.open().await;
    store.open_table(balances().table()).await.unwrap();
    record(&store, "ada", &[5]).await;
    let pausing = async { store.set_paused(balances().table(), true).await.unwrap() };
    let refused = fold_beside(&store, pausing).await.unwrap_err();
    assert!(matches!(refused, FoldError::Paused { .. }), "{refused}");
    assert_eq!(sums(&store).await, (0, 0, Position::START));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_fold_keeps_neither_appends_nor_queries_waiting() {
    let place = Place::new();
    let store = place.open().await;
    store.open_table(balances().table()).await.unwrap();
    record(&store, "ada", &[5]).await;
    let meanwhile = async {
        record(&store, "ada", &[7]).await;
        assert_eq!(sums(&store).await, (0, 0, Position::START));
    };
    fold_beside(&store, meanwhile).await.unwrap();
    assert_eq!(sums(&store).await, (5, 1, Position::from_i64(1)));
}

/// Two processes append to an on-commit table and read it, while a third builds it anew again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_that_is_replaced_again_and_again_is_whole_to_everybody() {
    let place = Place::new();
    let stores = [place.open().await, place.open().await];
    for store in &stores {
        store.open_table(balances().table()).await.unwrap();
        store.attach(balances()).await.unwrap();
    }
    let writers: Vec<_> = stores
        .iter()
        .map(|store| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..150 {
                    let appended =
                        store.append(deposit(&format!("account-{}", number % 7), 1)).await.unwrap();
                    let (amount, deposits, checkpoint) = sums(&store).await;
                    assert!(checkpoint >= appended.position, "{checkpoint} is behind {}", appended.position);
                    assert_eq!((amount, deposits), (checkpoint.to_i64(), checkpoint.to_i64()));
                }
            })
        })
        .collect();
    let builder = place.open().await;
    let mut rebuilt = 0;
    while writers.iter().any(|writer| !writer.is_finished()) {
        builder.begin_rebuild(balances().table()).await.unwrap();
        builder.promote(balances()).await.unwrap();
        rebuilt += 1;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(rebuilt > 0);
    assert_eq!(sums(&builder).await, (300, 300, Position::from_i64(300)));
}

/// Engines that fold one table, retries of its letters and swaps take turns, on one connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_connection_is_enough() {
    let place = Place::new();
    let store = place.builder().connections(1).open().await.unwrap();
    store.open_table(balances().table()).await.unwrap();
    record(&store, "ada", &[1; 40]).await;
    let folding: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut from = Position::START;
                while from < Position::from_i64(40) {
                    let page = ReadAll { limit: 3, ..ReadAll::after(from) };
                    let batch = Arc::new(store.read_all(page).await.unwrap());
                    let end = batch.end();
                    match store.fold(balances(), Generation::Live, from, batch).await {
                        Ok(_) => from = end,
                        Err(FoldError::Superseded { actual: Some(actual), .. }) => from = actual,
                        Err(error) => panic!("expected a fold, found {error}"),
                    }
                    store.retry_dead_letters(balances(), Position::START, 10).await.unwrap();
                }
            })
        })
        .collect();
    for fold in folding {
        tokio::time::timeout(Duration::from_secs(60), fold).await.expect("nobody waits for himself").unwrap();
    }
    store.begin_rebuild(balances().table()).await.unwrap();
    store.promote(balances()).await.unwrap();
    assert_eq!(sums(&store).await, (40, 40, Position::from_i64(40)));
}

#[tokio::test]
async fn a_notification_wakes_another_store_long_before_it_would_look() {
    for schema in [None, Some("ein Schema, dessen Name länger ist als der eines Kanals")] {
        let mut place = Place::new();
        place.schema = schema.map_or(place.schema, str::to_owned);
        let hour = Duration::from_secs(3600);
        let (writer, reader) =
            (place.open().await, place.builder().notice_within(hour).open().await.unwrap());
        let mut head = reader.watch_head();
        // Whatever the reader finds when it begins to listen is not what wakes it.
        tokio::time::sleep(Duration::from_millis(200)).await;
        for amount in 1..=3 {
            let position = record(&writer, "ada", &[amount]).await.position;
            let noticed =
                tokio::time::timeout(Duration::from_secs(5), head.wait_for(|head| *head >= position));
            noticed.await.expect("the notification arrives").unwrap();
        }
    }
}
