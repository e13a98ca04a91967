//! Refreshes: whenever rows take events in, and on however many threads, they become the same, restarts in between included.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{AppendError, DeadLetterQuery, EventStore, ReadModelControl, ReadModelStore, Store};
use cqrs_core::{
    Aggregate, App, Apply, ApplyError, Event, EventSet, ExpectedVersion, Meta, Position, Projection,
    Projector, RecordedEvent, Refresh, Row, StreamId, TryProject, TypedProjector, Value,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use serde::{Deserialize, Serialize};

use crate::balances::every_row;
use crate::domain::{append, event, whole_log};
use crate::{StoreFactory, property};

#[derive(Event, Serialize, Deserialize)]
struct Paid {
    to: String,
    amount: i64,
}

#[derive(EventSet)]
enum TillEvent {
    Paid(Paid),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = TillEvent, error = std::convert::Infallible)]
struct Till;

impl Apply<Paid> for Till {
    fn apply(&mut self, _: &Paid) {}
}

/// What everybody was paid, from whichever till, and the last amount, so that the order matters.
#[derive(Projection, Clone, Default)]
#[projection(table = "payments", key(to: String), on(Paid(key = |event, _| PaymentsKey { to: event.to.clone() })))]
struct Payments {
    payments: i64,
    amount: i64,
    last: i64,
}

impl TryProject<Paid> for Payments {
    fn try_project(row: &mut Row<Self>, event: &Paid, _: &Meta) -> Result<(), ApplyError> {
        let row = row.or_default();
        row.payments += 1;
        if event.amount < 0 {
            return Err(ApplyError::new("less than nothing"));
        }
        row.amount += event.amount;
        row.last = event.amount;
        Ok(())
    }
}

const REFRESHES: [Refresh; 4] =
    [Refresh::OnCommit, Refresh::Continuous, Refresh::Every(Duration::from_millis(2)), Refresh::Manual];

/// How long anything takes at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens to an application.
#[derive(Debug, Clone)]
enum Step {
    /// One append of payments, each to somebody.
    Record {
        till: u8,
        payments: Vec<(u8, i64)>,
    },
    Refresh,
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![199 => 0..50i64, 1 => Just(-1)];
    let record = (0..3u8, vec((0..9u8, amount), 1..200));
    let step = prop_oneof![
        6 => record.prop_map(|(till, payments)| Step::Record { till, payments }),
        1 => Just(Step::Refresh),
        1 => Just(Step::Restart),
    ];
    vec(step, 1..12)
}

/// Rows and dead letters are a fold from scratch of the log, whichever refresh and however many threads brought them about.
pub async fn all_refreshes_give_the_same_rows<F: StoreFactory>(_: F) {
    property::holds(10, &steps(), async |steps: Vec<Step>| {
        for refresh in REFRESHES {
            for workers in [1, 4] {
                let factory = F::create().await;
                let store = Arc::new(factory.open().await);
                live_through(&store, &steps, refresh, workers).await;
                let log = whole_log(&*store).await;
                let found = (rows(&*store).await, letters(&*store).await);
                assert_eq!(found, folded(&log), "{refresh}, {workers} threads");
                // On commit, what cannot be taken in is not even recorded.
                assert!(refresh != Refresh::OnCommit || found.1.is_empty());
                assert!(refresh == Refresh::OnCommit || log.len() == events(&steps));
            }
        }
    });
}

/// Takes an application through some steps and until its rows include everything.
async fn live_through(store: &Arc<impl Store>, steps: &[Step], refresh: Refresh, workers: usize) {
    let start = async || {
        let builder = App::builder(Arc::clone(store)).projection::<Payments>(refresh);
        builder.fold_workers(workers).build().await.unwrap()
    };
    let mut app = start().await;
    for step in steps {
        match step {
            Step::Record { till, payments } => record(store, *till, payments, refresh).await,
            Step::Refresh => drop(app.refresh::<Payments>().await.unwrap()),
            Step::Restart => {
                drop(app);
                app = start().await;
            }
        }
    }
    if refresh == Refresh::Manual {
        app.refresh::<Payments>().await.unwrap();
    }
    app.wait_for::<Payments>(store.head().await.unwrap(), PATIENCE).await.unwrap();
}

async fn record(store: &impl EventStore, till: u8, payments: &[(u8, i64)], refresh: Refresh) {
    let paid = |(to, amount): &(u8, i64)| {
        event("Paid", serde_json::json!({ "to": to.to_string(), "amount": amount }).to_string())
    };
    let events = payments.iter().map(paid).collect();
    let stream = StreamId::new(Till::TYPE, till.to_string());
    let refuses = refresh == Refresh::OnCommit && payments.iter().any(|(_, amount)| *amount < 0);
    match store.append(append(&stream, ExpectedVersion::Any, events)).await {
        Err(AppendError::Projection(_)) if refuses => {}
        outcome => assert!(outcome.is_ok() && !refuses, "{outcome:?}"),
    }
}

fn events(steps: &[Step]) -> usize {
    let count = |step: &Step| match step {
        Step::Record { payments, .. } => payments.len(),
        Step::Refresh | Step::Restart => 0,
    };
    steps.iter().map(count).sum()
}

/// Payments, their sum and the last of them, by whom they were paid to.
type Rows = BTreeMap<String, (i64, i64, i64)>;

/// Positions of dead letters, and whether they failed or wait behind one that did.
type Letters = Vec<(Position, bool)>;

/// What a log makes of rows and dead letters, told without a store or a projection.
fn folded(log: &[RecordedEvent]) -> (Rows, Letters) {
    let (mut rows, mut letters, mut held) = (Rows::new(), Letters::new(), BTreeSet::new());
    for event in log {
        let Paid { to, amount } = serde_json::from_slice(&event.payload).unwrap();
        if amount < 0 || held.contains(&to) {
            letters.push((event.meta.position, held.insert(to)));
            continue;
        }
        let row = rows.entry(to).or_default();
        *row = (row.0 + 1, row.1 + amount, amount);
    }
    (rows, letters)
}

async fn rows(store: &impl ReadModelStore) -> Rows {
    let table = TypedProjector::<Payments>::new().table();
    let row = |row: Vec<Value>| match &row[..] {
        [Value::Text(to), Value::Int(payments), Value::Int(amount), Value::Int(last)] => {
            (to.clone(), (*payments, *amount, *last))
        }
        other => panic!("expected payments, found {other:?}"),
    };
    store.rows(every_row(&table)).await.unwrap().rows.into_iter().map(row).collect()
}

async fn letters(store: &impl ReadModelControl) -> Letters {
    let table = TypedProjector::<Payments>::new().table();
    let query = DeadLetterQuery { table, after: Position::START, until: Position::MAX, limit: usize::MAX };
    let letters = store.dead_letters(query).await.unwrap();
    letters.into_iter().map(|letter| (letter.position, letter.reason.is_some())).collect()
}
