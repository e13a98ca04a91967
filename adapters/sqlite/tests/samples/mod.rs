//! Small inputs that several files of tests share.

// Each file of tests is a program of its own and uses a part of this.
#![allow(dead_code)]

use std::path::PathBuf;
use std::sync::Arc;

use cqrs_core::store::{
    Append, AppendError, Appended, Column, EventFilter, EventStore, FoldError, Generation, NewEvent, ReadAll,
    ReadModelStore, RowChange, RowQuery, StoreError, TableDefinition,
};
use cqrs_core::{
    BatchBuilder, ColumnType, EventBatch, ExpectedVersion, Fingerprint, Fold, FoldFailure, Folded,
    LoadedRows, Origin, Position, Projector, RecordedEvent, StreamId, Value,
};
use cqrs_sqlite::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

/// A folder of its own with a store in it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.path()).await.unwrap()
    }

    /// The file as any other program sees it.
    pub(crate) fn sql(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

pub(crate) fn stream(id: &str) -> StreamId {
    StreamId::new("Account", id)
}

pub(crate) fn event(payload: &str) -> NewEvent {
    NewEvent { event_id: Uuid::now_v7(), name: "Deposited".into(), version: 1, payload: payload.into() }
}

pub(crate) fn append(id: &str, payloads: &[&str]) -> Append {
    Append {
        stream: stream(id),
        expected: ExpectedVersion::Any,
        events: payloads.iter().map(|payload| event(payload)).collect(),
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

pub(crate) async fn record(store: &SqliteStore, id: &str, payloads: &[&str]) -> Appended {
    store.append(append(id, payloads)).await.unwrap()
}

pub(crate) async fn all_events(store: &SqliteStore) -> Vec<RecordedEvent> {
    store.read_all(ReadAll { limit: usize::MAX, ..ReadAll::after(Position::START) }).await.unwrap().to_vec()
}

/// A table with a number as its key and then one column for each type, which may be null.
pub(crate) fn table(name: &str, types: &[ColumnType]) -> Arc<TableDefinition> {
    let column = |(index, column_type): (usize, &ColumnType)| Column {
        name: format!("c{index}"),
        column_type: *column_type,
        nullable: true,
    };
    let key = Column { name: "number".to_owned(), column_type: ColumnType::Int, nullable: false };
    let columns = [key].into_iter().chain(types.iter().enumerate().map(column)).collect();
    Arc::new(TableDefinition {
        name: name.to_owned(),
        key_columns: 1,
        columns,
        indexes: Vec::new(),
        fingerprint: Fingerprint::of(name),
    })
}

/// Puts rows into a live table, as a fold would.
pub(crate) async fn put(
    store: &SqliteStore,
    table: &Arc<TableDefinition>,
    rows: Vec<Vec<Value>>,
) -> Result<(), FoldError> {
    let from = store.open_table(Arc::clone(table)).await?.checkpoint;
    let projector = Arc::new(Fixed { table: Arc::clone(table), filter: EventFilter::default(), rows });
    let batch = Arc::new(BatchBuilder::default().finish(from));
    store.fold(projector, Generation::Live, from, batch).await.map(drop)
}

pub(crate) fn every_row(table: &Arc<TableDefinition>) -> RowQuery {
    let table = Arc::clone(table);
    RowQuery { table, filters: Vec::new(), order: Vec::new(), after: None, limit: usize::MAX }
}

pub(crate) async fn rows(store: &SqliteStore, table: &Arc<TableDefinition>) -> Vec<Vec<Value>> {
    store.rows(every_row(table)).await.unwrap().rows
}

/// A projector that puts the same rows in whatever the events are.
pub(crate) struct Fixed {
    pub table: Arc<TableDefinition>,
    pub filter: EventFilter,
    pub rows: Vec<Vec<Value>>,
}

impl Projector for Fixed {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, _: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        let key = |row: &Vec<Value>| row[..self.table.key_columns].to_vec();
        Ok(Box::new(FixedFold { keys: self.rows.iter().map(key).collect(), rows: &self.rows }))
    }
}

struct FixedFold<'a> {
    keys: Vec<Vec<Value>>,
    rows: &'a [Vec<Value>],
}

impl Fold for FixedFold<'_> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.keys
    }

    fn finish(self: Box<Self>, _: LoadedRows) -> Result<Folded, Box<FoldFailure>> {
        let changes = self.keys.into_iter().zip(self.rows);
        let changes = changes.map(|(key, row)| RowChange { key, row: Some(row.clone()) }).collect();
        Ok(Folded { changes, ..Folded::default() })
    }
}

/// Appends until there is no room; returns how many appends were acknowledged, and the refusal.
pub(crate) async fn fill(store: &SqliteStore, payload: &str) -> (usize, StoreError) {
    for acknowledged in 0..100_000 {
        match store.append(append("ada", &[payload, payload])).await {
            Ok(_) => {}
            Err(AppendError::Store(error)) => return (acknowledged, error),
            Err(error) => panic!("expected a full store, found {error}"),
        }
    }
    panic!("the store never became full");
}
