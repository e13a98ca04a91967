//! What any other program finds in the file: a log with names in it, and tables in SQLite's own types.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use std::str::FromStr;

use cqrs_core::store::{EventFilter, EventStore};
use cqrs_core::{ColumnType, Origin, Value, Wide};
use jiff::Timestamp;
use jiff::civil::{date, time};
use rust_decimal::Decimal;
use samples::{Fixed, Place, append, every_row, put, record, rows, table};
use uuid::Uuid;

#[tokio::test]
async fn the_log_reads_as_a_person_would_write_it() {
    let place = Place::new();
    let store = place.open().await;
    let id = |number: u128| Uuid::from_u128(number);
    let mut metadata = serde_json::Map::new();
    metadata.insert("channel".to_owned(), "web".into());
    let origin = Origin {
        correlation_id: id(0x1111_2222_3333_4444_5555_6666_7777_8888),
        causation_id: id(0x9999_aaaa_bbbb_cccc_dddd_eeee_ffff_0000),
        actor: Some("teller".to_owned()),
        tenant: Some("north".to_owned()),
        metadata,
    };
    let mut deposit = append("ada", &[r#"{"amount":"12.50"}"#]);
    deposit.origin = origin;
    let event_id = deposit.events[0].event_id;
    let appended = store.append(deposit).await.unwrap();
    let sql = place.sql();
    let line = sql
        .query_row(
            "SELECT aggregate_type, aggregate_id, version, event_type, event_version, recorded_at, event_id, \
             correlation_id, causation_id, tenant, actor, metadata ->> 'channel', payload ->> 'amount' \
             FROM cqrs_log WHERE position = 1",
            [],
            |row| (0..13).map(|cell| row.get_ref(cell).map(|cell| text(cell))).collect::<Result<Vec<_>, _>>(),
        )
        .unwrap();
    let event_id = event_id.to_string();
    let recorded_at = format!("{:.6}", appended.recorded_at);
    assert_eq!(
        line,
        [
            "Account",
            "ada",
            "1",
            "Deposited",
            "1",
            &recorded_at,
            &event_id,
            "11112222-3333-4444-5555-666677778888",
            "9999aaaa-bbbb-cccc-dddd-eeeeffff0000",
            "north",
            "teller",
            "web",
            "12.50",
        ]
    );
}

fn text(cell: rusqlite::types::ValueRef<'_>) -> String {
    match cell {
        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
        other => other.as_str().unwrap().to_owned(),
    }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(Decimal::from_str(text).unwrap())
}

#[tokio::test]
async fn each_type_of_value_is_a_cell_that_sql_understands() {
    let place = Place::new();
    let store = place.open().await;
    let instant: Timestamp = "2024-02-29T12:34:56.789Z".parse().unwrap();
    let cases = [
        (ColumnType::Bool, Value::Bool(true), "integer", "1"),
        (ColumnType::Int, Value::Int(-7), "integer", "-7"),
        (ColumnType::Wide, Value::Wide(Wide::from(7_u128)), "integer", "7"),
        (
            ColumnType::Wide,
            Value::Wide(Wide::from(u128::from(u64::MAX))),
            "text",
            "000000000000000000018446744073709551615",
        ),
        (ColumnType::Real, Value::Real(1.5), "real", "1.5"),
        (ColumnType::Decimal, decimal("100"), "integer", "100"),
        (ColumnType::Decimal, decimal("1234.50"), "real", "1234.5"),
        (ColumnType::Decimal, decimal("0.1234567890123456789"), "text", "0.1234567890123456789"),
        (ColumnType::Text, Value::Text("é".to_owned()), "text", "é"),
        (
            ColumnType::Uuid,
            Value::Uuid(Uuid::from_u128(0xab)),
            "text",
            "00000000-0000-0000-0000-0000000000ab",
        ),
        (ColumnType::Date, Value::Date(date(2024, 2, 29)), "text", "2024-02-29"),
        (ColumnType::Time, Value::Time(time(7, 5, 0, 0)), "text", "07:05:00.000000000"),
        (ColumnType::Timestamp, Value::Timestamp(instant), "text", "2024-02-29T12:34:56.789000000Z"),
        (
            ColumnType::Duration,
            Value::Duration(jiff::SignedDuration::from_millis(1500)),
            "integer",
            "1500000000",
        ),
        (ColumnType::Bytes, Value::Bytes(b"ab".to_vec()), "blob", "ab"),
        (ColumnType::Json, Value::Json(r#"{"a":1}"#.to_owned()), "text", r#"{"a":1}"#),
    ];
    let types: Vec<_> = cases.iter().map(|(column_type, ..)| *column_type).collect();
    let table = table("cells", &types);
    let row: Vec<_> =
        [Value::Int(1)].into_iter().chain(cases.iter().map(|(_, value, ..)| value.clone())).collect();
    put(&store, &table, vec![row]).await.unwrap();
    let sql = place.sql();
    for (index, (column_type, _, expected_type, expected)) in cases.iter().enumerate() {
        let (found_type, found): (String, String) = sql
            .query_row(&format!("SELECT typeof(c{index}), CAST(c{index} AS TEXT) FROM cells"), [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!((found_type.as_str(), found.as_str()), (*expected_type, *expected), "{column_type:?}");
    }
}

#[tokio::test]
async fn sql_adds_up_and_compares_money_as_numbers() {
    let place = Place::new();
    let store = place.open().await;
    let table = table("balances", &[ColumnType::Decimal]);
    let row = |number, text: &str| vec![Value::Int(number), decimal(text)];
    put(&store, &table, vec![row(1, "10.50"), row(2, "9"), row(3, "-0.25"), row(4, "100.00")]).await.unwrap();
    let sql = place.sql();
    let sum: f64 = sql.query_row("SELECT sum(c0) FROM balances", [], |row| row.get(0)).unwrap();
    assert!((sum - 119.25).abs() < 1e-9);
    let above: Vec<i64> = sql
        .prepare("SELECT number FROM balances WHERE c0 > 9.5 ORDER BY c0")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(above, [1, 4]);
    let back: Vec<_> = rows(&store, &table).await.into_iter().map(|row| row[1].clone()).collect();
    let texts: Vec<_> = back
        .iter()
        .map(|value| match value {
            Value::Decimal(number) => number.to_string(),
            other => panic!("expected a decimal, found {other:?}"),
        })
        .collect();
    assert_eq!(texts, ["10.50", "9", "-0.25", "100.00"]);
}

#[tokio::test]
async fn tables_are_strict_and_named_after_their_projections() {
    let place = Place::new();
    let store = place.open().await;
    let table = table("door_use", &[ColumnType::Text]);
    put(&store, &table, vec![vec![Value::Int(1), Value::Text("front".to_owned())]]).await.unwrap();
    let sql = place.sql();
    let definition: String = sql
        .query_row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'door_use'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(
        definition,
        r#"CREATE TABLE "door_use" ("number" INTEGER NOT NULL, "c0" TEXT, PRIMARY KEY ("number")) STRICT, WITHOUT ROWID"#
    );
    assert_eq!(store_rows(&store, &table).await, 1);
}

async fn store_rows(
    store: &cqrs_sqlite::SqliteStore,
    table: &std::sync::Arc<cqrs_core::store::TableDefinition>,
) -> u64 {
    use cqrs_core::store::ReadModelStore;
    store.count_rows(every_row(table)).await.unwrap()
}

#[tokio::test]
async fn a_view_over_a_read_model_does_not_keep_it_from_being_rebuilt() {
    use cqrs_core::store::{Generation, ReadModelStore, TableDefinition};
    let place = Place::new();
    let store = place.open().await;
    let old = table("balances", &[ColumnType::Int]);
    put(&store, &old, vec![vec![Value::Int(1), Value::Int(10)]]).await.unwrap();
    place.sql().execute_batch("CREATE VIEW rich AS SELECT number FROM balances WHERE c0 > 5").unwrap();
    let new = TableDefinition {
        fingerprint: cqrs_core::Fingerprint::of("another"),
        ..TableDefinition::clone(&old)
    };
    let new = std::sync::Arc::new(new);
    assert_eq!(store.open_table(new.clone()).await.unwrap().generation, Generation::Next);
    let built = Fixed { table: new.clone(), filter: EventFilter::default(), rows: Vec::new() };
    store.promote(std::sync::Arc::new(built)).await.unwrap();
    put(&store, &new, vec![vec![Value::Int(2), Value::Int(20)]]).await.unwrap();
    let rich: i64 = place.sql().query_row("SELECT number FROM rich", [], |row| row.get(0)).unwrap();
    assert_eq!(rich, 2);
}

#[tokio::test]
async fn a_table_that_no_projection_made_is_not_taken() {
    use cqrs_core::store::{ReadModelStore, StoreErrorKind};
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &["{}"]).await;
    place.sql().execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine');").unwrap();
    let error = store.open_table(table("notes", &[ColumnType::Int])).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Incompatible);
    assert!(error.to_string().contains("`notes` was not made by a projection"), "{error}");
    let notes: String = place.sql().query_row("SELECT text FROM notes", [], |row| row.get(0)).unwrap();
    assert_eq!(notes, "mine");
}
