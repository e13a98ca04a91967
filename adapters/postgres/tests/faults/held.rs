//! Locks and transactions that another session holds: writers wait as long as they are told to, and readers skip nothing meanwhile.

use std::time::{Duration, Instant};

use cqrs_core::Position;
use cqrs_core::store::{AppendError, EventFilter, EventStore, EventStoreExt as _, StoreErrorKind};
use tokio::time::{sleep, timeout};

use crate::samples::{Place, all_events, deposit, record};

/// Writes the next event as a program would that knows the log's layout, and leaves the transaction open.
const HALF_AN_APPEND: &str = "BEGIN; INSERT INTO cqrs_events SELECT position + 1, stream, version + 1, event_type, \
     recorded_at, gen_random_uuid(), correlation_id, causation_id, tenant, actor, metadata, payload FROM cqrs_events \
     ORDER BY position DESC LIMIT 1";

const LOCK: &str =
    "BEGIN; SELECT pg_advisory_xact_lock((1668379251::bigint << 32) | 'cqrs_events'::regclass::oid::bigint)";

#[tokio::test]
async fn a_reader_skips_nothing_while_one_transaction_is_held_open_for_seconds() {
    let place = Place::new();
    let (store, other) = (place.open().await, place.open().await);
    record(&store, "ada", &[1]).await;
    let mut subscription = other.subscribe(Position::START, EventFilter::default());
    assert_eq!(subscription.next().await.unwrap().len(), 1);
    let slow = place.sql().await;
    slow.batch_execute(HALF_AN_APPEND).await.unwrap();
    let waiting =
        [tokio::spawn(store.append(deposit("grace", 3))), tokio::spawn(other.append(deposit("alan", 4)))];
    let early = timeout(Duration::from_secs(3), subscription.next()).await;
    assert!(early.is_err(), "an event was seen while one below it was not committed");
    slow.batch_execute("COMMIT").await.unwrap();
    for call in waiting {
        call.await.unwrap().unwrap();
    }
    let mut seen = vec![1];
    while seen.len() < 4 {
        let batch = timeout(Duration::from_secs(5), subscription.next()).await.unwrap().unwrap();
        seen.extend(batch.iter().map(|event| event.position().get()));
    }
    assert_eq!(seen, [1, 2, 3, 4]);
    assert_eq!(all_events(&store).await.len(), 4);
}

#[tokio::test]
async fn a_transaction_that_is_taken_back_leaves_no_gap() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &[1]).await;
    let slow = place.sql().await;
    slow.batch_execute(HALF_AN_APPEND).await.unwrap();
    let waiting = tokio::spawn(store.append(deposit("ada", 2)));
    sleep(Duration::from_millis(200)).await;
    slow.batch_execute("ROLLBACK").await.unwrap();
    let appended = waiting.await.unwrap().unwrap();
    assert_eq!((appended.version.get(), appended.position.get()), (2, 2));
}

#[tokio::test]
async fn a_lock_that_is_held_too_long_fails_appends_as_busy_and_reads_go_on() {
    let place = Place::new();
    let store = place.builder().lock_timeout(Duration::from_millis(300)).open().await.unwrap();
    record(&store, "ada", &[1]).await;
    let other = place.sql().await;
    other.batch_execute(LOCK).await.unwrap();
    let begun = Instant::now();
    let Err(AppendError::Store(error)) = store.append(deposit("ada", 2)).await else {
        panic!("the lock is held")
    };
    assert_eq!(error.kind(), StoreErrorKind::Busy, "{error}");
    assert!(error.is_retryable() && !error.outcome_unknown(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(all_events(&store).await.len(), 1);
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(record(&store, "ada", &[2]).await.version.get(), 2);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up_as_busy() {
    let place = Place::new();
    let builder = place.builder().lock_timeout(Duration::from_secs(60));
    let store = builder.statement_timeout(Duration::from_millis(300)).open().await.unwrap();
    record(&store, "ada", &[1]).await;
    let other = place.sql().await;
    other.batch_execute(LOCK).await.unwrap();
    let Err(AppendError::Store(error)) = store.append(deposit("ada", 2)).await else {
        panic!("the lock is held")
    };
    assert_eq!(error.kind(), StoreErrorKind::Busy, "{error}");
    assert!(error.to_string().contains("did not answer in the time that was given"), "{error}");
    assert!(!error.outcome_unknown());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(record(&store, "ada", &[2]).await.version.get(), 2);
}
