//! Closing: what is queued is finished, what comes later is refused, and closing again does nothing.

use std::sync::Arc;

use cqrs_core::store::{
    Append, AppendError, Chain, EventStore, FoldError, Generation, ReadAll, ReadModelStore, ReadStream,
    Snapshot, SnapshotStore, StoreError,
};
use cqrs_core::{EventBatch, Fingerprint, Position, Projector, StreamVersion};
use uuid::Uuid;

use crate::StoreFactory;
use crate::balances::{Balances, every_row, open};
use crate::domain::{account, assert_closed, at_once, deposit, record};

/// A fold's error as the store's own, where it is one.
fn stored(outcome: Result<(), FoldError>) -> Result<(), StoreError> {
    match outcome {
        Err(FoldError::Store(error)) => Err(error),
        other => panic!("expected an error of the store, found {other:?}"),
    }
}

/// Every call on a closed store is refused with an error that says so.
pub async fn a_closed_store_refuses_every_call<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    record(&store, "ada", [1]).await;
    store.close().await.unwrap();
    let Err(AppendError::Store(error)) = store.append(deposit(&account("ada"), 2)).await else {
        panic!("expected a refused append")
    };
    assert_closed::<()>(Err(error));
    assert_closed(store.find_command(Uuid::now_v7()).await);
    assert_closed(store.read_stream(ReadStream::forward(account("ada"))).await);
    assert_closed(store.stream_version(account("ada")).await);
    assert_closed(store.read_all(ReadAll::after(Position::START)).await);
    assert_closed(store.head().await);
    assert_closed(store.load_snapshot(account("ada")).await);
    let (version, fingerprint) = (StreamVersion::new(1), Fingerprint::of("state"));
    let snapshot = Snapshot { version, fingerprint, state: Vec::new() };
    assert_closed(store.save_snapshot(account("ada"), snapshot).await);
    let table = projector.table();
    assert_closed(store.open_table(Arc::clone(&table)).await);
    assert_closed(stored(store.promote(projector.clone()).await));
    assert_closed(store.checkpoint(Arc::clone(&table)).await);
    assert_closed(store.rows(every_row(&table)).await);
    assert_closed(store.count_rows(every_row(&table)).await);
    let batch = Arc::new(EventBatch::default());
    assert_closed(stored(
        store.fold(projector.clone(), Generation::Live, Position::START, batch).await.map(drop),
    ));
    assert_closed(stored(store.attach(projector).await));
}

/// Closing a closed store does nothing, however many do it at once.
pub async fn closing_again_does_nothing<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    record(&*store, "ada", [1]).await;
    at_once(&store, 4, |store, _| async move { store.close().await.unwrap() }).await;
    store.close().await.unwrap();
}

/// Appends that were called before the store is closed are recorded, though nobody waited for them yet.
pub async fn closing_finishes_what_is_queued<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let calls: Vec<_> = (0..100).map(|amount| store.append(deposit(&account("ada"), amount))).collect();
    store.close().await.unwrap();
    for (version, call) in (1..).zip(calls) {
        assert_eq!(call.await.unwrap().version.get(), version);
    }
}

/// An append that a closed store refuses breaks its chain.
pub async fn an_append_to_a_closed_store_breaks_its_chain<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    store.close().await.unwrap();
    let chain = Chain::default();
    let append = Append { chain: Some(chain.clone()), ..deposit(&account("ada"), 1) };
    store.append(append).await.unwrap_err();
    assert!(chain.is_broken());
}

/// While writers append, closing splits them cleanly: what was acknowledged before is recorded, the rest is refused as closed.
pub async fn closing_while_writers_append_refuses_the_rest<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let writers = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            at_once(&store, 6, |store, writer| async move {
                let stream = account(&format!("account-{writer}"));
                for version in 1..100_000 {
                    match store.append(deposit(&stream, 1)).await {
                        Ok(appended) => assert_eq!(appended.version.get(), version),
                        Err(AppendError::Store(error)) => {
                            assert_closed::<()>(Err(error));
                            return;
                        }
                        Err(error) => panic!("expected a closed store, found {error}"),
                    }
                    // A store that never waits would otherwise keep the clock from ticking.
                    tokio::task::yield_now().await;
                }
                panic!("the store was never closed");
            })
            .await
        })
    };
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    store.close().await.unwrap();
    writers.await.unwrap();
}
