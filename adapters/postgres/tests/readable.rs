//! What any other program finds in the database: tables in PostgreSQL's own types, and what those cannot hold beside them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{
    Column, EventFilter, EventStore, Generation, Order, ReadAll, ReadModelStore, RowChange, RowFilter,
    RowQuery, RowTest, StoreErrorKind, TableDefinition,
};
use cqrs_core::{
    ColumnType, EventBatch, Fingerprint, Fold, FoldFailure, Folded, LoadedRows, Projector, Value, Wide,
};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use jiff::SignedDuration;
use jiff::civil::{date, time};
use samples::{Place, record};

/// A table with these columns, of which the first so many are the key.
fn table(name: &str, key_columns: usize, columns: &[(&str, ColumnType, bool)]) -> Arc<TableDefinition> {
    let column = |(name, column_type, nullable): &(&str, ColumnType, bool)| Column {
        name: (*name).to_owned(),
        column_type: *column_type,
        nullable: *nullable,
    };
    Arc::new(TableDefinition {
        name: name.to_owned(),
        key_columns,
        columns: columns.iter().map(column).collect(),
        indexes: Vec::new(),
        fingerprint: Fingerprint::of(name),
    })
}

/// A projection whose rows are given.
struct Fixed {
    table: Arc<TableDefinition>,
    filter: EventFilter,
    changes: Vec<RowChange>,
    keys: Vec<Vec<Value>>,
}

impl Projector for Fixed {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, _: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        Ok(Box::new(FixedFold(self)))
    }
}

struct FixedFold<'a>(&'a Fixed);

impl Fold for FixedFold<'_> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.0.keys
    }

    fn finish(self: Box<Self>, LoadedRows { rows, .. }: LoadedRows) -> Result<Folded, Box<FoldFailure>> {
        for (key, row) in self.0.keys.iter().zip(rows) {
            assert!(row.is_none_or(|row| row.starts_with(key)), "a row is that of its key");
        }
        Ok(Folded { changes: self.0.changes.clone(), ..Folded::default() })
    }
}

/// Changes rows of a live table, which is opened if need be.
async fn write(store: &PostgresStore, table: &Arc<TableDefinition>, changes: Vec<RowChange>) {
    let state = store.open_table(Arc::clone(table)).await.unwrap();
    record(store, "ada", &[1]).await;
    let batch = Arc::new(store.read_all(ReadAll::after(state.checkpoint)).await.unwrap());
    let keys = changes.iter().map(|change| change.key.clone()).collect();
    let fixed = Fixed { table: Arc::clone(table), filter: EventFilter::default(), changes, keys };
    store.fold(Arc::new(fixed), Generation::Live, state.checkpoint, batch).await.unwrap();
}

async fn put(store: &PostgresStore, table: &Arc<TableDefinition>, rows: &[Vec<Value>]) {
    let change =
        |row: &Vec<Value>| RowChange { key: row[..table.key_columns].to_vec(), row: Some(row.clone()) };
    write(store, table, rows.iter().map(change).collect()).await;
}

fn every_row(table: &Arc<TableDefinition>) -> RowQuery {
    let table = Arc::clone(table);
    RowQuery { table, filters: Vec::new(), order: Vec::new(), after: None, limit: 1000 }
}

