//! Reopening: what was acknowledged is there when the storage is opened again, after a close and without one.

use cqrs_core::ExpectedVersion;
use cqrs_core::store::{
    Append, EventStore, Generation, ReadModelStore, Snapshot, SnapshotStore, Store, TableState,
};
use cqrs_core::{Fingerprint, Position, Projector, StreamVersion};
use uuid::Uuid;

use crate::Persistent;
use crate::balances::{Balances, balances_of, catch_up, open, rows, rows_and_checkpoint};
use crate::domain::{
    account, append, conflict, deposit, deposited, event, exactly, record, whole_log, whole_stream,
};

/// Closes one store and opens the next on the same storage.
async fn reopen<F: Persistent>(factory: &F, store: F::Store) -> F::Store {
    store.close().await.unwrap();
    drop(store);
    factory.open().await
}

/// Events are there again with all that is known of them, and streams, positions and times go on from where they were.
pub async fn events_are_there_again<F: Persistent>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=3).await;
    record(&store, "grace", 1..=2).await;
    let log = whole_log(&store).await;
    let store = reopen(&factory, store).await;
    assert_eq!(whole_log(&store).await, log);
    let head = log[4].meta.position;
    assert_eq!((store.head().await.unwrap(), *store.watch_head().borrow()), (head, head));
    assert_eq!(
        conflict(store.append(append(&account("ada"), exactly(2), vec![deposited(1)])).await),
        Some(StreamVersion::new(3))
    );
    let appended = store.append(append(&account("ada"), exactly(3), vec![deposited(4)])).await.unwrap();
    assert_eq!(appended.version.get(), 4);
    assert!(appended.position > head);
    assert!(appended.recorded_at >= log[4].meta.recorded_at);
}

/// A store that is dropped without being closed has kept every append that it acknowledged.
pub async fn acknowledged_appends_survive_a_store_that_is_dropped<F: Persistent>(factory: F) {
    for version in 1..=5 {
        let store = factory.open().await;
        let appended = store.append(deposit(&account("ada"), 1)).await.unwrap();
        assert_eq!(appended.version.get(), version);
        drop(store);
    }
    let store = factory.open().await;
    assert_eq!(whole_stream(&store, &account("ada")).await.len(), 5);
}

/// Appends that were queued when the store was closed are there again.
pub async fn queued_appends_survive_closing<F: Persistent>(factory: F) {
    let store = factory.open().await;
    for amount in 0..100 {
        drop(store.append(deposit(&account("ada"), amount)));
    }
    let store = reopen(&factory, store).await;
    assert_eq!(whole_stream(&store, &account("ada")).await.len(), 100);
}

/// A command id that was recorded is known again, with its first outcome, one without events included.
pub async fn command_ids_are_known_again<F: Persistent>(factory: F) {
    let store = factory.open().await;
    let (recorded, empty, refused) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let command = |id, append| Append { command_id: Some(id), ..append };
    let first = store.append(command(recorded, deposit(&account("ada"), 1))).await.unwrap();
    let nothing = append(&account("ada"), ExpectedVersion::Any, Vec::new());
    let second = store.append(command(empty, nothing)).await.unwrap();
    let stale = append(&account("ada"), exactly(0), vec![deposited(1)]);
    assert!(conflict(store.append(command(refused, stale)).await).is_some());
    let store = reopen(&factory, store).await;
    assert_eq!(store.find_command(recorded).await.unwrap(), Some(first.clone()));
    assert_eq!(store.find_command(empty).await.unwrap(), Some(second));
    assert_eq!(store.find_command(refused).await.unwrap(), None);
    let again = store.append(command(recorded, deposit(&account("ada"), 1))).await.unwrap();
    assert_eq!(again, cqrs_core::store::Appended { duplicate: true, ..first });
    assert_eq!(whole_log(&store).await.len(), 1);
}

/// Snapshots are there again.
pub async fn snapshots_are_there_again<F: Persistent>(factory: F) {
    let store = factory.open().await;
    let fingerprint = Fingerprint::from_bits(u64::MAX);
    let snapshot = Snapshot { version: StreamVersion::new(7), fingerprint, state: vec![0, 255, 7] };
    store.save_snapshot(account("ada"), snapshot.clone()).await.unwrap();
    let store = reopen(&factory, store).await;
    assert_eq!(store.load_snapshot(account("ada")).await.unwrap(), Some(snapshot));
}

