//! What is recorded stays as it is, whoever asks: the database itself refuses, to any program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod samples;

use samples::{Place, all_events, record};

#[tokio::test]
async fn recorded_events_refuse_update_delete_and_replacement() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &[r#"{"amount":1}"#, r#"{"amount":2}"#]).await;
    let before = all_events(&store).await;
    let sql = place.sql();
    let copied = "position, stream, version, event_type, recorded_at, tenant, actor, event_id, correlation_id, \
                  causation_id, metadata";
    for (statement, refusal) in [
        ("UPDATE cqrs_events SET payload = '{}'".to_owned(), "recorded events are never changed"),
        ("UPDATE cqrs_events SET actor = 'me' WHERE position = 2".to_owned(), "recorded events are never changed"),
        ("DELETE FROM cqrs_events".to_owned(), "recorded events are never deleted"),
        ("DELETE FROM cqrs_events WHERE position = 2".to_owned(), "recorded events are never deleted"),
        (
            format!("REPLACE INTO cqrs_events ({copied}, payload) SELECT {copied}, '{{}}' FROM cqrs_events"),
            "an event comes after all events",
        ),
        (
            // A new position, but the place of another event in its stream.
            "REPLACE INTO cqrs_events SELECT 99, stream, version, event_type, recorded_at, tenant, actor, event_id, \
             correlation_id, causation_id, metadata, payload FROM cqrs_events WHERE version = 1"
                .to_owned(),
            "has the next version of its stream",
        ),
        (
            // A gap in the stream.
            "INSERT INTO cqrs_events SELECT 99, stream, 7, event_type, recorded_at, tenant, actor, event_id, \
             correlation_id, causation_id, metadata, payload FROM cqrs_events WHERE version = 1"
                .to_owned(),
            "has the next version of its stream",
        ),
    ] {
        let error = sql.execute(&statement, []).unwrap_err().to_string();
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    assert_eq!(all_events(&store).await, before);
}

#[tokio::test]
async fn streams_and_event_types_keep_their_identity() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &["{}"]).await;
    let before = all_events(&store).await;
    let sql = place.sql();
    for (statement, refusal) in [
        ("UPDATE cqrs_streams SET aggregate_id = 'eve'", "streams are never changed"),
        ("DELETE FROM cqrs_streams", "streams are never deleted"),
        (
            "REPLACE INTO cqrs_streams SELECT id, aggregate_type, 'eve' FROM cqrs_streams",
            "streams are never replaced",
        ),
        (
            "REPLACE INTO cqrs_streams SELECT 99, aggregate_type, aggregate_id FROM cqrs_streams",
            "streams are never replaced",
        ),
        ("UPDATE cqrs_event_types SET name = 'Withdrawn'", "event types are never changed"),
        ("DELETE FROM cqrs_event_types", "event types are never deleted"),
        (
            "REPLACE INTO cqrs_event_types SELECT id, aggregate_type, 'Withdrawn', version FROM cqrs_event_types",
            "event types are never replaced",
        ),
    ] {
        let error = sql.execute(statement, []).unwrap_err().to_string();
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    assert_eq!(all_events(&store).await, before);
}

#[tokio::test]
async fn a_store_goes_on_beside_programs_that_tried() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &["{}"]).await;
    place.sql().execute("DELETE FROM cqrs_events", []).unwrap_err();
    assert_eq!(record(&store, "ada", &["{}"]).await.version.get(), 2);
}
