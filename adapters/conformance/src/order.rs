//! The order of all events: positions grow as commits do, times never go back, readers never skip.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cqrs_core::store::{EventStore, ReadAll, ReadStream};
use cqrs_core::{ExpectedVersion, Position};
use jiff::{SignedDuration, Timestamp};

use crate::StoreFactory;
use crate::domain::{account, append, at_once, deposit, deposited, exactly, versions, whole_log};

/// Each event has a higher position than the one before, in one stream and over all of them.
pub async fn positions_grow_strictly<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let events = || vec![deposited(1), deposited(2)];
    for id in ["ada", "grace", "ada"] {
        store.append(append(&account(id), ExpectedVersion::Any, events())).await.unwrap();
    }
    let positions: Vec<_> = whole_log(&store).await.iter().map(|event| event.meta.position).collect();
    assert_eq!(positions.len(), 6);
    assert!(positions[0] > Position::START);
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
}

/// An append that begins after another was acknowledged gets a higher position, whoever makes them.
pub async fn positions_grow_in_the_order_of_commits<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    at_once(&store, 8, |store, writer| async move {
        for _ in 0..25 {
            let before = store.head().await.unwrap();
            let appended = store.append(deposit(&account(&format!("account-{writer}")), 1)).await.unwrap();
            assert!(appended.position > before, "{} is not above {before}", appended.position);
        }
    })
    .await;
    let log = whole_log(&*store).await;
    assert!(log.is_sorted_by(|a, b| a.meta.position < b.meta.position));
    for writer in 0..8 {
        let id = format!("account-{writer}");
        let own: Vec<_> = log.iter().filter(|event| event.meta.aggregate_id == id).cloned().collect();
        assert_eq!(versions(&own), (1..=25).collect::<Vec<_>>(), "versions are out of order in the log");
    }
}

/// Readers that poll while many writers append see, in the end, each event once and in the order of the log.
pub async fn a_reader_skips_nothing_and_repeats_nothing_while_writers_append<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let done = Arc::new(AtomicBool::new(false));
    let reader = |limit| {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        tokio::spawn(async move {
            let mut read = ReadAll { limit, ..ReadAll::after(Position::START) };
            let mut seen = Vec::new();
            loop {
                let is_last = done.load(Ordering::SeqCst);
                let page = store.read_all(read.clone()).await.unwrap();
                seen.extend(page.iter().map(|event| (event.position(), event.event_id())));
                let is_end = page.end() <= read.after;
                read.after = read.after.max(page.end());
                if is_end && is_last {
                    return seen;
                }
                tokio::task::yield_now().await;
            }
        })
    };
    let readers = [1, 7, 1000].map(reader);
    at_once(&store, 12, |store, writer| async move {
        for round in 0..25 {
            let events = (0..=(round + writer) % 3).map(deposited).collect();
            let stream = account(&format!("account-{writer}"));
            store.append(append(&stream, ExpectedVersion::Any, events)).await.unwrap();
        }
    })
    .await;
    done.store(true, Ordering::SeqCst);
    let log: Vec<_> =
        whole_log(&*store).await.iter().map(|event| (event.meta.position, event.meta.event_id)).collect();
    assert_eq!(log.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len(), 600);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), log);
    }
}

/// A reader of a stream sees all the events of an append or none, however it falls between the writer's appends.
pub async fn a_reader_never_sees_half_an_append<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        tokio::spawn(async move {
            while !done.load(Ordering::SeqCst) {
                let page = store.read_stream(ReadStream::forward(account("ada"))).await.unwrap();
                assert_eq!(page.len() % 3, 0, "{} events were seen, of appends of three", page.len());
                let version = store.stream_version(account("ada")).await.unwrap().get();
                assert_eq!(version % 3, 0, "the stream was seen at version {version}");
                tokio::task::yield_now().await;
            }
        })
    };
    for version in 0..100 {
        let events = vec![deposited(1), deposited(2), deposited(3)];
        store.append(append(&account("ada"), exactly(version * 3), events)).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    reader.await.unwrap();
}

/// No event is recorded earlier than one at a lower position, even where writers race.
pub async fn recorded_at_never_decreases<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    at_once(&store, 8, |store, writer| async move {
        for _ in 0..200 {
            store.append(deposit(&account(&format!("account-{writer}")), 1)).await.unwrap();
        }
    })
    .await;
    let times: Vec<_> = whole_log(&*store).await.iter().map(|event| event.meta.recorded_at).collect();
    assert_eq!(times.len(), 1600);
    assert!(times.is_sorted());
}

/// Events are recorded at the time of the append, give or take what the clocks of two machines may differ.
pub async fn events_are_recorded_now<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let appended = store.append(deposit(&account("ada"), 1)).await.unwrap();
    let apart = Timestamp::now().duration_since(appended.recorded_at).abs();
    assert!(apart < SignedDuration::from_mins(1), "recorded at {}, {apart} from now", appended.recorded_at);
}

/// The head is the position of the newest event, and lies before the first one in an empty store.
pub async fn the_head_is_the_position_of_the_newest_event<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    assert_eq!(store.head().await.unwrap(), Position::START);
    assert_eq!(*store.watch_head().borrow(), Position::START);
    for _ in 0..3 {
        let events = vec![deposited(1), deposited(2)];
        let appended = store.append(append(&account("ada"), ExpectedVersion::Any, events)).await.unwrap();
        assert_eq!(store.head().await.unwrap(), appended.position);
    }
    assert_eq!(store.head().await.unwrap(), whole_log(&store).await[5].meta.position);
}

/// Whoever was told that an append is recorded finds it at once: in its stream, in the log and at the watched head.
pub async fn an_acknowledged_append_is_visible_at_once<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    at_once(&store, 6, |store, writer| async move {
        let watched = store.watch_head();
        let stream = account(&format!("account-{writer}"));
        for version in 1..=20 {
            let appended = store.append(deposit(&stream, 1)).await.unwrap();
            let seen = *watched.borrow();
            assert!(seen >= appended.position, "the watched head is at {seen}, behind {}", appended.position);
            assert!(*store.watch_head().borrow() >= appended.position);
            assert_eq!(store.stream_version(stream.clone()).await.unwrap().get(), version);
            let after = Position::new(appended.position.get() - 1);
            let page = store.read_all(ReadAll { limit: 1, ..ReadAll::after(after) }).await.unwrap();
            assert_eq!(page.first().unwrap().position(), appended.position);
        }
    })
    .await;
}

/// A task that waits for the watched head is woken by each commit, at the commit's position.
pub async fn a_watched_head_wakes_who_waits_for_it<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let mut watched = store.watch_head();
    for amount in 0..20 {
        watched.mark_unchanged();
        let waiting = tokio::spawn(async move {
            watched.changed().await.unwrap();
            watched
        });
        let appended = store.append(deposit(&account("ada"), amount)).await.unwrap();
        watched = waiting.await.unwrap();
        assert_eq!(*watched.borrow(), appended.position);
    }
}
