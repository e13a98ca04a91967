//! Watching rows that another connection changes, as another process does: nothing of it is announced here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::time::Duration;

use cqrs_core::{
    Aggregate, App, Apply, Change, Command, Context, Decide, Event, EventSet, Meta, Project, Projection,
    Query, Refresh, Row, Watch,
};
use cqrs_sqlite::SqliteStore;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

#[derive(Event, Serialize, Deserialize)]
struct Paid {
    amount: i64,
}

#[derive(EventSet)]
enum TillEvent {
    Paid(Paid),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = TillEvent, error = std::convert::Infallible)]
struct Till;

impl Apply<Paid> for Till {
    fn apply(&mut self, _: &Paid) {}
}

#[derive(Command)]
#[command(aggregate = Till, id = till)]
struct Pay {
    till: String,
    amount: i64,
}

impl Decide<Pay> for Till {
    fn decide(&self, pay: &Pay, _: &Context) -> Result<Vec<TillEvent>, std::convert::Infallible> {
        Ok(vec![Paid { amount: pay.amount }.into()])
    }
}

#[derive(Debug, PartialEq, Projection, Clone, Default)]
#[projection(key(till: String), on(Paid))]
struct Total {
    amount: i64,
}

impl Project<Paid> for Total {
    fn project(row: &mut Row<Self>, event: &Paid, _: &Meta) {
        // A till that is emptied is gone.
        let amount = row.get().map_or(0, |row| row.amount) + event.amount;
        if amount == 0 { row.delete() } else { row.set(Self { amount }) }
    }
}

#[derive(Query)]
#[query(from = Total)]
struct Totals {}

async fn app(folder: &TempDir, refresh: Refresh) -> App {
    let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
    App::builder(store).aggregate::<Till>().projection::<Total>(refresh).build().await.unwrap()
}

async fn next(watch: &mut Watch<Totals>) -> String {
    let change =
        tokio::time::timeout(Duration::from_secs(10), watch.next()).await.expect("a change").unwrap();
    match change {
        Change::Reset => "reset".to_owned(),
        Change::Current { .. } => "current".to_owned(),
        Change::Set { row, .. } => format!("{}={}", row.key.till, row.amount),
        Change::Gone { key, .. } => format!("{} gone", key.till),
    }
}

async fn pay(app: &App, till: &str, amount: i64) {
    app.execute(Pay { till: till.to_owned(), amount }).await.unwrap();
}

#[tokio::test]
async fn a_watch_tells_what_others_commit() {
    let folder = TempDir::new().unwrap();
    let (writer, watcher) = (app(&folder, Refresh::OnCommit).await, app(&folder, Refresh::Manual).await);
    pay(&writer, "a", 1).await;
    pay(&writer, "b", 2).await;
    let mut watch = watcher.query(Totals {}).watch().await.unwrap();
    assert_eq!([next(&mut watch).await, next(&mut watch).await], ["a=1", "b=2"]);
    assert_eq!(next(&mut watch).await, "current");
    pay(&writer, "a", 4).await;
    assert_eq!(next(&mut watch).await, "a=5");
    pay(&writer, "b", -2).await;
    assert_eq!(next(&mut watch).await, "b gone");
    pay(&writer, "c", 7).await;
    assert_eq!(next(&mut watch).await, "c=7");
}

#[tokio::test]
async fn a_watch_goes_on_across_a_rebuild_and_tells_only_what_differs() {
    let folder = TempDir::new().unwrap();
    let (writer, watcher) = (app(&folder, Refresh::OnCommit).await, app(&folder, Refresh::Manual).await);
    pay(&writer, "a", 1).await;
    for watching in [&writer, &watcher] {
        let mut watch = watching.query(Totals {}).watch().await.unwrap();
        assert_eq!(next(&mut watch).await.split('=').next(), Some("a"));
        assert_eq!(next(&mut watch).await, "current");
        writer.projection::<Total>().unwrap().rebuild().await.unwrap();
        pay(&writer, "a", 1).await;
        let amount = next(&mut watch).await;
        assert!(["a=2", "a=3"].contains(&amount.as_str()), "{amount}");
    }
}

#[tokio::test]
async fn many_changes_by_others_add_up_to_the_same_rows() {
    let folder = TempDir::new().unwrap();
    let (writer, watcher) = (app(&folder, Refresh::OnCommit).await, app(&folder, Refresh::Manual).await);
    let mut watch = watcher.query(Totals {}).watch().await.unwrap();
    assert_eq!(next(&mut watch).await, "current");
    let writing = tokio::spawn(async move {
        for amount in 1..=100 {
            pay(&writer, &format!("{}", amount % 7), amount).await;
        }
        pay(&writer, "last", 1).await;
        writer
    });
    let mut told = std::collections::BTreeMap::new();
    loop {
        let change = next(&mut watch).await;
        let (till, amount) = change.split_once('=').expect("no row is taken out");
        let before = told.insert(till.to_owned(), amount.parse::<i64>().unwrap());
        assert!(before.is_none_or(|before| before < told[till]), "each change is told once, in order");
        if till == "last" {
            break;
        }
    }
    let writer = writing.await.unwrap();
    let page = writer.query(Totals {}).limit(100).await.unwrap();
    let rows: std::collections::BTreeMap<_, _> =
        page.rows.into_iter().map(|row| (row.key.till.clone(), row.amount)).collect();
    assert_eq!(told, rows);
}
