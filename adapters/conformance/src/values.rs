//! Values: every type comes back as it was written, in rows and in keys.

use cqrs_core::store::{ReadModelStore, RowChange, RowTest};
use cqrs_core::{ColumnType, Value};

use crate::StoreFactory;
use crate::balances::rows;
use crate::samples::{TYPES, edges};
use crate::scripted::{filtered, in_pages, numbered, put, table, write};

/// Values at the edges of every type come back from a column of that type, and so does null.
pub async fn every_type_of_value_comes_back<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for column_type in TYPES {
        let table =
            table(&format!("values_{column_type:?}").to_lowercase(), 1, &[ColumnType::Int, column_type]);
        let values = edges(column_type).into_iter().chain([Value::Null]);
        let expected: Vec<_> =
            values.enumerate().map(|(number, value)| vec![numbered(number), value]).collect();
        put(&store, &table, expected.clone()).await;
        assert_eq!(rows(&store, &table).await, expected, "{column_type:?}");
    }
}

/// A decimal comes back with the digits that it was written with, trailing zeros included.
pub async fn a_decimal_keeps_its_scale<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("prices", 1, &[ColumnType::Int, ColumnType::Decimal]);
    let texts = ["1.50", "1.5", "0.00", "0", "-3.1400", "100"];
    let row = |(number, text): (usize, &&str)| vec![numbered(number), Value::Decimal(text.parse().unwrap())];
    put(&store, &table, texts.iter().enumerate().map(row).collect()).await;
    let found = rows(&store, &table).await.into_iter().map(|row| match row[1] {
        Value::Decimal(decimal) => decimal.to_string(),
        ref other => panic!("expected a decimal, found {other:?}"),
    });
    assert_eq!(found.collect::<Vec<_>>(), texts);
}

/// Every type can be a key: rows are found, changed and deleted by it, and lie in its order.
pub async fn every_type_can_be_a_key<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for column_type in TYPES {
        let table =
            table(&format!("keys_{column_type:?}").to_lowercase(), 1, &[column_type, ColumnType::Int]);
        let keys = edges(column_type);
        let row = |key: &Value, number| vec![key.clone(), numbered(number)];
        put(&store, &table, keys.iter().rev().map(|key| row(key, 1)).collect()).await;
        let expected: Vec<_> = keys.iter().map(|key| row(key, 1)).collect();
        assert_eq!(rows(&store, &table).await, expected, "{column_type:?}");
        put(&store, &table, keys.iter().map(|key| row(key, 2)).collect()).await;
        write(&store, &table, vec![RowChange { key: vec![keys[0].clone()], row: None }]).await;
        let expected: Vec<_> = keys[1..].iter().map(|key| row(key, 2)).collect();
        assert_eq!(rows(&store, &table).await, expected, "{column_type:?}");
        let one = filtered(&table, 0, RowTest::Equals(keys[1].clone()));
        assert_eq!(store.rows(one).await.unwrap().rows, expected[..1], "{column_type:?}");
    }
}

/// A key of several columns is told apart by all of them, and orders by the first, then the second.
pub async fn a_key_may_have_several_columns<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("pairs", 2, &[ColumnType::Text, ColumnType::Int]);
    let row = |text: &str, number| vec![Value::Text(text.to_owned()), Value::Int(number)];
    let expected = vec![row("a", -1), row("a", 2), row("a", 10), row("ab", 1), row("b", 0)];
    let mut shuffled = expected.clone();
    shuffled.rotate_left(2);
    put(&store, &table, shuffled).await;
    assert_eq!(rows(&store, &table).await, expected);
    let of_a = filtered(&table, 0, RowTest::Equals(Value::Text("a".to_owned())));
    assert_eq!(store.rows(of_a.clone()).await.unwrap().rows, expected[..3]);
    assert_eq!(in_pages(&store, &of_a, 2).await, expected[..3]);
    write(&store, &table, vec![RowChange { key: row("a", 2), row: None }]).await;
    assert_eq!(rows(&store, &table).await.len(), 4);
}
