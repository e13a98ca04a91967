//! Loading: from all events or from a snapshot, as of now or of any earlier version or time.

use cqrs_core::store::{Append, EventStore as _, NewEvent, Snapshot, SnapshotStore as _, Until};
use cqrs_core::{App, ExpectedVersion, Fingerprint, LoadError, MemoryStore, Origin, StreamId, StreamVersion};
use uuid::Uuid;

use crate::bank::{Account, bank, deposit, id, open};

fn stream() -> StreamId {
    StreamId::new("Account", "ada")
}

fn stored(name: &'static str, version: u32, payload: &str) -> Append {
    let payload = payload.as_bytes().to_vec();
    Append {
        stream: stream(),
        expected: ExpectedVersion::Any,
        events: vec![NewEvent { event_id: Uuid::now_v7(), name: name.into(), version, payload }],
        origin: Origin::default(),
        command_id: None,
        chain: None,
    }
}

async fn app_with(deposits: u32) -> App {
    let app = bank(MemoryStore::new()).build().await.unwrap();
    app.execute(open("ada")).await.unwrap();
    for _ in 0..deposits {
        app.execute(deposit("ada", 1)).await.unwrap();
    }
    app
}

#[tokio::test]
async fn events_of_an_older_version_are_read_as_those_of_today() {
    let app = app_with(1).await;
    app.store().append(stored("Deposited", 1, r#"{"euros": 3}"#)).await.unwrap();
    assert_eq!(app.load::<Account>(&id("ada")).await.unwrap().state.cents, 301);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_named_by_stream_version_type_and_reason() {
    let app = app_with(1).await;
    app.store().append(stored("Deposited", 2, r#"{"cents": "many"}"#)).await.unwrap();
    let error = app.load::<Account>(&id("ada")).await.unwrap_err().to_string();
    let place = "event `Deposited` version 2 of stream Account/ada (version 3, position 3) cannot be read: ";
    assert!(error.starts_with(place), "{error}");
    assert!(error.contains("invalid type: string \"many\", expected u32"), "{error}");
}

#[tokio::test]
async fn an_event_of_a_newer_build_is_named_as_such() {
    let app = app_with(0).await;
    app.store().append(stored("Deposited", 9, "{}")).await.unwrap();
    let error = app.load::<Account>(&id("ada")).await.unwrap_err();
    assert!(matches!(error, LoadError::Undecodable(_)));
    assert!(
        error.to_string().ends_with("version 9 is not known to this build, whose newest is 2"),
        "{error}"
    );
}

#[tokio::test]
async fn a_state_can_be_had_as_of_any_version_and_time() {
    let app = app_with(8).await;
    let ada = id("ada");
    let at = |version| app.load_at::<Account>(&ada, Until::Version(StreamVersion::new(version)));
    assert_eq!(at(1).await.unwrap().state.cents, 0);
    assert_eq!(at(4).await.unwrap().state.cents, 3);
    assert_eq!(at(99).await.unwrap().version.get(), 9);
    let past = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(app.load_at::<Account>(&id("ada"), Until::Time(past)).await.unwrap().version.get(), 0);
    let now = jiff::Timestamp::now();
    assert_eq!(app.load_at::<Account>(&id("ada"), Until::Time(now)).await.unwrap().version.get(), 9);
}

#[tokio::test]
async fn a_snapshot_is_kept_each_time_the_interval_is_passed() {
    let app = app_with(11).await;
    wait_for_snapshot(&app, 10).await;
    assert_eq!(app.load::<Account>(&id("ada")).await.unwrap().state.cents, 11);
}

#[tokio::test]
async fn a_snapshot_of_another_type_is_ignored_and_replaced() {
    let app = app_with(6).await;
    wait_for_snapshot(&app, 5).await;
    let foreign = Snapshot {
        version: StreamVersion::new(7),
        fingerprint: Fingerprint::of("another state"),
        state: br#"{"open":true,"cents":999}"#.to_vec(),
    };
    app.store().save_snapshot(stream(), foreign).await.unwrap();
    assert_eq!(app.load::<Account>(&id("ada")).await.unwrap().state.cents, 6);
    for _ in 0..3 {
        app.execute(deposit("ada", 1)).await.unwrap();
    }
    wait_for_snapshot(&app, 10).await;
    assert_eq!(app.load::<Account>(&id("ada")).await.unwrap().state.cents, 9);
}

async fn wait_for_snapshot(app: &App, version: u64) {
    for _ in 0..500 {
        let snapshot = app.store().load_snapshot(stream()).await.unwrap();
        if snapshot.is_some_and(|snapshot| snapshot.version.get() == version) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("no snapshot of version {version} was kept");
}
