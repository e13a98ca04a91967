//! Accounts with deposits, and two read models of their totals: what the processes record and what must come of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_core::store::{
    Append, AppendError, Appended, EventStore, ReadAll, ReadModelStore, RowQuery, TableDefinition,
};
use cqrs_core::{
    Aggregate, Apply, Event, EventSet, ExpectedVersion, Meta, Origin, Position, Project, Projection,
    Projector, RecordedEvent, Row, StreamId, TypedProjector, Value,
};
use cqrs_sqlite::SqliteStore;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One of several deposits of one decision.
#[derive(Event, Serialize, Deserialize)]
pub(crate) struct Deposited {
    pub(crate) decision: Uuid,
    pub(crate) of: u64,
    pub(crate) amount: i64,
}

#[derive(EventSet)]
pub(crate) enum AccountEvent {
    Deposited(Deposited),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = AccountEvent, error = std::convert::Infallible)]
pub(crate) struct Account;

impl Apply<Deposited> for Account {
    fn apply(&mut self, _: &Deposited) {}
}

/// Kept up to date within each append.
#[derive(Projection, Clone, Default)]
#[projection(key(account: String), on(Deposited))]
pub(crate) struct TotalOnCommit {
    deposits: i64,
    amount: i64,
}

impl Project<Deposited> for TotalOnCommit {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.deposits += 1;
        row.amount += event.amount;
    }
}

/// Kept up to date by a task of its own.
#[derive(Projection, Clone, Default)]
#[projection(key(account: String), on(Deposited))]
pub(crate) struct TotalLater {
    deposits: i64,
    amount: i64,
}

impl Project<Deposited> for TotalLater {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        let row = row.or_default();
        row.deposits += 1;
        row.amount += event.amount;
    }
}

pub(crate) fn on_commit() -> Arc<dyn Projector> {
    Arc::new(TypedProjector::<TotalOnCommit>::new())
}

pub(crate) fn later() -> Arc<dyn Projector> {
    Arc::new(TypedProjector::<TotalLater>::new())
}

pub(crate) fn stream(account: u64) -> StreamId {
    StreamId::new(Account::TYPE, format!("account-{account}"))
}

/// A decision with some deposits.
pub(crate) fn decision(account: u64, of: u64, expected: ExpectedVersion) -> (Uuid, Append) {
    let decision = Uuid::now_v7();
    let deposit = |number| {
        let event = AccountEvent::Deposited(Deposited { decision, of, amount: number as i64 + 1 });
        let mut payload = Vec::new();
        event.encode(&mut payload).unwrap();
        let descriptor = event.descriptor();
        cqrs_core::store::NewEvent {
            event_id: Uuid::now_v7(),
            name: descriptor.name.into(),
            version: descriptor.version,
            payload,
        }
    };
    let append = Append {
        stream: stream(account),
        expected,
        events: (0..of).map(deposit).collect(),
        origin: Origin::default(),
        command_id: None,
        chain: None,
    };
    (decision, append)
}

/// Appends after whatever is there, naming its version, as often as another process is faster.
pub(crate) async fn append_in_turn(store: &SqliteStore, account: u64) -> Appended {
    loop {
        let version = store.stream_version(stream(account)).await.unwrap();
        let (_, append) = decision(account, 1, ExpectedVersion::Exact(version));
        match store.append(append).await {
            Err(AppendError::Conflict { .. }) => {}
            outcome => return outcome.unwrap(),
        }
    }
}

pub(crate) async fn all_events(store: &SqliteStore) -> Vec<RecordedEvent> {
    let (mut events, mut read) = (Vec::new(), ReadAll::after(Position::START));
    loop {
        let page = store.read_all(read.clone()).await.unwrap();
        if page.end() <= read.after {
            return events;
        }
        read.after = page.end();
        events.extend(page.to_vec());
    }
}

/// The rows of a table with its checkpoint.
pub(crate) async fn totals(
    store: &SqliteStore,
    table: Arc<TableDefinition>,
) -> (BTreeMap<String, (i64, i64)>, Position) {
    let query = RowQuery { table, filters: Vec::new(), order: Vec::new(), after: None, limit: usize::MAX };
    let page = store.rows(query).await.unwrap();
    let row = |row: Vec<Value>| match &row[..] {
        [Value::Text(account), Value::Int(deposits), Value::Int(amount)] => {
            (account.clone(), (*deposits, *amount))
        }
        other => panic!("expected a total, found {other:?}"),
    };
    (page.rows.into_iter().map(row).collect(), page.checkpoint)
}

/// What the rows must be as of a position, folded from scratch without the store's help.
pub(crate) fn totals_of(events: &[RecordedEvent], until: Position) -> BTreeMap<String, (i64, i64)> {
    let mut totals = BTreeMap::new();
    for event in events.iter().filter(|event| event.meta.position <= until) {
        let deposit: Deposited = serde_json::from_slice(&event.payload).unwrap();
        let total = totals.entry(event.meta.aggregate_id.clone()).or_insert((0, 0));
        total.0 += 1;
        total.1 += deposit.amount;
    }
    totals
}

/// Checks what must hold of every log: versions without gaps, positions and times in order, decisions whole.
pub(crate) fn check_log(events: &[RecordedEvent]) {
    let mut versions = BTreeMap::<&str, u64>::new();
    let mut decisions = BTreeMap::<Uuid, (u64, u64)>::new();
    for pair in events.windows(2) {
        assert!(pair[0].meta.position < pair[1].meta.position);
        assert!(pair[0].meta.recorded_at <= pair[1].meta.recorded_at);
    }
    for event in events {
        let version = versions.entry(&event.meta.aggregate_id).or_default();
        *version += 1;
        assert_eq!(event.meta.version.get(), *version, "a gap in {}", event.meta.aggregate_id);
        let deposit: Deposited = serde_json::from_slice(&event.payload).unwrap();
        decisions.entry(deposit.decision).or_insert((deposit.of, 0)).1 += 1;
    }
    for (decision, (of, found)) in decisions {
        assert_eq!(found, of, "decision {decision} is half there");
    }
}
