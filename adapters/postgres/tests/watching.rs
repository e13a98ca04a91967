//! Two applications on one database: what one records, those who watch a query of the other see.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use std::convert::Infallible;
use std::time::Duration;

use cqrs_core::{
    Aggregate, App, Apply, Change, Command, Context, Decide, Event, EventSet, Meta, Project, Projection,
    Query, Refresh, Row, Watch,
};
use samples::Place;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Event, Serialize, Deserialize)]
struct Deposited {
    cents: u32,
}

#[derive(EventSet, Clone)]
enum AccountEvent {
    Deposited(Deposited),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = AccountEvent, error = Infallible)]
struct Account;

impl Apply<Deposited> for Account {
    fn apply(&mut self, _: &Deposited) {}
}

#[derive(Command)]
#[command(aggregate = Account, id = account_id)]
struct MakeDeposit {
    account_id: String,
    cents: u32,
}

impl Decide<MakeDeposit> for Account {
    fn decide(&self, command: &MakeDeposit, _: &Context) -> Result<Vec<AccountEvent>, Infallible> {
        Ok(vec![Deposited { cents: command.cents }.into()])
    }
}

#[derive(Projection, Clone, Default)]
#[projection(key(account_id: String), on(Deposited))]
struct Takings {
    cents: u32,
}

impl Project<Deposited> for Takings {
    fn project(row: &mut Row<Self>, event: &Deposited, _: &Meta) {
        row.or_default().cents += event.cents;
    }
}

#[derive(Debug, Clone, Query)]
#[query(from = Takings)]
struct AllTakings {}

async fn app(place: &Place, refresh: Refresh) -> App {
    let builder = App::builder(place.open().await).aggregate::<Account>().projection::<Takings>(refresh);
    builder.build().await.unwrap()
}

async fn next(watch: &mut Watch<AllTakings>) -> String {
    let change =
        tokio::time::timeout(Duration::from_secs(10), watch.next()).await.expect("a change").unwrap();
    match change {
        Change::Reset => "reset".to_owned(),
        Change::Current { .. } => "current".to_owned(),
        Change::Set { row, .. } => format!("{}={}", row.key.account_id, row.cents),
        Change::Gone { key, .. } => format!("{} gone", key.account_id),
    }
}

async fn what_one_application_records_the_other_sees(refresh: Refresh) {
    let place = Place::new();
    let (writing, watching) = (app(&place, refresh).await, app(&place, refresh).await);
    let deposit = |cents| writing.execute(MakeDeposit { account_id: "ada".to_owned(), cents });
    let mut watch = watching.query(AllTakings {}).watch().await.unwrap();
    assert_eq!(next(&mut watch).await, "current");
    deposit(20).await.unwrap();
    assert_eq!(next(&mut watch).await, "ada=20");
    deposit(1).await.unwrap();
    assert_eq!(next(&mut watch).await, "ada=21");
    writing.shutdown().await.unwrap();
    watching.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_watch_sees_what_another_application_folds_on_commit() {
    what_one_application_records_the_other_sees(Refresh::OnCommit).await;
}

#[tokio::test]
async fn a_watch_sees_what_either_application_folds_continuously() {
    what_one_application_records_the_other_sees(Refresh::Continuous).await;
}
