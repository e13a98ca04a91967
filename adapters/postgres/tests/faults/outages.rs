//! Servers that are killed, restarted, or replaced by their standby while writers append.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cqrs_core::store::{Append, AppendError, EventStore, StoreErrorKind};
use cqrs_core::{ExpectedVersion, StreamVersion};
use cqrs_postgres::PostgresStore;
use cqrs_postgres_testserver::{Cluster, Server};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use crate::samples::{all_events, append, deposit, record, stream_of};

const WRITERS: u64 = 8;

/// Writers that append to a stream each until they are told to stop, each append once; returns how many were recorded.
fn write(store: &PostgresStore, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<u64>> {
    let writer = |number: u64| {
        let (store, stop) = (store.clone(), Arc::clone(stop));
        async move {
            let mut version = 0;
            while !stop.load(Ordering::SeqCst) {
                let expected = ExpectedVersion::Exact(StreamVersion::new(version));
                let command = Append {
                    command_id: Some(Uuid::now_v7()),
                    ..append(&format!("writer-{number}"), expected, &[1])
                };
                // A known command is as good as a recorded one.
                let appended = store.append(command).await.expect("the append outlives the outage");
                version += 1;
                assert_eq!(appended.version.get(), version, "an append was lost or recorded twice");
            }
            version
        }
    };
    (0..WRITERS).map(|number| tokio::spawn(writer(number))).collect()
}

async fn assert_all_recorded_once(store: &PostgresStore, writers: Vec<JoinHandle<u64>>) {
    let mut recorded = BTreeMap::new();
    for (number, writer) in writers.into_iter().enumerate() {
        recorded.insert(format!("writer-{number}"), writer.await.unwrap());
    }
    let log = all_events(store).await;
    assert!(
        log.iter().map(|event| event.meta.position.get()).eq(1..=log.len() as u64),
        "positions have gaps"
    );
    let mut found = BTreeMap::new();
    for event in &log {
        *found.entry(event.meta.aggregate_id.clone()).or_insert(0) += 1;
    }
    assert_eq!(found, recorded);
    assert!(recorded.values().all(|count| *count > 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_outlive_a_server_that_is_killed_and_one_that_is_restarted() {
    let server = Arc::new(Server::start().unwrap());
    let builder = PostgresStore::builder(server.address()).retry_for(Duration::from_secs(60));
    let store = builder.open().await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writers = write(&store, &stop);
    for end in [Cluster::kill, Cluster::stop, Cluster::kill] {
        sleep(Duration::from_millis(500)).await;
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || {
            end(&server).unwrap();
            server.start().unwrap();
        })
        .await
        .unwrap();
    }
    sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::SeqCst);
    assert_all_recorded_once(&store, writers).await;
}

#[tokio::test]
async fn a_server_that_stays_away_is_reported_as_unavailable_and_found_again_later() {
    let server = Server::start().unwrap();
    let builder = PostgresStore::builder(server.address()).retry_for(Duration::from_millis(300));
    let store = builder.open().await.unwrap();
    record(&store, "ada", &[1]).await;
    server.stop().unwrap();
    // What is sent before the store notices may have arrived, for all it knows.
    sleep(Duration::from_millis(100)).await;
    let Err(AppendError::Store(error)) = store.append(deposit("ada", 2)).await else {
        panic!("the server is away")
    };
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.is_retryable() && !error.outcome_unknown(), "{error}");
    let error = store.head().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    server.start().unwrap();
    assert_eq!(record(&store, "ada", &[2]).await.version.get(), 2);
    assert_eq!(stream_of(&store, "ada").await.len(), 2);
    let mut head = store.watch_head();
    head.wait_for(|head| head.get() == 2).await.unwrap();
}

#[tokio::test]
async fn a_standby_is_read_and_refuses_appends_until_it_takes_over() {
    let server = Server::start().unwrap();
    let primary = PostgresStore::connect(server.address()).await.unwrap();
    record(&primary, "ada", &[1]).await;
    let standby = server.standby("standby").unwrap();
    let follower = PostgresStore::connect(standby.address()).await.unwrap();
    record(&primary, "ada", &[2]).await;
    let mut head = follower.watch_head();
    let followed = tokio::time::timeout(Duration::from_secs(10), head.wait_for(|head| head.get() == 2)).await;
    followed.expect("the standby follows").unwrap();
    assert_eq!(all_events(&follower).await, all_events(&primary).await);
    let Err(AppendError::Store(error)) = follower.append(deposit("ada", 3)).await else {
        panic!("a standby takes no appends")
    };
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error}");
    // Whichever of the two takes writes is where appends go.
    let either = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        server.port(),
        standby.port()
    );
    let either = PostgresStore::builder(either).retry_for(Duration::from_secs(30)).open().await.unwrap();
    assert_eq!(record(&either, "ada", &[3]).await.version.get(), 3);
    assert!(Cluster::wait_until(Duration::from_secs(10), || {
        standby.sql("SELECT 1 / (count(*) - 2) FROM cqrs_events").is_ok()
    }));
    server.kill().unwrap();
    standby.promote().unwrap();
    assert_eq!(record(&either, "ada", &[4]).await.version.get(), 4);
    assert_eq!(stream_of(&either, "ada").await.len(), 4);
    assert_eq!(record(&follower, "ada", &[5]).await.version.get(), 5);
}
