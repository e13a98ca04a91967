//! Filters: what a row must be like, with the same meaning in every store.

use cqrs_core::store::{Order, ReadModelStore, RowQuery, RowTest, StoreErrorKind};
use cqrs_core::{ColumnType, Value};

use crate::balances::every_row;
use crate::samples::{TYPES, edges, tests};
use crate::scripted::{filtered, keys, numbered, put, table};
use crate::{StoreFactory, property};

/// Every test agrees with [`RowTest::passes`], on every type, for bounds that are there and bounds that are not.
pub async fn every_test_means_the_same_in_the_store<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for column_type in TYPES {
        let name = format!("tests_{column_type:?}").to_lowercase();
        let table = table(&name, 1, &[ColumnType::Int, column_type]);
        let known: Vec<_> = edges(column_type).into_iter().chain([Value::Null]).collect();
        let row = |(number, value): (usize, &Value)| vec![numbered(number), value.clone()];
        put(&store, &table, known.iter().enumerate().map(row).collect()).await;
        property::holds(40, &tests(column_type), async |test| {
            let passing = known.iter().enumerate().filter(|(_, value)| test.passes(value));
            let expected: Vec<_> = passing.map(|(number, _)| number).collect();
            assert_eq!(keys(&store, filtered(&table, 1, test)).await, expected);
        });
    }
}

/// passes.
pub async fn a_prefix_is_taken_literally<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("texts", 1, &[ColumnType::Int, ColumnType::Text]);
    let texts = [
        "100%",
        "100 percent",
        "a_b",
        "axb",
        "A_b",
        "a*b",
        "a[b]",
        "a\\b",
        "a",
        "\u{10ffff}z",
        "é",
        "e\u{301}",
    ];
    let row = |(number, text): (usize, &&str)| vec![numbered(number), Value::Text((*text).to_owned())];
    put(&store, &table, texts.iter().enumerate().map(row).collect()).await;
    for prefix in ["100%", "a_", "A", "a*", "a[", "a\\", "a", "", "\u{10ffff}", "é", "e", "z"] {
        let starting = texts.iter().enumerate().filter(|(_, text)| text.starts_with(prefix));
        let expected: Vec<_> = starting.map(|(number, _)| number).collect();
        let query = filtered(&table, 1, RowTest::Prefix(prefix.to_owned()));
        assert_eq!(keys(&store, query).await, expected, "{prefix:?}");
    }
}

/// A filter may name thousands of values.
pub async fn a_filter_may_name_thousands_of_values<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("numbers", 1, &[ColumnType::Int]);
    put(&store, &table, (0..100).map(|number| vec![numbered(number)]).collect()).await;
    let wanted = (50..50_000).map(numbered).collect();
    let found = keys(&store, filtered(&table, 0, RowTest::In(wanted))).await;
    assert_eq!(found, (50..100).collect::<Vec<_>>());
}

/// A query that names a column that is not there is refused as invalid.
pub async fn a_column_that_is_not_there_is_refused<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("numbers", 1, &[ColumnType::Int]);
    put(&store, &table, vec![vec![numbered(1)]]).await;
    let filter = filtered(&table, 1, RowTest::Equals(numbered(1)));
    let order = RowQuery { order: vec![Order { column: 1, descending: false }], ..every_row(&table) };
    let errors = [
        store.rows(filter.clone()).await.unwrap_err(),
        store.count_rows(filter).await.unwrap_err(),
        store.rows(order).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
    }
}
