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
async fn what_is_recorded_refuses_update_delete_and_truncate() {
    let place = Place::new();
    let store = place.open().await;
    record(&store, "ada", &[1, 2]).await;
    let before = all_events(&store).await;
    let sql = place.sql().await;
    for (statement, refusal) in [
        ("UPDATE cqrs_events SET payload = '{}'", "events are never changed"),
        ("UPDATE cqrs_events SET actor = 'me' WHERE position = 2", "events are never changed"),
        ("DELETE FROM cqrs_events WHERE position = 2", "events are never deleted"),
        ("TRUNCATE cqrs_events", "events are never emptied"),
        (
            "INSERT INTO cqrs_events SELECT * FROM cqrs_events ON CONFLICT (position) DO UPDATE SET payload = '{}'",
            "events are never changed",
        ),
        ("UPDATE cqrs_streams SET aggregate_id = 'eve'", "streams are never changed"),
        ("DELETE FROM cqrs_streams", "streams are never deleted"),
        ("UPDATE cqrs_event_types SET name = 'Withdrawn'", "event types are never changed"),
        ("DELETE FROM cqrs_commands", "commands are never deleted"),
        ("SET session_replication_role TO replica; DELETE FROM cqrs_events", "events are never deleted"),
        (
            "SET session_replication_role TO origin; TRUNCATE cqrs_streams CASCADE",
            "streams are never emptied",
        ),
    ] {
        let error = sql.batch_execute(statement).await.unwrap_err();
        let error = error.as_db_error().unwrap().message().to_owned();
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    assert_eq!(all_events(&store).await, before);
    assert_eq!(record(&store, "ada", &[3]).await.version.get(), 3);
}
