//! Projections: in the append's transaction or right behind it, and never in silence.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{EventStore as _, FoldError};
use cqrs_core::{App, BuildError, ExecuteError, MemoryStore, Position, Refresh, WaitError};

use crate::bank::{Account, Richest, Summary, bank, bank_with, deposit, open, withdraw};

const SOON: Duration = Duration::from_secs(5);

async fn balances(app: &App) -> Vec<(String, u32)> {
    let page = app.query(Richest { cents: 0 }).limit(100).await.unwrap();
    page.rows.iter().map(|row| (row.key.account_id.0.clone(), row.cents)).collect()
}

#[tokio::test]
async fn rows_on_commit_are_there_with_the_receipt() {
    let app = bank_with(Refresh::OnCommit).await;
    app.execute(open("ada")).await.unwrap();
    app.execute(deposit("ada", 7)).await.unwrap();
    assert_eq!(balances(&app).await, [("ada".to_owned(), 7)]);
}

#[tokio::test]
async fn continuous_rows_follow_and_can_be_waited_for() {
    let app = bank_with(Refresh::Continuous).await;
    app.execute(open("ada")).await.unwrap();
    let receipt = app.execute(deposit("ada", 7)).await.unwrap();
    app.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
    assert_eq!(balances(&app).await, [("ada".to_owned(), 7)]);
    app.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_wait_that_takes_too_long_says_how_far_behind_the_rows_are() {
    let app = bank_with(Refresh::Continuous).await;
    let receipt = app.execute(open("ada")).await.unwrap();
    app.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
    let wanted = receipt.position.plus(5);
    let error = app.wait_for::<Summary>(wanted, Duration::from_millis(20)).await.unwrap_err();
    assert!(matches!(error, WaitError::Stale { behind: 5, .. }), "{error}");
}

#[tokio::test]
async fn an_event_that_an_on_commit_projection_cannot_take_refuses_its_command() {
    let app = bank_with(Refresh::OnCommit).await;
    app.execute(open("ada")).await.unwrap();
    let error = app.execute(deposit("ada", 666)).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Projection(_)), "{error}");
    app.execute(deposit("ada", 5)).await.unwrap();
    assert_eq!(balances(&app).await, [("ada".to_owned(), 5)]);
}

#[tokio::test]
async fn an_event_that_a_continuous_projection_cannot_take_waits_in_the_open_and_others_go_on() {
    let app = bank_with(Refresh::Continuous).await;
    app.execute(open("ada")).await.unwrap();
    app.execute(open("bob")).await.unwrap();
    let poison = app.execute(deposit("ada", 666)).await.unwrap();
    let behind = app.execute(deposit("ada", 1)).await.unwrap();
    let other = app.execute(deposit("bob", 5)).await.unwrap();
    app.wait_for::<Summary>(other.position, SOON).await.unwrap();
    assert_eq!(balances(&app).await, [("bob".to_owned(), 5), ("ada".to_owned(), 0)]);
    let status = app.projections().await.unwrap().remove(0);
    assert_eq!((status.lag, status.dead_letters.failed, status.dead_letters.waiting), (0, 1, 1));
    let troubles = app.troubles().await.unwrap();
    assert_eq!(troubles, ["`summary` could not take in 1 of its events, and 1 wait behind them"]);
    for (receipt, why) in [(&poison, "an unlucky amount"), (&behind, "it waits behind another one")] {
        let error = app.query(Richest { cents: 0 }).after(receipt).await.unwrap_err().to_string();
        let position = receipt.position;
        assert_eq!(error, format!("`summary` has set aside the event at position {position}: {why}"));
    }
    app.query(Richest { cents: 0 }).after(&other).await.unwrap();
    let projection = app.projection::<Summary>().unwrap();
    assert_eq!(projection.dead_letters(Position::START, 10).await.unwrap().len(), 2);
    assert!(projection.skip_dead_letter(behind.position, "no").await.is_err());
    let retried = projection.skip_dead_letter(poison.position, "a joke").await.unwrap();
    assert_eq!((retried.taken_in, retried.left), (1, 0));
    assert!(app.troubles().await.unwrap().is_empty());
    assert_eq!(balances(&app).await, [("bob".to_owned(), 5), ("ada".to_owned(), 1)]);
    app.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_paused_projection_stands_still_for_everybody_until_it_is_resumed() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let build = || bank(store.clone()).projection::<Summary>(Refresh::Continuous).build();
    let (first, second) = (build().await.unwrap(), build().await.unwrap());
    let paused = first.execute(open("ada")).await.unwrap();
    first.wait_for::<Summary>(paused.position, SOON).await.unwrap();
    second.projection::<Summary>().unwrap().pause().await.unwrap();
    let receipt = first.execute(deposit("ada", 7)).await.unwrap();
    assert!(first.wait_for::<Summary>(receipt.position, Duration::from_millis(50)).await.is_err());
    assert!(first.projections().await.unwrap()[0].is_paused);
    second.projection_named("summary").unwrap().resume().await.unwrap();
    first.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
    assert!(first.projection_named("no such table").is_none());
}

