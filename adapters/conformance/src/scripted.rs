//! A projection whose rows are given: for promises about rows that no event could tell.

use std::sync::Arc;

use cqrs_core::store::{
    Column, EventFilter, Generation, ReadAll, ReadModelStore, RowChange, RowFilter, RowQuery, RowTest, Store,
    TableDefinition,
};
use cqrs_core::{
    ColumnType, EventBatch, Fingerprint, Fold, FoldFailure, Folded, LoadedRows, Projector, Value,
};

use crate::balances::every_row;
use crate::domain::record;

/// A table with these columns, of which the first so many are the key; all others may be null.
pub(crate) fn table(name: &str, key_columns: usize, types: &[ColumnType]) -> Arc<TableDefinition> {
    let column = |(index, column_type): (usize, &ColumnType)| Column {
        name: format!("column_{index}"),
        column_type: *column_type,
        nullable: index >= key_columns,
    };
    Arc::new(TableDefinition {
        name: name.to_owned(),
        key_columns,
        columns: types.iter().enumerate().map(column).collect(),
        indexes: Vec::new(),
        fingerprint: Fingerprint::of(&format!("{name} {types:?}")),
    })
}

/// Puts rows into a live table, which is opened if need be.
pub(crate) async fn put<S: Store>(store: &S, table: &Arc<TableDefinition>, rows: Vec<Vec<Value>>) {
    let key = |row: &Vec<Value>| row[..table.key_columns].to_vec();
    write(store, table, rows.into_iter().map(|row| RowChange { key: key(&row), row: Some(row) }).collect())
        .await;
}

/// Changes rows of a live table, which is opened if need be.
pub(crate) async fn write<S: Store>(store: &S, table: &Arc<TableDefinition>, changes: Vec<RowChange>) {
    let state = store.open_table(Arc::clone(table)).await.unwrap();
    assert_eq!(state.generation, Generation::Live);
    record(store, "scripted", [1]).await;
    let batch = Arc::new(store.read_all(ReadAll::after(state.checkpoint)).await.unwrap());
    let projector = Scripted { table: Arc::clone(table), filter: EventFilter::default(), changes };
    store.fold(Arc::new(projector), Generation::Live, state.checkpoint, batch).await.unwrap();
}

/// The rows that a query returns in pages of so many, one after the other, each asked for after the last row before it.
pub(crate) async fn in_pages<S: Store>(store: &S, query: &RowQuery, limit: usize) -> Vec<Vec<Value>> {
    let mut rows = Vec::<Vec<Value>>::new();
    let mut query = RowQuery { limit, ..query.clone() };
    loop {
        let page = store.rows(query.clone()).await.unwrap();
        assert!(page.rows.len() <= limit, "a page of {} rows, the limit is {limit}", page.rows.len());
        rows.extend(page.rows);
        if !page.more {
            return rows;
        }
        let last = rows.last().expect("a page that says there are more has rows");
        let ordered = query.order.iter().map(|order| last[order.column].clone());
        query.after = Some(ordered.chain(last[..query.table.key_columns].iter().cloned()).collect());
    }
}

pub(crate) fn numbered(number: usize) -> Value {
    Value::Int(number as i64)
}

pub(crate) fn filtered(table: &Arc<TableDefinition>, column: usize, test: RowTest) -> RowQuery {
    RowQuery { filters: vec![RowFilter { column, test }], ..every_row(table) }
}

/// The values of the key of each row that a query returns.
pub(crate) async fn keys(store: &impl ReadModelStore, query: RowQuery) -> Vec<usize> {
    let page = store.rows(query.clone()).await.unwrap();
    if query.after.is_none() {
        assert_eq!(store.count_rows(query).await.unwrap(), page.rows.len() as u64);
    }
    let key = |row: &Vec<Value>| match row[0] {
        Value::Int(number) => number as usize,
        ref other => panic!("expected a number, found {other:?}"),
    };
    page.rows.iter().map(key).collect()
}

struct Scripted {
    table: Arc<TableDefinition>,
    filter: EventFilter,
    changes: Vec<RowChange>,
}

impl Projector for Scripted {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, _: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        let keys = self.changes.iter().map(|change| change.key.clone()).collect();
        Ok(Box::new(ScriptedFold { keys, changes: &self.changes }))
    }
}

struct ScriptedFold<'a> {
    keys: Vec<Vec<Value>>,
    changes: &'a [RowChange],
}

impl Fold for ScriptedFold<'_> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.keys
    }

    fn finish(self: Box<Self>, LoadedRows { rows, .. }: LoadedRows) -> Result<Folded, Box<FoldFailure>> {
        assert_eq!(rows.len(), self.keys.len(), "a store loads one row for each key");
        Ok(Folded { changes: self.changes.to_vec(), ..Folded::default() })
    }
}
