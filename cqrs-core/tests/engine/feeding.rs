//! Feeds of row changes: every change, in order, until it is acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use cqrs_core::{App, Change, Feed, FeedBatch, MemoryStore, Refresh};

use crate::bank::{Summary, bank, bank_with, deposit, open, withdraw};

fn told(batch: &FeedBatch<Summary>) -> Vec<String> {
    let text = |change: &Change<Summary>| match change {
        Change::Reset => "reset".to_owned(),
        Change::Current { .. } => "current".to_owned(),
        Change::Set { row, .. } => format!("{}={}", row.key.account_id.0, row.cents),
        Change::Gone { key, .. } => format!("{} gone", key.account_id.0),
    };
    batch.changes.iter().map(text).collect()
}

async fn next(feed: &mut Feed<Summary>) -> FeedBatch<Summary> {
    tokio::time::timeout(Duration::from_secs(5), feed.next()).await.expect("a batch").unwrap()
}

async fn app() -> App {
    let app = bank_with(Refresh::OnCommit).await;
    app.execute(open("ada")).await.unwrap();
    app
}

#[tokio::test]
async fn a_feed_gives_the_rows_and_then_every_change() {
    let app = app().await;
    let mut feed = app.feed::<Summary>("index").await.unwrap();
    assert_eq!(told(&next(&mut feed).await), ["reset", "ada=0", "current"]);
    app.execute(deposit("ada", 5)).await.unwrap();
    app.execute(withdraw("ada", 2)).await.unwrap();
    assert_eq!(told(&next(&mut feed).await), ["ada=5", "ada=3"]);
}

#[tokio::test]
async fn what_was_not_acknowledged_is_given_again() {
    let app = app().await;
    let mut feed = app.feed::<Summary>("index").await.unwrap();
    let rows = next(&mut feed).await;
    drop(feed);
    let mut feed = app.feed::<Summary>("index").await.unwrap();
    assert_eq!(next(&mut feed).await, rows);
    feed.acknowledge(&rows).await.unwrap();
    app.execute(deposit("ada", 5)).await.unwrap();
    assert_eq!(told(&next(&mut feed).await), ["ada=5"]);
    drop(feed);
    app.execute(deposit("ada", 1)).await.unwrap();
    let mut feed = app.feed::<Summary>("index").await.unwrap();
    let batch = next(&mut feed).await;
    assert_eq!(told(&batch), ["ada=5", "ada=6"]);
    feed.acknowledge(&batch).await.unwrap();
    app.execute(deposit("ada", 1)).await.unwrap();
    assert_eq!(told(&next(&mut feed).await), ["ada=7"]);
}

#[tokio::test]
async fn each_reader_has_a_place_of_its_own() {
    let app = app().await;
    let (mut first, mut second) =
        (app.feed::<Summary>("first").await.unwrap(), app.feed::<Summary>("second").await.unwrap());
    let batch = next(&mut first).await;
    first.acknowledge(&batch).await.unwrap();
    app.execute(deposit("ada", 5)).await.unwrap();
    let batch = next(&mut first).await;
    first.acknowledge(&batch).await.unwrap();
    assert_eq!(told(&next(&mut second).await), ["reset", "ada=5", "current"]);
    first.close().await.unwrap();
    app.execute(deposit("ada", 1)).await.unwrap();
    assert_eq!(told(&next(&mut second).await), ["ada=6"]);
}

#[tokio::test]
async fn a_rebuild_has_every_reader_begin_anew() {
    let app = app().await;
    let mut feed = app.feed::<Summary>("index").await.unwrap();
    let batch = next(&mut feed).await;
    feed.acknowledge(&batch).await.unwrap();
    app.projection::<Summary>().unwrap().rebuild().await.unwrap();
    app.execute(deposit("ada", 5)).await.unwrap();
    let batch = next(&mut feed).await;
    assert_eq!(told(&batch), ["reset", "ada=5", "current"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_follows_a_feed_equals_the_rows_under_load() {
    let store = MemoryStore::new();
    let app = bank(store).projection::<Summary>(Refresh::Continuous).build().await.unwrap();
    let names: Vec<_> = (0..600).map(|number| format!("{number:03}")).collect();
    for name in &names {
        app.execute(open(name)).await.unwrap();
    }
    let writer = tokio::spawn({
        let (app, names) = (app.clone(), names.clone());
        async move {
            for turn in 0..2000 {
                app.execute(deposit(&names[turn % names.len()], 1)).await.unwrap();
            }
            app.execute(open("last")).await.unwrap();
        }
    });
    let mut feed = app.feed::<Summary>("copy").await.unwrap();
    let mut copy = BTreeMap::new();
    while !copy.contains_key("last") {
        let batch = next(&mut feed).await;
        for change in &batch.changes {
            match change {
                Change::Reset => copy.clear(),
                Change::Set { row, .. } => {
                    let before = copy.insert(row.key.account_id.0.clone(), row.cents);
                    assert!(before.is_none_or(|before| before < row.cents), "in order, each once");
                }
                Change::Gone { .. } => panic!("no account is closed"),
                Change::Current { .. } => {}
            }
        }
        feed.acknowledge(&batch).await.unwrap();
    }
    writer.await.unwrap();
    assert_eq!(copy.values().sum::<u32>(), 2000);
    assert_eq!(copy.len(), 601);
}
