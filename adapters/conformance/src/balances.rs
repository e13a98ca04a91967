//! A projection over accounts: one row an account with its balance and its number of deposits.
//!
//! It is written by hand, as a derived one has one name and one definition, and fails only by accident. This one has as
//! many as a promise needs, and refuses events in every way: while it decodes, while it folds, and by a panic.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cqrs_core::store::{
    Column, EventFilter, FoldError, Generation, ReadAll, ReadModelStore, RowChange, RowQuery, Store,
    TableDefinition, TableState,
};
use cqrs_core::{
    ColumnType, EventBatch, EventRef, Fingerprint, Fold, FoldFailure, Folded, LoadedRows, Position,
    Projector, RecordedEvent, Value,
};

/// The events that the projection wants; `spoilt` cannot be decoded, `cursed` makes it panic.
const WANTED: [&str; 6] = ["opened", "deposited", "withdrawn", "closed", "spoilt", "cursed"];

pub(crate) struct Balances {
    table: Arc<TableDefinition>,
    filter: EventFilter,
}

impl Balances {
    /// The projection under its first definition.
    pub(crate) fn new(name: &str) -> Arc<Self> {
        Self::defined_as(name, 1)
    }

    /// The projection under one of several definitions; from the second on it has a further column.
    pub(crate) fn defined_as(name: &str, definition: i64) -> Arc<Self> {
        let column = |name: &str, column_type| Column { name: name.to_owned(), column_type, nullable: false };
        let mut columns = vec![
            column("account_id", ColumnType::Text),
            column("balance", ColumnType::Int),
            column("deposits", ColumnType::Int),
        ];
        if definition > 1 {
            columns.push(column("definition", ColumnType::Int));
        }
        let event_types = WANTED.map(|name| ("account".to_owned(), name.to_owned())).into();
        let table = TableDefinition {
            name: name.to_owned(),
            key_columns: 1,
            columns,
            indexes: vec![vec![1]],
            fingerprint: Fingerprint::of(&format!("{name} {definition}")),
        };
        Arc::new(Self {
            table: Arc::new(table),
            filter: EventFilter { event_types, ..EventFilter::default() },
        })
    }
}

impl Projector for Balances {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        let mut fold =
            BalancesFold { table: &self.table, steps: Vec::new(), slots: HashMap::new(), keys: Vec::new() };
        for event in batch.iter() {
            let (stream, name) = (event.stream(), event.stored_type().name.as_str());
            if !self.filter.matches(&stream.aggregate_type, name, None) {
                continue;
            }
            if name == "spoilt" {
                return Err(FoldFailure::at(&self.table.name, event, "the event is spoilt"));
            }
            let next = fold.keys.len();
            let slot = *fold.slots.entry(&stream.aggregate_id).or_insert(next);
            if slot == next {
                fold.keys.push(vec![Value::Text(stream.aggregate_id.clone())]);
            }
            fold.steps.push((slot, event));
        }
        Ok(Box::new(fold))
    }
}

struct BalancesFold<'a> {
    table: &'a TableDefinition,
    steps: Vec<(usize, EventRef<'a>)>,
    slots: HashMap<&'a str, usize>,
    keys: Vec<Vec<Value>>,
}

impl Fold for BalancesFold<'_> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.keys
    }

    fn finish(self: Box<Self>, LoadedRows { rows, .. }: LoadedRows) -> Result<Folded, Box<FoldFailure>> {
        assert_eq!(rows.len(), self.keys.len(), "a store loads one row for each key");
        let mut balances: Vec<_> = rows.iter().map(|row| row.as_deref().map(Balance::read)).collect();
        for (slot, event) in self.steps {
            let name = event.stored_type().name.as_str();
            let changed = match balances[slot].filter(|_| name != "opened") {
                _ if name == "closed" => None,
                before => {
                    let before = before.unwrap_or_default();
                    let after = before.after(name, amount_in(event.payload()));
                    Some(after.map_err(|reason| FoldFailure::at(&self.table.name, event, reason))?)
                }
            };
            balances[slot] = changed;
        }
        let written = |(key, balance): (Vec<Value>, Option<Balance>)| {
            let row = balance.map(|balance| balance.write(&key, self.table));
            RowChange { key, row }
        };
        let changes = self.keys.into_iter().zip(balances).map(written).collect();
        Ok(Folded { changes, ..Folded::default() })
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Balance {
    amount: i64,
    deposits: i64,
}

impl Balance {
    fn read(row: &[Value]) -> Self {
        match row {
            [Value::Text(_), Value::Int(amount), Value::Int(deposits), ..] => {
                Self { amount: *amount, deposits: *deposits }
            }
            other => panic!("expected a row of balances, found {other:?}"),
        }
    }

    fn write(self, key: &[Value], table: &TableDefinition) -> Vec<Value> {
        let mut row = key.to_vec();
        row.extend([Value::Int(self.amount), Value::Int(self.deposits)]);
        row.resize(table.columns.len(), Value::Int(2));
        row
    }

    fn after(self, event: &str, amount: i64) -> Result<Self, &'static str> {
        match event {
            "deposited" => Ok(Self { amount: self.amount + amount, deposits: self.deposits + 1 }),
            "withdrawn" if amount > self.amount => Err("the balance is too low"),
            "withdrawn" => Ok(Self { amount: self.amount - amount, ..self }),
            "cursed" => panic!("the event is cursed"),
            _ => Ok(self),
        }
    }
}

