//! Pages: rows in order, each page going on after the last row of the one before, losing nothing.

use std::cmp::Ordering;

use cqrs_core::store::{Order, ReadModelStore, RowChange, RowFilter, RowQuery};
use cqrs_core::{ColumnType, Value};
use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;

use crate::balances::every_row;
use crate::samples::{tests, values, values_or_null};
use crate::scripted::{in_pages, keys, numbered, put, table, write};
use crate::{StoreFactory, property};

/// Random filters, orders and page sizes over random rows: the pages, joined, are what a plain sort of the rows says.
pub async fn pages_joined_are_one_whole_read<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let types = [
        ColumnType::Int,
        ColumnType::Text,
        ColumnType::Decimal,
        ColumnType::Bool,
        ColumnType::Real,
        ColumnType::Timestamp,
        ColumnType::Wide,
        ColumnType::Duration,
    ];
    let table = table("everything", 2, &types);
    let known = property::sample(&vec(row_of(&types), 120));
    let mut known: Vec<_> = known.into_iter().map(|row| (row[..2].to_vec(), row)).collect();
    known.sort_by(|(key, _), (other, _)| compare(key, other));
    known.dedup_by(|(key, _), (other, _)| compare(key, other) == Ordering::Equal);
    let known: Vec<_> = known.into_iter().map(|(_, row)| row).collect();
    put(&store, &table, known.clone()).await;

    let filters = vec(filter_on(&types), 0..3);
    let orders = vec((0..types.len(), any::<bool>()), 0..4).prop_map(|orders| {
        orders.into_iter().map(|(column, descending)| Order { column, descending }).collect()
    });
    let queries = (filters, orders, 1..40_usize);
    property::holds(200, &queries, async |(filters, order, limit): (Vec<RowFilter>, Vec<Order>, usize)| {
        let passes = |row: &&Vec<Value>| filters.iter().all(|filter| filter.test.passes(&row[filter.column]));
        let mut expected: Vec<_> = known.iter().filter(passes).cloned().collect();
        expected.sort_by(|row, other| {
            let by_column = order.iter().map(|order| {
                let ordering = row[order.column].order(&other[order.column]);
                if order.descending { ordering.reverse() } else { ordering }
            });
            by_column.fold(Ordering::Equal, Ordering::then).then_with(|| compare(&row[..2], &other[..2]))
        });
        let query = RowQuery { filters: filters.clone(), order, ..every_row(&table) };
        assert_eq!(store.rows(query.clone()).await.unwrap().rows, expected);
        assert_eq!(in_pages(&store, &query, limit).await, expected);
        assert_eq!(store.count_rows(RowQuery { limit, ..query }).await.unwrap(), expected.len() as u64);
    });
}

fn row_of(types: &[ColumnType]) -> BoxedStrategy<Vec<Value>> {
    let cell = |(index, column_type): (usize, &ColumnType)| match index {
        0 | 1 => values(*column_type),
        _ => values_or_null(*column_type),
    };
    types.iter().enumerate().map(cell).collect::<Vec<_>>().boxed()
}

fn filter_on(types: &[ColumnType]) -> BoxedStrategy<RowFilter> {
    let columns: Vec<_> = types.iter().copied().enumerate().collect();
    let filter = |(column, column_type)| (Just(column), tests(column_type));
    select(columns).prop_flat_map(filter).prop_map(|(column, test)| RowFilter { column, test }).boxed()
}

fn compare(key: &[Value], other: &[Value]) -> Ordering {
    key.iter().zip(other).map(|(a, b)| a.order(b)).fold(Ordering::Equal, Ordering::then)
}

/// Nulls come before all values, or after them when highest come first; ties are broken by the key.
pub async fn nulls_come_first_and_ties_go_by_key<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("scores", 1, &[ColumnType::Int, ColumnType::Int]);
    let scores = [Some(5), None, Some(3), Some(5), None, Some(-1)];
    let row = |(number, score): (usize, &Option<i64>)| {
        vec![numbered(number), score.map_or(Value::Null, Value::Int)]
    };
    put(&store, &table, scores.iter().enumerate().map(row).collect()).await;
    let by_score =
        |descending| RowQuery { order: vec![Order { column: 1, descending }], ..every_row(&table) };
    assert_eq!(keys(&store, by_score(false)).await, [1, 4, 5, 2, 0, 3]);
    assert_eq!(keys(&store, by_score(true)).await, [0, 3, 2, 5, 1, 4]);
    for (descending, limit) in [(false, 1), (false, 2), (true, 1), (true, 4)] {
        let whole = store.rows(by_score(descending)).await.unwrap().rows;
        assert_eq!(in_pages(&store, &by_score(descending), limit).await, whole);
    }
}

/// A page says whether there are more rows, also when it ends exactly with the last one.
pub async fn a_page_says_whether_there_are_more_rows<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("numbers", 1, &[ColumnType::Int]);
    put(&store, &table, (0..5).map(|number| vec![numbered(number)]).collect()).await;
    for (limit, expected, more) in [(2, 2, true), (4, 4, true), (5, 5, false), (6, 5, false)] {
        let page = store.rows(RowQuery { limit, ..every_row(&table) }).await.unwrap();
        assert_eq!((page.rows.len(), page.more), (expected, more), "a limit of {limit}");
    }
    let beyond = RowQuery { after: Some(vec![numbered(4)]), ..every_row(&table) };
    let page = store.rows(beyond).await.unwrap();
    assert_eq!((page.rows.len(), page.more), (0, false));
}

/// A page goes on after its last row, whatever became of that row in between.
pub async fn a_page_goes_on_after_a_row_that_is_gone<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let table = table("numbers", 1, &[ColumnType::Int]);
    put(&store, &table, (0..6).map(|number| vec![numbered(number)]).collect()).await;
    let gone = (1..=3).map(|number| RowChange { key: vec![numbered(number)], row: None }).collect();
    write(&store, &table, gone).await;
    let query = RowQuery { after: Some(vec![numbered(2)]), limit: 2, ..every_row(&table) };
    assert_eq!(keys(&store, query).await, [4, 5]);
}
