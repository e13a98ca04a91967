//! Command ids: the same id again returns the first outcome and records nothing.

use std::sync::Arc;

use cqrs_core::ExpectedVersion;
use cqrs_core::store::{Append, Appended, EventStore};
use uuid::Uuid;

use crate::StoreFactory;
use crate::domain::{account, append, at_once, conflict, deposit, deposited, exactly, record, whole_log};

/// An append of one amount to an account, as a command with an id.
fn command(id: Uuid, account_id: &str, amount: i64) -> Append {
    Append { command_id: Some(id), ..deposit(&account(account_id), amount) }
}

/// What an append with a known command id returns.
fn again(first: &Appended) -> Appended {
    Appended { duplicate: true, ..first.clone() }
}

/// The second append with one command id returns the outcome of the first, says so, and records nothing.
pub async fn the_same_command_id_returns_the_first_outcome<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let id = Uuid::now_v7();
    let first = store.append(command(id, "ada", 1)).await.unwrap();
    assert!(!first.duplicate);
    record(&store, "ada", [2]).await;
    let log = whole_log(&store).await;
    assert_eq!(store.append(command(id, "ada", 3)).await.unwrap(), again(&first));
    assert_eq!(whole_log(&store).await, log);
}

/// A known command id is answered although the stream is no longer at the version that the command expects.
pub async fn a_known_command_id_is_found_before_the_version_is_checked<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let id = Uuid::now_v7();
    let opening = || Append { expected: ExpectedVersion::NoStream, ..command(id, "ada", 1) };
    let first = store.append(opening()).await.unwrap();
    record(&store, "ada", [2]).await;
    assert_eq!(store.append(opening()).await.unwrap(), again(&first));
}

/// A command id is known in the whole store, so that it is answered when it comes with another stream.
pub async fn a_known_command_id_is_known_for_every_stream<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let id = Uuid::now_v7();
    let first = store.append(command(id, "ada", 1)).await.unwrap();
    assert_eq!(store.append(command(id, "grace", 1)).await.unwrap(), again(&first));
    assert_eq!(store.stream_version(account("grace")).await.unwrap().get(), 0);
}

/// An append without events records its command id, at the stream's version and the store's head.
pub async fn an_append_without_events_records_its_command_id<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1, 2]).await;
    record(&store, "grace", [3]).await;
    let head = store.head().await.unwrap();
    let id = Uuid::now_v7();
    let nothing = || Append { command_id: Some(id), ..append(&account("ada"), exactly(2), Vec::new()) };
    let first = store.append(nothing()).await.unwrap();
    assert_eq!((first.version.get(), first.events, first.position), (2, 0, head));
    assert!(!first.duplicate);
    record(&store, "ada", [4]).await;
    assert_eq!(store.append(nothing()).await.unwrap(), again(&first));
    assert_eq!(store.append(command(id, "ada", 5)).await.unwrap(), again(&first));
    assert_eq!(store.find_command(id).await.unwrap(), Some(first));
    assert_eq!(whole_log(&store).await.len(), 4);
}

/// An append without events and without a command id is at home on a stream that has no events either.
pub async fn an_append_without_events_leaves_an_empty_stream_empty<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let outcome = store.append(append(&account("ada"), ExpectedVersion::NoStream, Vec::new())).await.unwrap();
    assert_eq!((outcome.version.get(), outcome.events, outcome.position.get()), (0, 0, 0));
    assert_eq!(store.stream_version(account("ada")).await.unwrap().get(), 0);
    let refused = store.append(append(&account("ada"), exactly(1), Vec::new())).await;
    assert_eq!(conflict(refused).map(|actual| actual.get()), Some(0));
}

/// Appends with one command id that are under way at once record once; all of them return that outcome.
pub async fn concurrent_appends_with_one_command_id_record_once<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    for round in 0..10 {
        let id = Uuid::now_v7();
        let outcomes = at_once(&store, 16, move |store, writer| async move {
            store.append(command(id, &format!("account-{writer}"), round)).await.unwrap()
        })
        .await;
        let first: Vec<_> = outcomes.iter().filter(|outcome| !outcome.duplicate).collect();
        assert_eq!(first.len(), 1);
        for outcome in &outcomes {
            assert_eq!(again(outcome), again(first[0]));
        }
    }
    assert_eq!(whole_log(&*store).await.len(), 10);
}

/// Appends with one command id that are called before any of them is awaited record once: the first call.
pub async fn one_command_id_twice_in_a_group_records_the_first<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let id = Uuid::now_v7();
    let calls = [1, 2, 3].map(|amount| store.append(command(id, "ada", amount)));
    let [first, second, third] = calls;
    let (third, second, first) = (third.await.unwrap(), second.await.unwrap(), first.await.unwrap());
    assert!(!first.duplicate);
    assert_eq!([second, third], [again(&first), again(&first)]);
    assert_eq!(whole_log(&store).await.len(), 1);
}

/// A command id of an append that was refused is free: nothing was recorded under it.
pub async fn a_refused_append_does_not_record_its_command_id<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1]).await;
    let id = Uuid::now_v7();
    let stale = Append { expected: exactly(0), ..command(id, "ada", 2) };
    assert!(conflict(store.append(stale).await).is_some());
    assert_eq!(store.find_command(id).await.unwrap(), None);
    let fresh = Append { expected: exactly(1), ..command(id, "ada", 2) };
    let appended = store.append(fresh).await.unwrap();
    assert_eq!((appended.version.get(), appended.duplicate), (2, false));
}

/// A command is found by its id with its first outcome, whatever was recorded since; an unknown id is not.
pub async fn a_command_is_found_with_its_first_outcome<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let id = Uuid::now_v7();
    assert_eq!(store.find_command(id).await.unwrap(), None);
    let events = vec![deposited(1), deposited(2)];
    let two = Append { command_id: Some(id), ..append(&account("ada"), ExpectedVersion::Any, events) };
    let first = store.append(two).await.unwrap();
    record(&store, "ada", [3]).await;
    store.append(command(id, "ada", 4)).await.unwrap();
    assert_eq!(store.find_command(id).await.unwrap(), Some(first));
    assert_eq!(store.find_command(Uuid::now_v7()).await.unwrap(), None);
}

/// Appends without a command id are never taken for each other, however alike they are.
pub async fn appends_without_a_command_id_are_all_recorded<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let same = deposit(&account("ada"), 1);
    for version in 1..=3 {
        let appended = store.append(same.clone()).await.unwrap();
        assert_eq!((appended.version.get(), appended.duplicate), (version, false));
    }
}
