//! Feeds of row changes: kept from a reader's first opening on, until every reader has acknowledged them.

use std::sync::Arc;

use cqrs_core::Projector;
use cqrs_core::store::{FeedPlace, Generation, ReadModelStore, RowFeeds, TableDefinition};

use crate::StoreFactory;
use crate::balances::{Balances, catch_up, open};
use crate::domain::record;

async fn open_feed(store: &impl RowFeeds, table: &Arc<TableDefinition>, reader: &str) -> FeedPlace {
    store.open_feed(Arc::clone(table), reader.to_owned()).await.unwrap()
}

/// The revisions whose changes are kept after one.
async fn kept(store: &impl RowFeeds, table: &Arc<TableDefinition>, after: u64) -> Vec<u64> {
    let page = store.feed_changes(Arc::clone(table), after, 1000).await.unwrap();
    page.changes.iter().map(|change| change.revision).collect()
}

/// Nothing is kept for nobody: changes are kept from the first reader's opening until the last one's end.
pub async fn changes_are_kept_while_there_is_a_reader<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    let table = projector.table();
    open(&store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    record(&store, "ada", [1]).await;
    assert_eq!(open_feed(&store, &table, "index").await.revision, None);
    record(&store, "ada", [2, 3]).await;
    assert_eq!(kept(&store, &table, 0).await, [2, 3]);
    assert_eq!(kept(&store, &table, 2).await, [3]);
    assert_eq!(store.feed_changes(Arc::clone(&table), 0, 1).await.unwrap().changes.len(), 1);
    store.close_feed(Arc::clone(&table), "index".to_owned()).await.unwrap();
    assert!(kept(&store, &table, 0).await.is_empty());
    record(&store, "ada", [4]).await;
    assert!(kept(&store, &table, 0).await.is_empty());
    store.close_feed(Arc::clone(&table), "index".to_owned()).await.unwrap();
}

/// A change is forgotten once every reader has acknowledged it, and no sooner.
pub async fn a_change_is_kept_until_every_reader_has_it<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    let table = projector.table();
    open(&store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    let generation = open_feed(&store, &table, "first").await.generation;
    open_feed(&store, &table, "second").await;
    record(&store, "ada", [1, 2, 3]).await;
    let acknowledge = |reader: &str, revision| {
        store.acknowledge_feed(Arc::clone(&table), reader.to_owned(), generation, revision)
    };
    acknowledge("first", 3).await.unwrap();
    assert_eq!(kept(&store, &table, 0).await, [1, 2, 3]);
    acknowledge("second", 2).await.unwrap();
    assert_eq!(kept(&store, &table, 0).await, [3]);
    acknowledge("first", 1).await.unwrap();
    assert_eq!(open_feed(&store, &table, "first").await.revision, Some(3), "a place never goes back");
    acknowledge("nobody", 3).await.unwrap();
    assert_eq!(kept(&store, &table, 0).await, [3]);
}

/// A table that takes another's place begins its feed anew, for every reader of the one before.
pub async fn a_swap_has_every_reader_begin_anew<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let (first, second) = (Balances::new("balances"), Balances::defined_as("balances", 2));
    open(&store, &first).await;
    store.attach(first.clone()).await.unwrap();
    let before = open_feed(&store, &first.table(), "index").await;
    record(&store, "ada", [1]).await;
    store.acknowledge_feed(first.table(), "index".to_owned(), before.generation, 1).await.unwrap();
    catch_up(&store, &second, Generation::Next, 100).await.unwrap();
    store.promote(second.clone()).await.unwrap();
    store.open_feed(first.table(), "index".to_owned()).await.unwrap_err();
    store.attach(second.clone()).await.unwrap();
    record(&store, "ada", [2]).await;
    let table = second.table();
    assert_eq!(kept(&store, &table, 0).await.len(), 1, "what comes after the swap is kept for the reader");
    let after = open_feed(&store, &table, "index").await;
    assert_eq!(after.revision, None);
    assert_ne!(after.generation, before.generation);
    store.acknowledge_feed(Arc::clone(&table), "index".to_owned(), before.generation, 99).await.unwrap();
    assert_eq!(open_feed(&store, &table, "index").await.revision, None, "it is of the table before");
}
