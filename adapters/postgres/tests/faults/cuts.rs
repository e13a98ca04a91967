//! Connections that are cut while an append is under way: was it committed? The store finds out, and says so or goes on.

use std::time::Duration;

use cqrs_core::ExpectedVersion;
use cqrs_core::store::{Append, AppendError, EventStore};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::Server;
use tokio::time::sleep;
use uuid::Uuid;

use crate::proxy::{Fate, LATE, Proxy};
use crate::samples::{Place, all_events, append, deposit, record};

async fn behind(proxy: &Proxy, place: &Place) -> PostgresStore {
    PostgresStore::builder(proxy.address()).schema(&place.schema).open().await.unwrap()
}

/// The store behind a network, with one event; the writer knows the stream, or has to look it up.
async fn store_with_one_event(is_remembered: bool) -> (Proxy, Place, PostgresStore) {
    let (proxy, place) = (Proxy::to(Server::of_this_process().port()).await, Place::new());
    let store = behind(&proxy, &place).await;
    record(&store, "ada", &[1]).await;
    if !is_remembered {
        record(&place.open().await, "ada", &[2]).await;
    }
    (proxy, place, store)
}

#[tokio::test]
async fn an_append_whose_answer_was_lost_is_found_and_not_repeated() {
    for is_remembered in [true, false] {
        let (proxy, place, store) = store_with_one_event(is_remembered).await;
        let before = all_events(&store).await.len() as u64;
        proxy.next_append(Fate::IsNotAnswered);
        let appended = store.append(deposit("ada", 7)).await.unwrap();
        assert_eq!((appended.version.get(), appended.position.get()), (before + 1, before + 1));
        assert_eq!(all_events(&place.open().await).await.len() as u64, before + 1);
        assert_eq!(record(&store, "ada", &[8]).await.version.get(), before + 2);
    }
}

#[tokio::test]
async fn an_append_that_was_lost_is_sent_again() {
    for is_remembered in [true, false] {
        let (proxy, _place, store) = store_with_one_event(is_remembered).await;
        let before = all_events(&store).await.len() as u64;
        proxy.next_append(Fate::IsLost);
        let appended = store.append(deposit("ada", 7)).await.unwrap();
        assert_eq!((appended.version.get(), appended.position.get()), (before + 1, before + 1));
        assert_eq!(all_events(&store).await.len() as u64, before + 1);
    }
}

#[tokio::test]
async fn an_append_that_arrives_after_it_was_sent_again_is_not_recorded_twice() {
    for is_remembered in [true, false] {
        let (proxy, _place, store) = store_with_one_event(is_remembered).await;
        let before = all_events(&store).await.len();
        proxy.next_append(Fate::IsLate);
        store.append(deposit("ada", 7)).await.unwrap();
        sleep(LATE * 2).await;
        assert_eq!(all_events(&store).await.len(), before + 1);
        record(&store, "ada", &[8]).await;
        assert_eq!(all_events(&store).await.len(), before + 2);
    }
}

#[tokio::test]
async fn a_command_without_events_whose_answer_was_lost_is_found() {
    let (proxy, _place, store) = store_with_one_event(true).await;
    let id = Uuid::now_v7();
    let command = || Append { command_id: Some(id), ..append("ada", ExpectedVersion::Any, &[]) };
    // It shares its group with an event, by which the network knows it.
    let together = (store.append(command()), store.append(deposit("grace", 1)));
    proxy.next_append(Fate::IsNotAnswered);
    assert!(!together.0.await.unwrap().duplicate);
    together.1.await.unwrap();
    assert!(store.append(command()).await.unwrap().duplicate);
}

#[tokio::test]
async fn a_conflict_stays_one_when_the_connection_is_cut() {
    let (proxy, _place, store) = store_with_one_event(true).await;
    proxy.next_append(Fate::IsLost);
    let calls = [
        store.append(deposit("ada", 2)),
        store.append(append("ada", ExpectedVersion::NoStream, &[3])),
        store.append(deposit("ada", 4)),
    ];
    let [first, conflict, last] = calls;
    assert_eq!(first.await.unwrap().version.get(), 2);
    assert!(matches!(conflict.await, Err(AppendError::Conflict { .. })));
    assert_eq!(last.await.unwrap().version.get(), 3);
}

#[tokio::test]
async fn what_cannot_be_found_out_in_time_is_reported_as_unknown_and_its_command_id_tells() {
    let (proxy, place) = (Proxy::to(Server::of_this_process().port()).await, Place::new());
    let builder = PostgresStore::builder(proxy.address()).schema(&place.schema);
    let store = builder.retry_for(Duration::from_millis(300)).open().await.unwrap();
    record(&store, "ada", &[1]).await;
    let id = Uuid::now_v7();
    let command = || Append { command_id: Some(id), ..deposit("ada", 2) };
    proxy.next_append(Fate::IsTheLast);
    let Err(AppendError::Store(error)) = store.append(command()).await else {
        panic!("nobody can know what became of it")
    };
    assert!(error.outcome_unknown() && error.is_retryable(), "{error}");
    proxy.next_append(Fate::Passes);
    assert_eq!(store.find_command(id).await.unwrap().unwrap().version.get(), 2);
    assert!(store.append(command()).await.unwrap().duplicate);
}
