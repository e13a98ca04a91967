//! Limits: what is too large, empty or not text is refused as invalid, and what is just within them is taken.

use cqrs_core::store::{Append, EventStore, NewEvent};
use cqrs_core::{ExpectedVersion, StreamId};
use uuid::Uuid;

use crate::StoreFactory;
use crate::domain::{
    account, append, assert_invalid, deposited, large, record, versions, whole_log, whole_stream,
};

async fn assert_refused(store: &impl EventStore, stream: StreamId) {
    let outcome = store.append(append(&stream, ExpectedVersion::Any, vec![deposited(1)])).await;
    assert_invalid(&outcome);
}

/// An aggregate's type and id, and an event's name, must not be empty.
pub async fn empty_names_are_refused<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    assert_refused(&store, StreamId::new("account", "")).await;
    assert_refused(&store, StreamId::new("", "ada")).await;
    let nameless = NewEvent { name: "".into(), ..deposited(1) };
    assert_invalid(&store.append(append(&account("ada"), ExpectedVersion::Any, vec![nameless])).await);
    assert!(whole_log(&store).await.is_empty());
}

/// Names with a NUL character, which some databases cut short there, are refused.
pub async fn names_with_a_nul_character_are_refused<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    assert_refused(&store, StreamId::new("account", "a\0b")).await;
    assert_refused(&store, StreamId::new("a\0", "ada")).await;
    let nul = NewEvent { name: "\0".into(), ..deposited(1) };
    assert_invalid(&store.append(append(&account("ada"), ExpectedVersion::Any, vec![nul])).await);
    assert!(whole_log(&store).await.is_empty());
}

/// Names of the greatest length are taken, counted in bytes, and one byte more is refused.
pub async fn names_are_taken_up_to_their_greatest_length<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let most = StreamId::MAX_PART_BYTES;
    for longest in ["x".repeat(most), "👋".repeat(most / 4)] {
        let stream = StreamId::new(longest.clone(), longest.clone());
        let named = NewEvent { name: longest.clone().into(), ..deposited(1) };
        store.append(append(&stream, ExpectedVersion::NoStream, vec![named])).await.unwrap();
        let events = whole_stream(&store, &stream).await;
        assert_eq!(events[0].meta.aggregate_id, longest);
        assert_eq!(events[0].meta.event_type, longest);
        let longer = format!("{longest}x");
        assert_refused(&store, StreamId::new("account", longer.clone())).await;
        assert_refused(&store, StreamId::new(longer.clone(), "ada")).await;
        let named = NewEvent { name: longer.into(), ..deposited(1) };
        assert_invalid(&store.append(append(&stream, ExpectedVersion::Any, vec![named])).await);
    }
    assert_eq!(whole_log(&store).await.len(), 2);
}

/// A payload of the greatest size is taken and comes back; one byte more is refused, and so is the append around it.
pub async fn a_payload_is_taken_up_to_its_greatest_size<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let text = |size: usize| format!("\"{}\"", "x".repeat(size - 2)).into_bytes();
    let sized = |size| NewEvent { payload: text(size), ..deposited(1) };
    let largest = NewEvent::MAX_PAYLOAD_BYTES;
    let stream = account("ada");
    store.append(append(&stream, ExpectedVersion::NoStream, vec![sized(largest)])).await.unwrap();
    let events = whole_stream(&store, &stream).await;
    assert_eq!(events.len(), 1);
    assert!(events[0].payload == text(largest), "the payload came back as another");
    let too_large = append(&stream, ExpectedVersion::Any, vec![deposited(1), sized(largest + 1)]);
    assert_invalid(&store.append(too_large).await);
    assert_eq!(store.stream_version(stream).await.unwrap().get(), 1);
}

/// Payloads of several megabytes from several writers at once all come back whole.
pub async fn large_payloads_come_back_whole<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let megabytes = 3 * 1024 * 1024;
    let calls: Vec<_> = (0..6)
        .map(|number| {
            let stream = account(&number.to_string());
            store.append(append(&stream, ExpectedVersion::NoStream, vec![large(number, megabytes)]))
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    for number in 0..6 {
        let events = whole_stream(&store, &account(&number.to_string())).await;
        assert_eq!(events.len(), 1);
        assert!(
            events[0].payload == large(number, megabytes).payload,
            "payload {number} came back as another"
        );
    }
}

/// An append of the greatest number of events is taken, one more is refused.
pub async fn an_append_is_taken_up_to_its_greatest_number_of_events<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let many = |count: usize| (0..count as i64).map(deposited).collect::<Vec<_>>();
    let most = Append::MAX_EVENTS;
    let stream = account("ada");
    assert_invalid(&store.append(append(&stream, ExpectedVersion::Any, many(most + 1))).await);
    assert!(whole_log(&store).await.is_empty());
    let appended = store.append(append(&stream, ExpectedVersion::NoStream, many(most))).await.unwrap();
    assert_eq!((appended.version.get(), appended.events), (most as u64, most as u64));
    assert_eq!(versions(&whole_stream(&store, &stream).await), (1..=most as u64).collect::<Vec<_>>());
}

/// An append that is refused as invalid leaves its command id free and the store as it was.
pub async fn an_invalid_append_leaves_nothing_behind<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", [1]).await;
    let (log, head, id) = (whole_log(&store).await, store.head().await.unwrap(), Uuid::now_v7());
    let nameless = NewEvent { name: "".into(), ..deposited(3) };
    let half_invalid = append(&account("ada"), ExpectedVersion::Any, vec![deposited(2), nameless]);
    assert_invalid(&store.append(Append { command_id: Some(id), ..half_invalid }).await);
    assert_eq!(whole_log(&store).await, log);
    assert_eq!(store.head().await.unwrap(), head);
    assert_eq!(store.find_command(id).await.unwrap(), None);
}

/// An invalid append among many that are under way at once is refused alone.
pub async fn an_invalid_append_among_many_fails_alone<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let calls: Vec<_> = (0..60)
        .map(|number| {
            let id = if number % 4 == 0 { String::new() } else { number.to_string() };
            store.append(append(&account(&id), ExpectedVersion::NoStream, vec![deposited(number)]))
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        let outcome = call.await;
        if number % 4 == 0 {
            assert_invalid(&outcome);
        } else {
            assert_eq!(outcome.unwrap().version.get(), 1);
        }
    }
    assert_eq!(whole_log(&store).await.len(), 45);
}