async fn rows(store: &PostgresStore, table: &Arc<TableDefinition>) -> Vec<Vec<Value>> {
    store.rows(every_row(table)).await.unwrap().rows
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn values_are_of_postgresqls_own_types() {
    let place = Place::new();
    let store = place.open().await;
    let table = table(
        "everything",
        1,
        &[
            ("id", ColumnType::Uuid, false),
            ("open", ColumnType::Bool, false),
            ("count", ColumnType::Int, false),
            ("far", ColumnType::Wide, false),
            ("ratio", ColumnType::Real, false),
            ("price", ColumnType::Decimal, false),
            ("name", ColumnType::Text, true),
            ("day", ColumnType::Date, false),
            ("at", ColumnType::Time, false),
            ("seen", ColumnType::Timestamp, false),
            ("took", ColumnType::Duration, false),
            ("raw", ColumnType::Bytes, false),
            ("tags", ColumnType::Json, false),
        ],
    );
    let row = vec![
        Value::Uuid(uuid::Uuid::from_u128(7)),
        Value::Bool(true),
        Value::Int(-3),
        Value::Wide(Wide::from(u128::MAX)),
        Value::Real(0.25),
        Value::Decimal("12.50".parse().unwrap()),
        Value::Null,
        Value::Date(date(2024, 2, 29)),
        Value::Time(time(9, 30, 0, 1_500)),
        Value::Timestamp("2024-02-29T12:00:00.000001999Z".parse().unwrap()),
        Value::Duration(SignedDuration::from_millis(-1500)),
        Value::Bytes(vec![0, 255]),
        Value::Json(r#"{"a": [1]}"#.to_owned()),
    ];
    put(&store, &table, std::slice::from_ref(&row)).await;
    assert_eq!(rows(&store, &table).await, [row]);
    let sql = place.sql().await;
    let types = "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) \
                 FROM information_schema.columns WHERE table_schema = current_schema AND table_name = 'everything'";
    let types: String = sql.query_one(types, &[]).await.unwrap().get(0);
    assert_eq!(
        types,
        "id uuid, open boolean, count bigint, far numeric, ratio double precision, price numeric, name text, day date, \
         cqrs_rest_7 numeric, at time without time zone, cqrs_rest_8 numeric, seen timestamp with time zone, \
         cqrs_rest_9 numeric, took numeric, raw bytea, tags json"
    );
    let read = "SELECT concat_ws(' ', price, name IS NULL, day, at, cqrs_rest_8, seen AT TIME ZONE 'UTC', cqrs_rest_9, took, \
                tags -> 'a' -> 0) FROM everything";
    let read: String = sql.query_one(read, &[]).await.unwrap().get(0);
    assert_eq!(read, "12.50 t 2024-02-29 09:30:00.000001 500 2024-02-29 12:00:00.000001 999 -1.500000000 1");
}

#[tokio::test]
async fn a_text_with_a_nul_character_comes_back_in_its_place() {
    let place = Place::new();
    let store = place.open().await;
    let table = table("texts", 1, &[("id", ColumnType::Text, false), ("note", ColumnType::Text, true)]);
    let texts = ["", "\0", "\0\0", "\0\u{1}", "\u{1}", "\u{1}\0", "a", "a\0", "a\0b", "a\u{1}", "b"];
    let expected: Vec<_> = texts.iter().map(|id| vec![text(id), text(id)]).collect();
    put(&store, &table, &expected).await;
    put(&store, &table, &expected).await;
    assert_eq!(rows(&store, &table).await, expected);
    for prefix in ["", "\0", "\u{1}", "a\0", "a"] {
        let filters = vec![RowFilter { column: 1, test: RowTest::Prefix(prefix.to_owned()) }];
        let found = store.rows(RowQuery { filters, ..every_row(&table) }).await.unwrap().rows;
        let starting: Vec<_> =
            texts.iter().filter(|text| text.starts_with(prefix)).map(|id| text(id)).collect();
        assert_eq!(found.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), starting, "{prefix:?}");
    }
}

#[tokio::test]
async fn a_key_may_be_null_and_may_have_no_columns() {
    let place = Place::new();
    let store = place.open().await;
    let regions = table(
        "regions",
        2,
        &[
            ("region", ColumnType::Text, true),
            ("since", ColumnType::Date, true),
            ("count", ColumnType::Int, false),
        ],
    );
    let row = |region: Value, since: Value, count| vec![region, since, Value::Int(count)];
    let day = Value::Date(date(2024, 1, 1));
    for count in [1, 2] {
        let expected = [
            row(Value::Null, Value::Null, count),
            row(Value::Null, day.clone(), count),
            row(text("north"), Value::Null, count),
        ];
        put(&store, &regions, &expected).await;
        assert_eq!(rows(&store, &regions).await, expected);
    }
    write(&store, &regions, vec![RowChange { key: vec![Value::Null, Value::Null], row: None }]).await;
    assert_eq!(rows(&store, &regions).await.len(), 2);
    let whole = table("whole", 0, &[("count", ColumnType::Int, false)]);
    for count in [1, 2] {
        put(&store, &whole, &[vec![Value::Int(count)]]).await;
        assert_eq!(rows(&store, &whole).await, [vec![Value::Int(count)]]);
    }
    write(&store, &whole, vec![RowChange { key: Vec::new(), row: None }]).await;
    assert!(rows(&store, &whole).await.is_empty());
}

#[tokio::test]
async fn a_table_that_postgresql_cannot_have_is_refused_by_name() {
    let place = Place::new();
    let store = place.open().await;
    let long = "a".repeat(64);
    let column = |name| table("fine", 1, &[(name, ColumnType::Int, false)]);
    let named = |name: &str| table(name, 1, &[("id", ColumnType::Int, false)]);
    for refused in [named("pg_class"), named("cqrs_events"), named("two words"), named(&long), column(&long)]
    {
        let error = store.open_table(Arc::clone(&refused)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
    }
    place.sql().await.batch_execute("CREATE TABLE theirs (id integer)").await.unwrap();
    let error = store.open_table(named("theirs")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Incompatible, "{error}");
    assert!(error.to_string().contains("`theirs` was not made by a projection"), "{error}");
}

/// A page after a row is read by its index, however far it is.
#[tokio::test]
async fn a_later_page_is_a_range_of_the_key() {
    let place = Place::new();
    let store = place.open().await;
    let table = table("numbers", 1, &[("id", ColumnType::Int, false), ("name", ColumnType::Text, true)]);
    let row = |id| vec![Value::Int(id), Value::Null];
    put(&store, &table, &(0..5000).map(row).collect::<Vec<_>>()).await;
    let sql = place.sql().await;
    sql.batch_execute("ANALYZE numbers").await.unwrap();
    let plan = "EXPLAIN SELECT id FROM numbers AS kept WHERE kept.id > 4000 ORDER BY kept.id LIMIT 10";
    let plan: Vec<String> = sql.query(plan, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(
        plan.iter().any(|line| line.contains("Index")) && !plan.iter().any(|line| line.contains("Sort")),
        "{plan:?}"
    );
    let order = vec![Order { column: 0, descending: true }];
    let after = Some(vec![Value::Int(3), Value::Int(3)]);
    let page = store.rows(RowQuery { order, after, ..every_row(&table) }).await.unwrap();
    assert_eq!(page.rows, [row(2), row(1), row(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_answers_queries() {
    let server = Server::start().unwrap();
    let place = Place::new();
    let open = |address: String| PostgresStore::builder(address).schema(&place.schema).open();
    let store = open(server.address()).await.unwrap();
    let table = table("numbers", 1, &[("id", ColumnType::Int, false)]);
    put(&store, &table, &[vec![Value::Int(1)]]).await;
    let standby = server.standby("standby").unwrap();
    let reader = open(standby.address()).await.unwrap();
    assert_eq!(rows(&reader, &table).await, [vec![Value::Int(1)]]);
    assert_eq!(reader.count_rows(every_row(&table)).await.unwrap(), 1);
    put(&store, &table, &[vec![Value::Int(2)]]).await;
    let until = store.checkpoint(Arc::clone(&table)).await.unwrap();
    let arrived = async {
        while reader.checkpoint(Arc::clone(&table)).await.unwrap() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.expect("the standby follows");
    assert_eq!(rows(&reader, &table).await.len(), 2);
}
