//! Verification: a store is read through today's code before it serves anybody; and what an older program does with what it
//! does not know.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{Append, EventStore, NewEvent};
use cqrs_core::{
    Aggregate, App, ExecuteError, ExpectedVersion, MemoryStore, Origin, Position, Refresh, StreamId,
    Verification,
};
use uuid::Uuid;

use crate::bank::{Account, Summary, bank, deposit, open};

fn recorded(stream: &str, name: &str, version: u32, payload: &str) -> Append {
    let event =
        NewEvent { event_id: Uuid::now_v7(), name: name.to_owned().into(), version, payload: payload.into() };
    Append {
        stream: StreamId::new(Account::TYPE, stream),
        expected: ExpectedVersion::Any,
        events: vec![event],
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

async fn verified(store: &Arc<MemoryStore>) -> Verification {
    let builder = bank(Arc::clone(store)).projection::<Summary>(Refresh::Manual);
    builder.verify(|_, _| {}).await.unwrap()
}

/// Two accounts, with a deposit in its oldest version.
async fn store() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let app = bank(store.clone()).projection::<Summary>(Refresh::Manual).build().await.unwrap();
    app.execute(open("ada")).await.unwrap();
    app.execute(open("bob")).await.unwrap();
    app.execute(deposit("ada", 7)).await.unwrap();
    store.append(recorded("bob", "Deposited", 1, r#"{"euros":3}"#)).await.unwrap();
    app.refresh::<Summary>().await.unwrap();
    store
}

#[tokio::test]
async fn a_verification_counts_shapes_and_the_upcasts_that_they_take() {
    let store = store().await;
    let mut told = Vec::new();
    let builder = bank(store.clone()).projection::<Summary>(Refresh::Manual);
    let found = builder.verify(|at, of| told.push((at, of))).await.unwrap();
    assert!(found.is_readable());
    let types: Vec<_> =
        found.types.iter().map(|read| (&*read.name, read.version, read.events, read.upcasts)).collect();
    assert_eq!(types, [("Deposited", 1, 1, 1), ("Deposited", 2, 1, 0), ("Opened", 1, 2, 0)]);
    assert_eq!(told.last(), Some(&(Position::new(4), Position::new(4))));
    assert!(found.to_string().ends_with("all 4 events can be read"), "{found}");
    let kept = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Verification>(&kept).unwrap(), found);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_named_with_its_place_and_reason() {
    let store = store().await;
    store.append(recorded("ada", "Deposited", 9, "{}")).await.unwrap();
    store.append(recorded("ada", "Deposited", 2, r#"{"cents":"many"}"#)).await.unwrap();
    store.append(recorded("ada", "Renamed", 1, "{}")).await.unwrap();
    let found = verified(&store).await;
    assert_eq!((found.events, found.failed), (7, 3));
    let places: Vec<_> = found.failures.iter().map(|one| (&*one.stream, one.version, one.position)).collect();
    assert_eq!(places, [("Account/ada", 3, 5), ("Account/ada", 4, 6), ("Account/ada", 5, 7)]);
    let text = found.to_string();
    assert!(text.contains("position 6: Deposited v2 of Account/ada (version 4): "), "{text}");
    assert!(text.ends_with("3 of 7 events cannot be read"), "{text}");
}

#[tokio::test]
async fn the_same_store_means_the_same_to_the_same_code_and_a_changed_row_is_noticed() {
    let store = store().await;
    let (first, second) = (verified(&store).await, verified(&store).await);
    assert_eq!(first, second);
    assert!(second.differences(&first).is_empty());
    let names: Vec<_> = first.fingerprints.iter().map(|(name, _)| name.to_owned()).collect();
    assert!(names.contains(&"events of Account".to_owned()) && names.contains(&"rows of summary".to_owned()));
    let other = self::store().await;
    let app = bank(other.clone()).projection::<Summary>(Refresh::Manual).build().await.unwrap();
    app.execute(deposit("ada", 1)).await.unwrap();
    app.refresh::<Summary>().await.unwrap();
    let differences = verified(&other).await.differences(&first);
    assert_eq!(differences.len(), 4, "{differences:?}");
    assert!(differences[0].contains("not of the same events"));
}

#[tokio::test]
async fn an_aggregate_that_is_not_part_of_the_application_is_a_failure() {
    let store = store().await;
    let found = App::builder(store).verify(|_, _| {}).await.unwrap();
    assert_eq!(found.failed, 4);
    assert_eq!(found.failures[0].reason, "no aggregate `Account` is part of this application");
}

#[tokio::test]
async fn an_older_program_refuses_to_decide_upon_a_newer_event_and_says_which() {
    let store = store().await;
    store.append(recorded("ada", "Deposited", 3, r#"{"cents":1,"channel":"app"}"#)).await.unwrap();
    let app = bank(store).build().await.unwrap();
    let error = app.execute(deposit("ada", 1)).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Undecodable(_)), "{error}");
    let text = error.to_string();
    assert!(text.contains("Deposited") && text.contains("version 3"), "{text}");
    app.execute(deposit("bob", 1)).await.unwrap();
}

#[tokio::test]
async fn an_older_projection_passes_over_events_that_it_never_wanted_and_sets_newer_ones_aside() {
    let store = store().await;
    store.append(recorded("ada", "Renamed", 1, r#"{"to":"Countess"}"#)).await.unwrap();
    store.append(recorded("bob", "Deposited", 3, r#"{"cents":1,"channel":"app"}"#)).await.unwrap();
    let app = bank(store).projection::<Summary>(Refresh::Continuous).build().await.unwrap();
    let head = app.store().head().await.unwrap();
    app.wait_for::<Summary>(head, Duration::from_secs(5)).await.unwrap();
    let letters = app.projection::<Summary>().unwrap().dead_letters(Position::START, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((&*letters[0].event_type, letters[0].event_version), ("Deposited", 3));
    assert!(letters[0].reason.as_deref().unwrap_or_default().contains('3'), "{:?}", letters[0].reason);
}
