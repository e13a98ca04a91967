//! Appending: all or nothing, at the expected version, in the order of the calls.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{AppendError, EventStore};
use cqrs_core::{ExpectedVersion, StreamId, StreamVersion};

use crate::StoreFactory;
use crate::domain::{
    account, append, at_once, conflict, deposit, deposited, exactly, payloads, record, versions, whole_log,
    whole_stream,
};

/// The versions of a stream's events are 1, 2, 3 … however the events are spread over appends.
pub async fn versions_are_1_2_3_without_gaps<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let stream = account("ada");
    for count in [1, 3, 2] {
        let events = (0..count).map(deposited).collect();
        store.append(append(&stream, ExpectedVersion::Any, events)).await.unwrap();
        record(&store, "grace", [1]).await;
    }
    assert_eq!(versions(&whole_stream(&store, &stream).await), [1, 2, 3, 4, 5, 6]);
    assert_eq!(versions(&whole_stream(&store, &account("grace")).await), [1, 2, 3]);
}

/// The events of one append are all there afterwards, in their order.
pub async fn the_events_of_one_append_are_recorded_together<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let stream = account("ada");
    let events = vec![deposited(1), deposited(2), deposited(3)];
    store.append(append(&stream, ExpectedVersion::NoStream, events)).await.unwrap();
    let recorded = whole_stream(&store, &stream).await;
    assert_eq!(payloads(&recorded), [r#"{"amount":1}"#, r#"{"amount":2}"#, r#"{"amount":3}"#]);
    assert_eq!(recorded, whole_log(&store).await);
}

/// An outcome tells stream, version, number of events, position and time as they are read back.
pub async fn an_outcome_names_what_was_recorded<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1]).await;
    let stream = account("ada");
    let appended = store.append(append(&stream, exactly(1), vec![deposited(2), deposited(3)])).await.unwrap();
    let recorded = whole_stream(&store, &stream).await;
    let last = &recorded[2].meta;
    assert_eq!(appended.stream, stream);
    assert_eq!((appended.version, appended.version.get()), (last.version, 3));
    assert_eq!(appended.events, 2);
    assert_eq!(appended.position, last.position);
    assert!(!appended.duplicate);
    assert_eq!(
        recorded[1..].iter().map(|event| event.meta.recorded_at).collect::<Vec<_>>(),
        [appended.recorded_at, appended.recorded_at]
    );
}

/// An append that expects nothing goes after whatever is there.
pub async fn any_version_will_do<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for version in 1..=3 {
        let appended = store.append(deposit(&account("ada"), 1)).await.unwrap();
        assert_eq!(appended.version.get(), version);
    }
}

/// An append that expects no stream succeeds on an empty one and conflicts with any other.
pub async fn no_stream_is_expected_of_an_empty_stream_only<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let first = || append(&account("ada"), ExpectedVersion::NoStream, vec![deposited(1)]);
    assert_eq!(store.append(first()).await.unwrap().version.get(), 1);
    assert_eq!(conflict(store.append(first()).await), Some(StreamVersion::new(1)));
}

/// An append that expects some events conflicts with an empty stream and succeeds on any other.
pub async fn some_events_are_expected_of_an_existing_stream_only<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let further = || append(&account("ada"), ExpectedVersion::Exists, vec![deposited(1)]);
    assert_eq!(conflict(store.append(further()).await), Some(StreamVersion::EMPTY));
    record(&store, "ada", [1]).await;
    assert_eq!(store.append(further()).await.unwrap().version.get(), 2);
}

/// An append that expects a version succeeds at that version and conflicts with lower and higher ones.
pub async fn an_exact_version_is_expected_of_that_version_only<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let stream = account("ada");
    let at = |version| append(&stream, exactly(version), vec![deposited(1)]);
    assert_eq!(conflict(store.append(at(1)).await), Some(StreamVersion::EMPTY));
    assert_eq!(store.append(at(0)).await.unwrap().version.get(), 1);
    assert_eq!(store.append(at(1)).await.unwrap().version.get(), 2);
    for wrong in [0, 1, 3] {
        assert_eq!(conflict(store.append(at(wrong)).await), Some(StreamVersion::new(2)));
    }
}

