//! A projection's task that dies is seen and restarted: it stands still in the open, and not for ever.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cqrs_core::store::FoldError;
use cqrs_core::{App, ProjectionStatus, Refresh, WaitError};

use crate::bank::{Summary, bank, deposit, open};
use crate::flaky::Flaky;

const SOON: Duration = Duration::from_secs(10);

async fn app_on(store: &Arc<Flaky>, refresh: Refresh) -> App {
    bank(Arc::clone(store)).projection::<Summary>(refresh).build().await.unwrap()
}

/// How the projection is doing once it is so.
async fn status_when(app: &App, is_so: impl Fn(&ProjectionStatus) -> bool) -> ProjectionStatus {
    let looked = tokio::time::timeout(SOON, async {
        loop {
            let status = app.projections().await.unwrap().remove(0);
            if is_so(&status) {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    looked.await.expect("soon")
}

fn assert_panicked(troubles: &[String]) {
    let [trouble] = troubles else { panic!("expected one, found {troubles:?}") };
    assert!(trouble.starts_with("`summary` stands still: the projection's task panicked"), "{trouble}");
    assert!(trouble.contains("the store fell over"), "{trouble}");
}

#[tokio::test]
async fn a_task_that_panicked_is_reported_and_restarted_where_it_was() {
    for refresh in [Refresh::Continuous, Refresh::Every(Duration::from_millis(5))] {
        let store = Flaky::new(None);
        let app = app_on(&store, refresh).await;
        let before = app.execute(open("ada")).await.unwrap();
        app.wait_for::<Summary>(before.position, SOON).await.unwrap();
        store.panicking.store(1, Ordering::SeqCst);
        let receipt = app.execute(deposit("ada", 5)).await.unwrap();
        let status = status_when(&app, |status| status.failure.is_some()).await;
        assert_eq!((status.checkpoint, status.lag), (before.position, 1));
        assert_panicked(&app.troubles().await.unwrap());
        let failed = app.wait_for::<Summary>(receipt.position, SOON).await.unwrap_err();
        assert!(matches!(failed, WaitError::Failed(FoldError::Store(_))), "{failed}");
        let status = status_when(&app, |status| status.lag == 0 && status.failure.is_none()).await;
        assert_eq!(status.checkpoint, receipt.position);
        assert!(app.troubles().await.unwrap().is_empty());
        let rows = app.rows_at::<Summary>(receipt.position).await.unwrap();
        assert_eq!(rows[0].cents, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_again_and_again_is_restarted_ever_more_rarely() {
    let store = Flaky::new(None);
    let app = app_on(&store, Refresh::Continuous).await;
    store.panicking.store(u32::MAX, Ordering::SeqCst);
    app.execute(open("ada")).await.unwrap();
    let restarts_within = async |span: Duration| {
        let before = store.panicking.load(Ordering::SeqCst);
        tokio::time::sleep(span).await;
        before - store.panicking.load(Ordering::SeqCst)
    };
    let minute = Duration::from_secs(60);
    // After 0.1, 0.2, 0.4 … 25.6 seconds at first, and every 30 seconds from then on.
    assert!((8..=10).contains(&restarts_within(minute).await));
    assert_eq!(restarts_within(10 * minute).await, 20);
    assert_panicked(&app.troubles().await.unwrap());
    app.shutdown().await.unwrap();
    assert_eq!(restarts_within(minute).await, 0);
}