/// A table is found again with its rows and its checkpoint, and is folded on from there.
pub async fn tables_are_there_again<F: Persistent>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=3).await;
    let projector = Balances::new("balances");
    catch_up(&store, &projector, Generation::Live, 2).await.unwrap();
    let before = rows_and_checkpoint(&store, &projector.table()).await;
    let store = reopen(&factory, store).await;
    assert_eq!(
        open(&store, &projector).await,
        TableState { generation: Generation::Live, checkpoint: before.1 }
    );
    assert_eq!(rows_and_checkpoint(&store, &projector.table()).await, before);
    record(&store, "ada", [4]).await;
    catch_up(&store, &projector, Generation::Live, 2).await.unwrap();
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&whole_log(&store).await));
}

/// A table of the next generation is found where it was left, beside the live one, and is promoted for good.
pub async fn generations_are_there_again<F: Persistent>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=3).await;
    let (first, second) = (Balances::new("balances"), Balances::defined_as("balances", 2));
    catch_up(&store, &first, Generation::Live, 10).await.unwrap();
    catch_up(&store, &second, Generation::Next, 10).await.unwrap();
    let checkpoint = store.head().await.unwrap();
    let store = reopen(&factory, store).await;
    assert_eq!(open(&store, &second).await, TableState { generation: Generation::Next, checkpoint });
    assert_eq!(open(&store, &first).await, TableState { generation: Generation::Live, checkpoint });
    assert_eq!(rows(&store, &first.table()).await.len(), 1);
    store.promote(second.clone()).await.unwrap();
    let store = reopen(&factory, store).await;
    assert_eq!(open(&store, &second).await, TableState { generation: Generation::Live, checkpoint });
    let fresh = TableState { generation: Generation::Next, checkpoint: Position::START };
    assert_eq!(open(&store, &first).await, fresh);
}

/// The rows of on-commit projections are there again exactly as far as the events are; events that were appended while nobody
/// had the projection attached are folded when it is attached again.
pub async fn attached_tables_are_there_again<F: Persistent>(factory: F) {
    let projector = Balances::new("balances");
    let attached = async |store: &F::Store| {
        open(store, &projector).await;
        store.attach(projector.clone()).await.unwrap();
    };
    let store = factory.open().await;
    attached(&store).await;
    record(&store, "ada", 1..=3).await;
    let store = reopen(&factory, store).await;
    let found = rows_and_checkpoint(&store, &projector.table()).await;
    assert_eq!(found, (balances_of(&whole_log(&store).await), store.head().await.unwrap()));
    record(&store, "ada", [4]).await;
    let store = reopen(&factory, store).await;
    attached(&store).await;
    record(&store, "ada", [5]).await;
    let found = rows_and_checkpoint(&store, &projector.table()).await;
    assert_eq!(found, (balances_of(&whole_log(&store).await), store.head().await.unwrap()));
}

/// Nothing of a refused append is there again.
pub async fn refused_appends_are_not_there_again<F: Persistent>(factory: F) {
    let store = factory.open().await;
    let projector = Balances::new("balances");
    open(&store, &projector).await;
    store.attach(projector.clone()).await.unwrap();
    let poison = || append(&account("ada"), ExpectedVersion::Any, vec![deposited(1), event("spoilt", "{}")]);
    let calls = [deposit(&account("ada"), 1), poison(), deposit(&account("ada"), 2)];
    let [first, refused, last] = calls.map(|append| store.append(append));
    first.await.unwrap();
    refused.await.unwrap_err();
    last.await.unwrap();
    let store = reopen(&factory, store).await;
    let log = whole_log(&store).await;
    assert_eq!(log.len(), 2);
    assert_eq!(rows(&store, &projector.table()).await, balances_of(&log));
}

/// Opening and closing an empty storage leaves it empty.
pub async fn an_empty_storage_stays_empty<F: Persistent>(factory: F) {
    let mut store = factory.open().await;
    for _ in 0..3 {
        store = reopen(&factory, store).await;
        assert_empty(&store).await;
    }
}

async fn assert_empty(store: &impl Store) {
    assert!(whole_log(store).await.is_empty());
    assert_eq!(store.head().await.unwrap(), Position::START);
}
