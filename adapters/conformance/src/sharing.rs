//! Sharing: two stores on one storage, as two processes open them, keep each other's promises.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{
    Append, EventFilter, EventStore, EventStoreExt as _, FoldError, Generation, ReadAll, ReadModelControl,
    ReadModelStore,
};
use cqrs_core::{ExpectedVersion, Position, Projector, StreamVersion};
use tokio::time::timeout;
use uuid::Uuid;

use crate::Shared;
use crate::balances::{Balances, balances_of, catch_up, open, rows, rows_and_checkpoint};
use crate::domain::{
    account, append, at_once, conflict, deposit, deposited, exactly, record, versions, whole_log,
    whole_stream,
};

/// How soon one store notices what another one did, at the latest.
const A_MOMENT: Duration = Duration::from_secs(5);

/// Each of two stores sees what the other has acknowledged.
pub async fn two_stores_see_each_others_events<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    for amount in 0..10 {
        let appended = one.append(deposit(&account("ada"), amount)).await.unwrap();
        assert_eq!(other.head().await.unwrap(), appended.position);
        let appended = other.append(deposit(&account("ada"), amount)).await.unwrap();
        assert_eq!(one.stream_version(account("ada")).await.unwrap(), appended.version);
    }
    let log = whole_log(&one).await;
    assert_eq!(versions(&log), (1..=20).collect::<Vec<_>>());
    assert_eq!(whole_log(&other).await, log);
}

/// An append conflicts with what the other store has appended, and says which version is there.
pub async fn two_stores_conflict_with_each_other<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let at = |version| append(&account("ada"), exactly(version), vec![deposited(1)]);
    one.append(at(0)).await.unwrap();
    assert_eq!(conflict(other.append(at(0)).await), Some(StreamVersion::new(1)));
    other.append(at(1)).await.unwrap();
    assert_eq!(conflict(one.append(at(1)).await), Some(StreamVersion::new(2)));
    one.append(at(2)).await.unwrap();
    assert_eq!(versions(&whole_stream(&other, &account("ada")).await), [1, 2, 3]);
}

/// A command that one store has recorded is known to the other.
pub async fn a_command_id_is_known_to_both_stores<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let id = Uuid::now_v7();
    let command = || Append { command_id: Some(id), ..deposit(&account("ada"), 1) };
    let first = one.append(command()).await.unwrap();
    assert_eq!(other.find_command(id).await.unwrap().as_ref(), Some(&first));
    let second = other.append(command()).await.unwrap();
    assert!(second.duplicate);
    assert_eq!((second.version, second.position), (first.version, first.position));
    assert_eq!(whole_log(&one).await.len(), 1);
}

/// Appends of two stores at once lose nothing and share no version, no position and no time that goes back.
pub async fn two_stores_that_append_at_once_lose_nothing<F: Shared>(factory: F) {
    let stores = Arc::new([factory.open().await, factory.open().await]);
    at_once(&stores, 8, |stores, writer| async move {
        let store = &stores[writer as usize % 2];
        for amount in 0..20 {
            store.append(deposit(&account(&format!("account-{}", writer % 4)), amount)).await.unwrap();
        }
    })
    .await;
    let log = whole_log(&stores[0]).await;
    assert_eq!(log.len(), 160);
    assert!(log.is_sorted_by(|a, b| a.meta.position < b.meta.position), "positions are not unique");
    assert!(log.is_sorted_by_key(|event| event.meta.recorded_at), "times go back");
    for number in 0..4 {
        let events = whole_stream(&stores[1], &account(&format!("account-{number}"))).await;
        assert_eq!(versions(&events), (1..=40).collect::<Vec<_>>());
    }
}

/// Readers of one store skip nothing while the other appends, and repeat nothing.
pub async fn a_reader_skips_nothing_while_another_store_appends<F: Shared>(factory: F) {
    let stores = Arc::new([factory.open().await, factory.open().await]);
    let reader = {
        let stores = Arc::clone(&stores);
        tokio::spawn(async move {
            let mut read = ReadAll { limit: 5, ..ReadAll::after(Position::START) };
            let mut seen = Vec::new();
            while seen.len() < 200 {
                let page = stores[0].read_all(read.clone()).await.unwrap();
                seen.extend(page.iter().map(|event| event.event_id()));
                read.after = read.after.max(page.end());
                tokio::task::yield_now().await;
            }
            seen
        })
    };
    at_once(&stores, 4, |stores, writer| async move {
        for amount in 0..50 {
            let store = &stores[1 - writer as usize % 2];
            store.append(deposit(&account(&format!("account-{writer}")), amount)).await.unwrap();
        }
    })
    .await;
    let log: Vec<_> = whole_log(&stores[1]).await.iter().map(|event| event.meta.event_id).collect();
    assert_eq!(reader.await.unwrap(), log);
}

/// The watched head of one store notices the appends of the other within a moment, and so does a subscription.
pub async fn a_watched_head_notices_the_other_store<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let mut watched = one.watch_head();
    let mut subscription = one.subscribe(Position::START, EventFilter::default());
    for amount in 0..3 {
        let appended = other.append(deposit(&account("ada"), amount)).await.unwrap();
        let noticed = timeout(A_MOMENT, watched.wait_for(|head| *head >= appended.position)).await;
        noticed.expect("the append was not noticed").unwrap();
        let batch = timeout(A_MOMENT, subscription.next()).await.expect("the event did not come").unwrap();
        assert_eq!(batch.last().unwrap().position(), appended.position);
    }
}

