//! Watched queries: the current rows, then each change once and in order.

use std::time::Duration;

use cqrs_core::{App, Change, Refresh, Watch};

use crate::bank::{Richest, bank_with, deposit, open, withdraw};

async fn next(watch: &mut Watch<Richest>) -> String {
    let change = tokio::time::timeout(Duration::from_secs(5), watch.next()).await.expect("a change").unwrap();
    match change {
        Change::Reset => "reset".to_owned(),
        Change::Current { .. } => "current".to_owned(),
        Change::Set { row, .. } => format!("{}={}", row.key.account_id.0, row.cents),
        Change::Gone { key, .. } => format!("{} gone", key.account_id.0),
    }
}

async fn app() -> App {
    let app = bank_with(Refresh::OnCommit).await;
    app.execute(open("ada")).await.unwrap();
    app.execute(deposit("ada", 20)).await.unwrap();
    app.execute(open("bob")).await.unwrap();
    app
}

#[tokio::test]
async fn a_watch_tells_the_current_rows_and_then_what_changes() {
    let app = app().await;
    let mut watch = app.query(Richest { cents: 10 }).watch().await.unwrap();
    assert_eq!(next(&mut watch).await, "ada=20");
    assert_eq!(next(&mut watch).await, "current");
    app.execute(deposit("bob", 9)).await.unwrap();
    app.execute(deposit("bob", 1)).await.unwrap();
    app.execute(withdraw("ada", 15)).await.unwrap();
    assert_eq!(next(&mut watch).await, "bob=10");
    assert_eq!(next(&mut watch).await, "ada gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_misses_and_repeats_nothing_while_rows_change() {
    let app = app().await;
    let writer = tokio::spawn({
        let app = app.clone();
        async move {
            for _ in 0..300 {
                app.execute(deposit("bob", 1)).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    let mut watch = app.query(Richest { cents: 0 }).watch().await.unwrap();
    let mut seen = Vec::new();
    while seen.last() != Some(&300) {
        let change =
            tokio::time::timeout(Duration::from_secs(5), watch.next()).await.expect("a change").unwrap();
        if let Change::Set { row, .. } = change
            && row.key.account_id.0 == "bob"
        {
            seen.push(row.cents);
        }
    }
    writer.await.unwrap();
    let first = seen[0];
    assert_eq!(seen, (first..=300).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_watch_ends_when_the_application_stops() {
    let app = app().await;
    let mut watch = app.query(Richest { cents: 0 }).watch().await.unwrap();
    for _ in 0..3 {
        next(&mut watch).await;
    }
    let stop = tokio::spawn({
        let app = app.clone();
        async move { app.shutdown().await }
    });
    let error =
        tokio::time::timeout(Duration::from_secs(5), watch.next()).await.expect("an end").unwrap_err();
    assert_eq!(error.to_string(), "the application is shutting down");
    stop.await.unwrap().unwrap();
}
