//! Faults of the store and of callers: nothing is decided upon events that were not recorded.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cqrs_core::{App, ExecuteError};
use tokio::sync::Notify;

use crate::bank::{Account, AccountError, deposit, id, open, withdraw};
use crate::flaky::Flaky;

async fn app_on(store: &Arc<Flaky>) -> App {
    App::builder(Arc::clone(store)).aggregate::<Account>().build().await.unwrap()
}

#[tokio::test]
async fn a_failed_append_is_reported_and_leaves_no_trace_in_memory() {
    let store = Flaky::new(None);
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    store.failing.store(1, Ordering::SeqCst);
    let error = app.execute(deposit("ada", 50)).await.unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    let error = app.execute(withdraw("ada", 50)).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Refused(AccountError::Insufficient { cents: 0 })), "{error}");
    app.execute(deposit("ada", 50)).await.unwrap();
    app.execute(withdraw("ada", 50)).await.unwrap();
}

#[tokio::test]
async fn what_was_decided_upon_a_failed_append_is_decided_again() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    store.failing.store(1, Ordering::SeqCst);
    let failing = tokio::spawn({
        let app = app.clone();
        async move { app.execute(deposit("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    // The deposit is not heard of yet, and the withdrawal can only be accepted upon it.
    let withdrawal = tokio::spawn({
        let app = app.clone();
        async move { app.execute(withdraw("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    for _ in 0..4 {
        gate.notify_one();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(matches!(failing.await.unwrap(), Err(ExecuteError::Store(_))));
    let refused = withdrawal.await.unwrap().unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(AccountError::Insufficient { cents: 0 })), "{refused}");
}

#[tokio::test]
async fn a_refusal_is_not_told_before_what_it_rests_on_is_recorded() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    let pending = tokio::spawn({
        let app = app.clone();
        async move { app.execute(deposit("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let refusal = tokio::spawn({
        let app = app.clone();
        async move { app.execute(withdraw("ada", 99)).await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!refusal.is_finished());
    gate.notify_one();
    pending.await.unwrap().unwrap();
    let refused = refusal.await.unwrap().unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(AccountError::Insufficient { cents: 50 })), "{refused}");
}

#[tokio::test]
async fn a_caller_that_goes_away_half_way_blocks_nobody() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    let abandoned =
        tokio::time::timeout(Duration::from_millis(10), app.execute(deposit("ada", 50)).into_future()).await;
    assert!(abandoned.is_err());
    let next = tokio::spawn({
        let app = app.clone();
        async move { app.execute(withdraw("ada", 50)).await.map(drop) }
    });
    for _ in 0..4 {
        gate.notify_one();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    next.await.unwrap().unwrap();
    assert_eq!(app.load::<Account>(&id("ada")).await.unwrap().state.cents, 0);
}

#[tokio::test]
async fn shutting_down_waits_for_commands_under_way() {
    let gate = Arc::new(Notify::new());
    let store = Flaky::new(Some(Arc::clone(&gate)));
    let app = app_on(&store).await;
    app.execute(open("ada")).await.unwrap();
    let pending = tokio::spawn({
        let app = app.clone();
        async move { app.execute(deposit("ada", 50)).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let stop = tokio::spawn({
        let app = app.clone();
        async move { app.shutdown().await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!stop.is_finished());
    gate.notify_one();
    pending.await.unwrap().unwrap();
    stop.await.unwrap().unwrap();
}
