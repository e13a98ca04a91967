//! Command ids: the same id again returns the first receipt and records nothing.

use cqrs_core::store::EventStore as _;
use cqrs_core::{App, Caller, ExecuteError, MemoryStore};
use uuid::Uuid;

use crate::bank::{WithdrawInParts, bank, deposit, id, open, withdraw};

async fn app() -> App {
    let app = bank(MemoryStore::new()).build().await.unwrap();
    app.execute(open("ada")).await.unwrap();
    app.execute(deposit("ada", 100)).await.unwrap();
    app
}

#[tokio::test]
async fn the_same_id_again_returns_the_first_receipt_even_where_the_state_would_refuse_it_now() {
    let (app, command) = (app().await, Uuid::now_v7());
    let first = app.execute(withdraw("ada", 100)).id(command).await.unwrap();
    let again = app.execute(withdraw("ada", 100)).id(command).await.unwrap();
    assert!(!first.duplicate && again.duplicate);
    assert_eq!((first.version, first.position, first.events), (again.version, again.position, again.events));
    assert_eq!(app.store().head().await.unwrap(), first.position);
}

#[tokio::test]
async fn a_command_that_led_to_nothing_is_remembered_too() {
    let (app, command) = (app().await, Uuid::now_v7());
    let teller = || Caller::anonymous().with_role("teller");
    let parts = |parts| WithdrawInParts { account_id: id("ada"), parts };
    app.execute(parts(0)).id(command).by(teller()).await.unwrap();
    let again = app.execute(parts(3)).id(command).by(teller()).await.unwrap();
    assert!(again.duplicate);
    assert_eq!(again.events, 0);
}

#[tokio::test]
async fn an_id_that_was_used_for_another_aggregate_is_refused() {
    let (app, command) = (app().await, Uuid::now_v7());
    app.execute(deposit("ada", 1)).id(command).await.unwrap();
    app.execute(open("bob")).await.unwrap();
    let error = app.execute(deposit("bob", 1)).id(command).await.unwrap_err();
    assert!(matches!(error, ExecuteError::CommandIdReused { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_id_many_times_at_once_records_once() {
    let (app, command) = (app().await, Uuid::now_v7());
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.execute(withdraw("ada", 60)).id(command).await.unwrap() })
        })
        .collect();
    let mut firsts = 0;
    for task in tasks {
        firsts += u32::from(!task.await.unwrap().duplicate);
    }
    assert_eq!(firsts, 1);
    assert_eq!(app.load::<crate::bank::Account>(&id("ada")).await.unwrap().state.cents, 40);
}