/// A conflict names the stream, the version that was expected and the one that was there.
pub async fn a_conflict_names_both_versions<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1, 2]).await;
    let stale = append(&account("ada"), exactly(1), vec![deposited(3)]);
    let AppendError::Conflict { stream, expected, actual } = store.append(stale).await.unwrap_err() else {
        panic!("expected a conflict")
    };
    assert_eq!((stream, expected, actual), (account("ada"), exactly(1), StreamVersion::new(2)));
}

/// An append that conflicts records no event, moves no version and no head.
pub async fn a_conflict_leaves_nothing_behind<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1, 2]).await;
    let (log, head) = (whole_log(&store).await, store.head().await.unwrap());
    let stale = append(&account("ada"), exactly(1), vec![deposited(3), deposited(4)]);
    assert!(conflict(store.append(stale).await).is_some());
    let missing = append(&account("grace"), ExpectedVersion::Exists, vec![deposited(5)]);
    assert!(conflict(store.append(missing).await).is_some());
    assert_eq!(whole_log(&store).await, log);
    assert_eq!(store.head().await.unwrap(), head);
    assert_eq!(store.stream_version(account("grace")).await.unwrap(), StreamVersion::EMPTY);
}

/// Of many appends that are under way at once, those that conflict fail and all others are recorded.
pub async fn a_conflict_among_many_appends_fails_only_its_own<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let calls: Vec<_> = (0..300)
        .map(|number| {
            let stream = account(&format!("account-{number}"));
            let expected = if number % 3 == 0 { exactly(7) } else { ExpectedVersion::NoStream };
            (number, store.append(append(&stream, expected, vec![deposited(1), deposited(2)])))
        })
        .collect();
    for (number, call) in calls {
        let outcome = call.await;
        if number % 3 == 0 {
            assert_eq!(conflict(outcome), Some(StreamVersion::EMPTY));
        } else {
            assert_eq!(outcome.unwrap().version.get(), 2);
        }
    }
    assert_eq!(whole_log(&store).await.len(), 400);
}

/// Streams of the same id and another type are others, and so are ids that differ in case, in spaces or in their form.
pub async fn streams_are_told_apart_by_type_and_by_id<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let names = [
        ("account", "ada"),
        ("Account", "ada"),
        ("account", "Ada"),
        ("account", "ada "),
        ("account", " ada"),
        ("account/ada", "x"),
        ("account", "ada/x"),
        ("accountada", "x"),
        ("account", "\u{e9}"),
        ("account", "e\u{301}"),
        ("account", "1"),
        ("account", "01"),
        ("account", "1.0"),
    ];
    let streams = names.map(|(aggregate_type, id)| StreamId::new(aggregate_type, id));
    for (amount, stream) in (0..).zip(&streams) {
        store.append(append(stream, ExpectedVersion::NoStream, vec![deposited(amount)])).await.unwrap();
    }
    for (amount, stream) in (0..).zip(&streams) {
        let events = whole_stream(&store, stream).await;
        assert_eq!(payloads(&events), [format!(r#"{{"amount":{amount}}}"#)], "{stream}");
        assert_eq!(events[0].meta.aggregate_type, stream.aggregate_type);
        assert_eq!(events[0].meta.aggregate_id, stream.aggregate_id);
    }
}

/// Each append expects what the call before it leads to; the futures are awaited in the opposite order.
pub async fn appends_to_one_stream_are_attempted_in_the_order_of_the_calls<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let stream = account("ada");
    let mut calls: Vec<_> =
        (0..200).map(|version| store.append(append(&stream, exactly(version), vec![deposited(1)]))).collect();
    for version in (1..=200).rev() {
        let appended = calls.pop().unwrap().await.unwrap();
        assert_eq!(appended.version.get(), version);
    }
}

/// An append whose future is dropped before it is polled is attempted in its turn.
pub async fn an_append_that_nobody_waits_for_is_recorded_all_the_same<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let stream = account("ada");
    drop(store.append(append(&stream, exactly(0), vec![deposited(1)])));
    let second = store.append(append(&stream, exactly(1), vec![deposited(2)]));
    drop(store.append(append(&stream, exactly(2), vec![deposited(3)])));
    assert_eq!(second.await.unwrap().version.get(), 2);
    let mut version = StreamVersion::EMPTY;
    for _ in 0..500 {
        version = store.stream_version(stream.clone()).await.unwrap();
        if version.get() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(version.get(), 3, "the last append was never attempted");
}

/// Of appends that expect the same version, one is recorded and the others conflict.
pub async fn one_of_many_appends_at_one_version_wins<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let stream = account("ada");
    for version in 0..10 {
        let calls: Vec<_> = (0..16)
            .map(|amount| {
                tokio::spawn(store.append(append(&stream, exactly(version), vec![deposited(amount)])))
            })
            .collect();
        let mut won = 0;
        for call in calls {
            match call.await.unwrap() {
                Ok(appended) => {
                    assert_eq!(appended.version.get(), version + 1);
                    won += 1;
                }
                Err(error) => assert_eq!(conflict(Err(error)), Some(StreamVersion::new(version + 1))),
            }
        }
        assert_eq!(won, 1);
    }
}