/// The next append of a store with an on-commit projection folds what the other store has appended since, in order.
pub async fn an_append_folds_what_the_other_store_appended<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let projector = Balances::new("balances");
    open(&one, &projector).await;
    one.attach(projector.clone()).await.unwrap();
    for round in 0..5 {
        record(&other, "ada", [round, 100]).await;
        let appended = one.append(deposit(&account("grace"), round)).await.unwrap();
        let (found, checkpoint) = rows_and_checkpoint(&one, &projector.table()).await;
        assert_eq!(found, balances_of(&whole_log(&one).await));
        assert_eq!(checkpoint, appended.position);
    }
}

/// An on-commit projection folds what the other store has appended within a moment, though nothing is appended here.
pub async fn the_others_events_are_folded_when_they_are_noticed<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let projector = Balances::new("balances");
    open(&one, &projector).await;
    one.attach(projector.clone()).await.unwrap();
    let appended = other.append(deposit(&account("ada"), 5)).await.unwrap();
    let folded = async {
        while one.checkpoint(projector.table()).await.unwrap() < appended.position {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(A_MOMENT, folded).await.expect("the other store's event was not folded");
    assert_eq!(rows(&one, &projector.table()).await, balances_of(&whole_log(&one).await));
}

/// Two stores that both fold one table on commit fold each event once, whichever of them appended it.
pub async fn two_stores_fold_one_table_once<F: Shared>(factory: F) {
    let stores = Arc::new([factory.open().await, factory.open().await]);
    let projector = Balances::new("balances");
    for store in &*stores {
        open(store, &projector).await;
        store.attach(projector.clone()).await.unwrap();
    }
    at_once(&stores, 6, |stores, writer| async move {
        let store = &stores[writer as usize % 2];
        let projector = Balances::new("balances");
        for amount in 0..20 {
            let appended =
                store.append(deposit(&account(&format!("account-{}", writer % 3)), amount)).await.unwrap();
            let (_, checkpoint) = rows_and_checkpoint(store, &projector.table()).await;
            assert!(checkpoint >= appended.position, "{checkpoint} is behind {}", appended.position);
        }
    })
    .await;
    let expected = balances_of(&whole_log(&stores[0]).await);
    for store in &*stores {
        assert_eq!(rows(store, &projector.table()).await, expected);
    }
}

/// Two stores that fold one table continuously fold each event once; the one that is behind is told.
pub async fn of_two_stores_that_fold_one_checkpoint_one_is_superseded<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let projector = Balances::new("balances");
    record(&one, "ada", 1..=5).await;
    assert_eq!(open(&one, &projector).await, open(&other, &projector).await);
    let batch = Arc::new(one.read_all(ReadAll::after(Position::START)).await.unwrap());
    one.fold(projector.clone(), Generation::Live, Position::START, Arc::clone(&batch)).await.unwrap();
    let late = other.fold(projector.clone(), Generation::Live, Position::START, Arc::clone(&batch)).await;
    let late = late.unwrap_err();
    let expected = Some(batch.end());
    assert!(matches!(late, FoldError::Superseded { actual, .. } if actual == expected), "{late}");
    assert_eq!(rows(&other, &projector.table()).await, balances_of(&whole_log(&one).await));
}

/// When one store promotes a changed definition, the other still appends, and finds its own table gone.
pub async fn a_table_promoted_by_one_store_is_gone_for_the_other<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let (first, second) = (Balances::new("balances"), Balances::defined_as("balances", 2));
    open(&other, &first).await;
    other.attach(first.clone()).await.unwrap();
    record(&other, "ada", 1..=3).await;
    catch_up(&one, &second, Generation::Next, 10).await.unwrap();
    one.promote(second.clone()).await.unwrap();
    let appended = append(&account("ada"), ExpectedVersion::Any, vec![deposited(4)]);
    assert_eq!(other.append(appended).await.unwrap().version.get(), 4);
    other.checkpoint(first.table()).await.unwrap_err();
    catch_up(&one, &second, Generation::Live, 10).await.unwrap();
    assert_eq!(one.checkpoint(second.table()).await.unwrap(), one.head().await.unwrap());
    assert_eq!(rows(&one, &second.table()).await.len(), 1);
}

/// Rows that one store builds anew are folded on commit by the other as before.
pub async fn a_table_built_anew_by_one_store_is_folded_on_by_the_other<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    let projector = Balances::new("balances");
    open(&other, &projector).await;
    other.attach(projector.clone()).await.unwrap();
    record(&other, "ada", 1..=3).await;
    one.begin_rebuild(projector.table()).await.unwrap();
    one.promote(projector.clone()).await.unwrap();
    record(&other, "ada", [4]).await;
    assert_eq!(other.checkpoint(projector.table()).await.unwrap(), other.head().await.unwrap());
    assert_eq!(rows(&one, &projector.table()).await, balances_of(&whole_log(&one).await));
}

/// Closing one store leaves the other at work.
pub async fn closing_one_store_leaves_the_other_open<F: Shared>(factory: F) {
    let (one, other) = (factory.open().await, factory.open().await);
    record(&one, "ada", [1]).await;
    one.close().await.unwrap();
    record(&other, "ada", [2]).await;
    assert_eq!(versions(&whole_log(&other).await), [1, 2]);
}