#[tokio::test]
async fn an_on_commit_projection_is_not_paused() {
    let app = bank_with(Refresh::OnCommit).await;
    let error = app.projection::<Summary>().unwrap().pause().await.unwrap_err().to_string();
    assert_eq!(error, "`summary` folds on commit and cannot be paused: add it with another refresh first");
}

#[tokio::test]
async fn rows_are_built_anew_by_hand_while_commands_go_on() {
    for refresh in [Refresh::OnCommit, Refresh::Continuous, Refresh::Manual] {
        let app = bank_with(refresh).await;
        app.execute(open("ada")).await.unwrap();
        let projection = app.projection::<Summary>().unwrap();
        let rebuilding = tokio::spawn(async move { projection.rebuild().await });
        for _ in 0..50 {
            app.execute(deposit("ada", 2)).await.unwrap();
        }
        rebuilding.await.unwrap().unwrap();
        let last = app.execute(deposit("ada", 2)).await.unwrap();
        app.refresh::<Summary>().await.unwrap();
        app.wait_for::<Summary>(last.position, SOON).await.unwrap();
        assert_eq!(balances(&app).await, [("ada".to_owned(), 102)]);
        assert_eq!(app.projections().await.unwrap()[0].building, None);
    }
}

#[tokio::test]
async fn a_projection_that_is_added_later_takes_in_what_was_recorded_before() {
    for refresh in [Refresh::OnCommit, Refresh::Continuous] {
        let store = std::sync::Arc::new(MemoryStore::new());
        let first = App::builder(store.clone()).aggregate::<Account>().build().await.unwrap();
        first.execute(open("ada")).await.unwrap();
        first.execute(deposit("ada", 30)).await.unwrap();
        let builder = App::builder(store).aggregate::<Account>();
        let second = builder.projection::<Summary>(refresh).build().await.unwrap();
        let head = second.store().head().await.unwrap();
        second.wait_for::<Summary>(head, SOON).await.unwrap();
        assert_eq!(balances(&second).await, [("ada".to_owned(), 30)]);
    }
}

#[tokio::test]
async fn a_manual_projection_stands_still_until_it_is_refreshed() {
    let app = bank_with(Refresh::Manual).await;
    let receipt = app.execute(open("ada")).await.unwrap();
    assert!(app.wait_for::<Summary>(receipt.position, Duration::from_millis(30)).await.is_err());
    assert!(balances(&app).await.is_empty());
    assert_eq!(app.refresh::<Summary>().await.unwrap(), receipt.position);
    assert_eq!(balances(&app).await, [("ada".to_owned(), 0)]);
}

#[tokio::test]
async fn a_projection_on_a_schedule_catches_up_again_and_again() {
    let app = bank_with(Refresh::Every(Duration::from_millis(20))).await;
    for name in ["ada", "bob", "cyd"] {
        let receipt = app.execute(open(name)).await.unwrap();
        app.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
    }
    assert_eq!(balances(&app).await.len(), 3);
    app.shutdown().await.unwrap();
}

#[tokio::test]
async fn two_projections_that_claim_one_table_are_refused() {
    let builder = bank(MemoryStore::new())
        .projection::<Summary>(Refresh::OnCommit)
        .projection::<Summary>(Refresh::Continuous);
    let error = builder.build().await.err().unwrap();
    assert!(matches!(error, BuildError::SameTable { .. }), "{error}");
}

#[tokio::test]
async fn rows_can_be_had_as_of_any_position() {
    let app = bank_with(Refresh::OnCommit).await;
    app.execute(open("ada")).await.unwrap();
    let then = app.execute(deposit("ada", 30)).await.unwrap().position;
    app.execute(withdraw("ada", 10)).await.unwrap();
    app.execute(open("bob")).await.unwrap();
    let rows = app.rows_at::<Summary>(then).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].cents, rows[0].movements), (30, 1));
    assert!(app.rows_at::<Summary>(Position::START).await.unwrap().is_empty());
}
#[tokio::test]
async fn projections_are_looked_after_without_being_started() {
    let store = Arc::new(MemoryStore::new());
    let app = bank(store.clone()).build().await.unwrap();
    app.execute(open("ada")).await.unwrap();
    let handles = || bank(store.clone()).projection::<Summary>(Refresh::Continuous).projection_handles();
    let [summary] = &handles().unwrap()[..] else { panic!("one projection") };
    assert_eq!((summary.table(), summary.status().await.unwrap().lag), ("summary", 1));
    assert_eq!(summary.catch_up().await.unwrap(), Position::new(1));
    assert_eq!(summary.status().await.unwrap().lag, 0);
    summary.pause().await.unwrap();
    app.execute(deposit("ada", 1)).await.unwrap();
    let refused = summary.catch_up().await.unwrap_err();
    assert!(matches!(refused, FoldError::Paused { .. }), "{refused}");
    summary.resume().await.unwrap();
    summary.rebuild().await.unwrap();
    assert_eq!(summary.status().await.unwrap().checkpoint, Position::new(2));
}
