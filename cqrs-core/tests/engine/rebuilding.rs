//! Rows that are built anew: beside the live ones, which serve until then, or in the background where there are none to serve.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cqrs_core::{
    App, AppBuilder, Building, Meta, Position, Project, Projection, Query, QueryError, Refresh, Row,
    WaitError,
};

use crate::bank::{AccountId, Opened, Richest, Summary, bank, deposit, open};
use crate::flaky::Flaky;

const SOON: Duration = Duration::from_secs(10);

const REFRESHES: [Refresh; 4] =
    [Refresh::OnCommit, Refresh::Continuous, Refresh::Every(Duration::from_millis(5)), Refresh::Manual];

/// What the table was before its definition changed.
#[derive(Debug, Clone, Default, Projection)]
#[projection(table = "summary", key(account_id: AccountId), on(Opened))]
struct Holder {
    name: String,
}

impl Project<Opened> for Holder {
    fn project(row: &mut Row<Self>, event: &Opened, _: &Meta) {
        row.or_default().name.clone_from(&event.holder);
    }
}

#[derive(Debug, Clone, Query)]
#[query(from = Holder)]
struct Holders;

/// An application with the definition before, which has recorded an account.
async fn old_app(store: &Arc<Flaky>) -> App {
    let app = bank(Arc::clone(store)).projection::<Holder>(Refresh::OnCommit).build().await.unwrap();
    app.execute(open("ada")).await.unwrap();
    app
}

fn new_app(store: &Arc<Flaky>, refresh: Refresh) -> AppBuilder {
    bank(Arc::clone(store)).projection::<Summary>(refresh).build_in_background()
}

async fn balance(app: &App) -> u32 {
    app.query(Richest { cents: 0 }).await.unwrap().rows[0].cents
}

#[tokio::test]
async fn queries_say_that_rows_are_built_until_there_are_some() {
    for refresh in REFRESHES {
        let store = Flaky::new(None);
        let receipt = old_app(&store).await.execute(deposit("ada", 7)).await.unwrap();
        store.swapping.send_replace(false);
        let app = new_app(&store, refresh).build().await.unwrap();
        let unbuilt = Building { position: Position::START, head: receipt.position };
        let error = app.query(Richest { cents: 0 }).await.unwrap_err();
        let QueryError::Wait(WaitError::Building { table, position, head }) = error else {
            panic!("{error}")
        };
        assert_eq!((table.as_str(), Building { position, head }), ("summary", unbuilt));
        let wait = app.wait_for::<Summary>(receipt.position, Duration::from_millis(20)).await;
        assert!(matches!(wait, Err(WaitError::Building { .. })), "{wait:?}");
        let status = app.projections().await.unwrap().remove(0);
        assert_eq!((status.building, status.checkpoint), (Some(unbuilt), Position::START));
        store.swapping.send_replace(true);
        app.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
        assert_eq!(balance(&app).await, 7, "{refresh}");
        assert_eq!(app.projections().await.unwrap()[0].building, None);
        let last = app.execute(deposit("ada", 1)).await.unwrap();
        app.refresh::<Summary>().await.unwrap();
        app.wait_for::<Summary>(last.position, SOON).await.unwrap();
        assert_eq!(balance(&app).await, 8, "{refresh}");
    }
}

#[tokio::test]
async fn the_old_rows_serve_until_the_new_ones_take_their_place() {
    let store = Flaky::new(None);
    let old = old_app(&store).await;
    store.swapping.send_replace(false);
    let new = new_app(&store, Refresh::Continuous).build().await.unwrap();
    let receipt = old.execute(open("bob")).await.unwrap();
    assert_eq!(old.query(Holders).after(&receipt).await.unwrap().rows.len(), 2);
    assert_eq!(old.projections().await.unwrap()[0].building, None, "it is not the old definition's build");
    store.swapping.send_replace(true);
    new.wait_for::<Summary>(receipt.position, SOON).await.unwrap();
    assert_eq!(new.query(Richest { cents: 0 }).await.unwrap().rows.len(), 2);
    let error = old.query(Holders).await.unwrap_err().to_string();
    assert!(error.starts_with("the table `summary` under definition "), "{error}");
    let troubles = old.troubles().await.unwrap();
    assert!(
        troubles[0].starts_with("`summary` stands still: the checkpoint of `summary` is gone"),
        "{troubles:?}"
    );
}

#[tokio::test]
async fn a_rebuild_by_hand_shows_how_far_it_is_while_the_rows_serve() {
    for refresh in REFRESHES {
        let store = Flaky::new(None);
        let app = new_app(&store, refresh).build().await.unwrap();
        app.execute(open("ada")).await.unwrap();
        // More than what is left for the moment of the swap.
        for _ in 0..4_999 {
            app.execute(deposit("ada", 1)).await.unwrap();
        }
        app.refresh::<Summary>().await.unwrap();
        let projection = app.projection::<Summary>().unwrap();
        store.swapping.send_replace(false);
        let rebuilding = tokio::spawn(async move { projection.rebuild().await });
        let looking = tokio::time::timeout(SOON, async {
            loop {
                match app.projections().await.unwrap()[0].building {
                    Some(building) if building.position > Position::START => return building,
                    _ => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        });
        let Building { position, head } = looking.await.expect("soon");
        assert_eq!((position, head), (Position::new(5_000), Position::new(5_000)));
        let receipt = app.execute(deposit("ada", 1)).await.unwrap();
        app.refresh::<Summary>().await.unwrap();
        app.query(Richest { cents: 0 }).after(&receipt).await.unwrap();
        assert_eq!(balance(&app).await, 5_000);
        store.swapping.send_replace(true);
        rebuilding.await.unwrap().unwrap();
        assert_eq!(app.projections().await.unwrap()[0].building, None);
        assert_eq!(balance(&app).await, 5_000);
    }
}

#[tokio::test]
async fn a_build_in_the_background_that_panics_is_reported_and_goes_on() {
    let store = Flaky::new(None);
    let old = old_app(&store).await;
    for _ in 0..4_999 {
        old.execute(deposit("ada", 1)).await.unwrap();
    }
    store.panicking.store(1, Ordering::SeqCst);
    let app = new_app(&store, Refresh::Continuous).build().await.unwrap();
    let failed = app.wait_for::<Summary>(Position::START, SOON).await.unwrap_err();
    assert!(matches!(failed, WaitError::Failed(_)), "{failed}");
    let trouble = app.troubles().await.unwrap().remove(0);
    assert!(trouble.starts_with("`summary` stands still: the projection's task panicked"), "{trouble}");
    tokio::time::sleep(Duration::from_millis(150)).await;
    app.wait_for::<Summary>(Position::new(5_000), SOON).await.unwrap();
    assert_eq!(balance(&app).await, 4_999);
    assert!(app.troubles().await.unwrap().is_empty());
}