/// Tasks that write to streams of their own find all their events, and only theirs.
pub async fn concurrent_writers_of_many_streams_lose_nothing<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    at_once(&store, 32, |store, writer| async move {
        let stream = account(&format!("account-{writer}"));
        for version in 0..20 {
            let amount = writer * 100 + version as i64;
            let appended = store.append(append(&stream, exactly(version), vec![deposited(amount)])).await;
            assert_eq!(appended.unwrap().version.get(), version + 1);
        }
    })
    .await;
    for writer in 0..32 {
        let events = whole_stream(&*store, &account(&format!("account-{writer}"))).await;
        let amounts: Vec<_> = (0..20).map(|n| format!(r#"{{"amount":{}}}"#, writer * 100 + n)).collect();
        assert_eq!(payloads(&events), amounts);
    }
    assert_eq!(whole_log(&*store).await.len(), 32 * 20);
}

/// Tasks that write to one stream, each at the version that it last saw, all get their events in by trying again.
pub async fn concurrent_writers_of_one_stream_take_turns<F: StoreFactory>(factory: F) {
    let store = Arc::new(factory.open().await);
    let stream = account("ada");
    let each: i64 = 15;
    at_once(&store, 8, |store, writer| async move {
        let stream = account("ada");
        let mut seen = StreamVersion::EMPTY;
        for number in 0..each {
            loop {
                let amount = deposited(writer * each + number);
                let expected = ExpectedVersion::Exact(seen);
                match store.append(append(&stream, expected, vec![amount])).await {
                    Ok(appended) => {
                        assert_eq!(appended.version, seen.plus(1));
                        seen = appended.version;
                        break;
                    }
                    Err(AppendError::Conflict { actual, .. }) => {
                        assert!(actual > seen, "a conflict with version {actual}, which was expected");
                        seen = actual;
                    }
                    Err(error) => panic!("expected a conflict, found {error}"),
                }
            }
        }
    })
    .await;
    let events = whole_stream(&*store, &stream).await;
    assert_eq!(versions(&events), (1..=120).collect::<Vec<_>>());
    let mut amounts = payloads(&events);
    amounts.sort_unstable();
    let mut expected: Vec<_> = (0..8 * each).map(|amount| format!(r#"{{"amount":{amount}}}"#)).collect();
    expected.sort_unstable();
    assert_eq!(amounts, expected);
}