fn amount_in(payload: &[u8]) -> i64 {
    let payload: serde_json::Value = serde_json::from_slice(payload).unwrap();
    payload.get("amount").map_or(0, |amount| amount.as_i64().unwrap())
}

/// The rows that a log leads to, found without a store and without the projection's own fold.
pub(crate) fn balances_of(log: &[RecordedEvent]) -> Vec<Vec<Value>> {
    let mut balances = BTreeMap::<&str, (i64, i64)>::new();
    for event in log.iter().filter(|event| event.meta.aggregate_type == "account") {
        let id = event.meta.aggregate_id.as_str();
        let amount = amount_in(&event.payload);
        match event.meta.event_type.as_str() {
            "opened" => drop(balances.insert(id, (0, 0))),
            "closed" => drop(balances.remove(id)),
            "deposited" => {
                let balance = balances.entry(id).or_default();
                *balance = (balance.0 + amount, balance.1 + 1);
            }
            "withdrawn" => balances.entry(id).or_default().0 -= amount,
            _ => {}
        }
    }
    let row = |(id, (amount, deposits)): (&str, (i64, i64))| {
        vec![Value::Text(id.to_owned()), Value::Int(amount), Value::Int(deposits)]
    };
    balances.into_iter().map(row).collect()
}

/// Opens a projection's table.
pub(crate) async fn open(store: &(impl ReadModelStore + ?Sized), projector: &Arc<Balances>) -> TableState {
    store.open_table(projector.table()).await.unwrap()
}

/// Folds pages of so many events into a table until it is at the end of the log, as an engine does.
pub(crate) async fn catch_up<S: Store + ?Sized>(
    store: &S,
    projector: &Arc<Balances>,
    generation: Generation,
    page: usize,
) -> Result<(), FoldError> {
    let state = open(store, projector).await;
    assert_eq!(state.generation, generation);
    let mut from = state.checkpoint;
    loop {
        let filter = projector.filter().clone();
        let batch = store.read_all(ReadAll { filter, limit: page, ..ReadAll::after(from) }).await?;
        let end = batch.end();
        if end <= from {
            return Ok(());
        }
        let projector: Arc<dyn Projector> = projector.clone();
        store.fold(projector, generation, from, Arc::new(batch)).await?;
        from = end;
    }
}

/// All rows of a live table, in the order of their keys.
pub(crate) async fn rows(
    store: &(impl ReadModelStore + ?Sized),
    table: &Arc<TableDefinition>,
) -> Vec<Vec<Value>> {
    rows_and_checkpoint(store, table).await.0
}

/// All rows of a live table in one page, with the checkpoint of the same moment.
pub(crate) async fn rows_and_checkpoint(
    store: &(impl ReadModelStore + ?Sized),
    table: &Arc<TableDefinition>,
) -> (Vec<Vec<Value>>, Position) {
    let page = store.rows(every_row(table)).await.unwrap();
    assert!(!page.more, "the page has room for every row");
    (page.rows, page.checkpoint)
}

/// A query for all rows of a table in the order of their keys.
pub(crate) fn every_row(table: &Arc<TableDefinition>) -> RowQuery {
    RowQuery {
        table: Arc::clone(table),
        filters: Vec::new(),
        order: Vec::new(),
        after: None,
        limit: 1_000_000,
    }
}
