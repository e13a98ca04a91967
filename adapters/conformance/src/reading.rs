//! Reading one stream: forward, backward, from a version, as of a version or a time, in pages.

use std::time::Duration;

use cqrs_core::store::{Detail, Direction, EventStore, EventStoreExt as _, ReadStream, Until};
use cqrs_core::{ExpectedVersion, RecordedEvent, StreamVersion, timestamp_from_micros};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Strategy, any, prop_oneof};
use uuid::Uuid;

use crate::domain::{
    account, append, at_once, deposit, deposited, large, record, versions, whole_log, whole_stream,
};
use crate::{StoreFactory, property};

fn forward() -> ReadStream {
    ReadStream::forward(account("ada"))
}

fn backward() -> ReadStream {
    ReadStream::backward(account("ada"))
}

/// The versions on one page.
async fn page(store: &impl EventStore, read: ReadStream) -> Vec<u64> {
    versions(&store.read_stream(read).await.unwrap().to_vec())
}

/// A stream is read oldest first, and only it.
pub async fn a_stream_is_read_forward<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=2).await;
    record(&store, "grace", 1..=2).await;
    record(&store, "ada", 3..=4).await;
    assert_eq!(page(&store, forward()).await, [1, 2, 3, 4]);
}

/// A stream is read newest first, with the same events.
pub async fn a_stream_is_read_backward<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=4).await;
    let mut events = store.collect_stream(backward()).await.unwrap();
    events.reverse();
    assert_eq!(events, whole_stream(&store, &account("ada")).await);
    assert_eq!(versions(&events), [1, 2, 3, 4]);
}

/// A read begins at the version that it names, upwards or downwards.
pub async fn a_stream_is_read_from_a_version<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=4).await;
    let from = StreamVersion::new(3);
    assert_eq!(page(&store, ReadStream { from, ..forward() }).await, [3, 4]);
    assert_eq!(page(&store, ReadStream { from, ..backward() }).await, [3, 2, 1]);
}

/// A read as of a version includes that version and nothing after it.
pub async fn a_stream_is_read_as_of_a_version<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=4).await;
    let until = Until::Version(StreamVersion::new(3));
    assert_eq!(page(&store, ReadStream { until, ..forward() }).await, [1, 2, 3]);
    assert_eq!(page(&store, ReadStream { until, ..backward() }).await, [3, 2, 1]);
    let until = Until::Version(StreamVersion::EMPTY);
    assert!(page(&store, ReadStream { until, ..forward() }).await.is_empty());
}

/// A read as of a time includes what was recorded up to that instant and nothing after it.
pub async fn a_stream_is_read_as_of_a_time<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for amount in 1..=4 {
        record(&store, "ada", [amount]).await;
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let times: Vec<_> =
        whole_stream(&store, &account("ada")).await.iter().map(|event| event.meta.recorded_at).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "events milliseconds apart were recorded at {times:?}");
    let nanosecond = SignedDuration::from_nanos(1);
    let cases = [
        (times[2], vec![1, 2, 3]),
        (times[2] - nanosecond, vec![1, 2]),
        (times[2] + nanosecond, vec![1, 2, 3]),
        (times[0] - nanosecond, vec![]),
        (Timestamp::MIN, vec![]),
        (Timestamp::MAX, vec![1, 2, 3, 4]),
    ];
    for (time, mut expected) in cases {
        let until = Until::Time(time);
        assert_eq!(page(&store, ReadStream { until, ..forward() }).await, expected, "as of {time}");
        expected.reverse();
        assert_eq!(page(&store, ReadStream { until, ..backward() }).await, expected, "as of {time}");
    }
}

/// A stream that has no events reads as empty, at version 0, in every way.
pub async fn a_stream_without_events_is_empty<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "grace", [1]).await;
    for read in [forward(), backward(), ReadStream { until: Until::Time(Timestamp::MAX), ..forward() }] {
        assert!(store.read_stream(read).await.unwrap().is_empty());
    }
    assert_eq!(store.stream_version(account("ada")).await.unwrap(), StreamVersion::EMPTY);
}

/// Upwards there is nothing beyond the newest version; downwards a read from beyond it begins at the newest.
pub async fn a_read_from_beyond_the_newest_version_finds_what_lies_below<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=2).await;
    for from in [StreamVersion::new(3), StreamVersion::MAX] {
        assert!(page(&store, ReadStream { from, ..forward() }).await.is_empty());
        assert_eq!(page(&store, ReadStream { from, ..backward() }).await, [2, 1]);
    }
    let from = StreamVersion::EMPTY;
    assert_eq!(page(&store, ReadStream { from, ..forward() }).await, [1, 2]);
    assert!(page(&store, ReadStream { from, ..backward() }).await.is_empty());
    let until = Until::Version(StreamVersion::MAX);
    assert_eq!(page(&store, ReadStream { until, ..forward() }).await, [1, 2]);
}

/// A page has as many events as its limit allows; an empty one is the end.
pub async fn a_page_holds_as_many_events_as_its_limit<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=5).await;
    let at = |from| ReadStream { from: StreamVersion::new(from), limit: 2, ..forward() };
    for (from, expected) in [(1, vec![1, 2]), (3, vec![3, 4]), (5, vec![5]), (6, vec![])] {
        assert_eq!(page(&store, at(from)).await, expected);
    }
    let down = |from| ReadStream { from: StreamVersion::new(from), limit: 2, ..backward() };
    for (from, expected) in [(5, vec![5, 4]), (3, vec![3, 2]), (1, vec![1])] {
        assert_eq!(page(&store, down(from)).await, expected);
    }
    assert!(page(&store, ReadStream { limit: 0, ..forward() }).await.is_empty());
}

/// Every combination of direction, beginning, end and limit reads what a plain look at the whole stream says.
pub async fn every_read_of_a_stream_agrees_with_the_whole_stream<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for amount in 1..=12 {
        record(&store, "ada", [amount]).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let all = whole_stream(&store, &account("ada")).await;
    let (first, last) = (all[0].meta.recorded_at.as_microsecond(), all[11].meta.recorded_at.as_microsecond());
    let until = prop_oneof![
        any::<bool>().prop_map(|_| Until::Latest),
        (0..15_u64).prop_map(|version| Until::Version(StreamVersion::new(version))),
        (first - 2..last + 2).prop_map(|micros| Until::Time(timestamp_from_micros(micros))),
    ];
    let reads = (0..15_u64, until, any::<bool>(), 1..15_usize).prop_map(|(from, until, forward, limit)| {
        let direction = if forward { Direction::Forward } else { Direction::Backward };
        let (stream, from) = (account("ada"), StreamVersion::new(from));
        ReadStream { stream, from, until, direction, limit, detail: Detail::Full }
    });
    property::holds(256, &reads, async |read| {
        let expected = expected_page(&all, &read);
        let page = store.read_stream(read.clone()).await.unwrap();
        assert_eq!(page.to_vec(), expected, "{read:?}");
        assert_eq!(read.is_last(&page), page.len() < read.limit);
    });
}

fn expected_page(all: &[RecordedEvent], read: &ReadStream) -> Vec<RecordedEvent> {
    let reached = |event: &&RecordedEvent| match read.until {
        Until::Latest => true,
        Until::Version(version) => event.meta.version <= version,
        Until::Time(time) => event.meta.recorded_at <= time,
    };
    let events = all.iter().filter(reached);
    match read.direction {
        Direction::Forward => {
            events.filter(|event| event.meta.version >= read.from).take(read.limit).cloned().collect()
        }
        Direction::Backward => {
            events.rev().filter(|event| event.meta.version <= read.from).take(read.limit).cloned().collect()
        }
    }
}

/// A read of payloads only has everything that folding needs, and neither ids nor origins.
pub async fn a_read_of_payloads_leaves_ids_and_origins_out<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=3).await;
    let full = store.read_stream(forward()).await.unwrap();
    let lean = store.read_stream(ReadStream { detail: Detail::Payload, ..forward() }).await.unwrap();
    assert_eq!(lean.len(), 3);
    for (lean, full) in lean.iter().zip(full.iter()) {
        assert_eq!((lean.position(), lean.version()), (full.position(), full.version()));
        assert_eq!((lean.stored_type(), lean.stream()), (full.stored_type(), full.stream()));
        assert_eq!(lean.payload(), full.payload());
        assert_eq!(lean.event_id(), Uuid::nil());
        assert!(lean.origin().is_none());
        assert!(full.origin().is_some());
    }
}

/// A batch of one stream ends at the position of its last event.
pub async fn a_page_of_a_stream_ends_at_the_position_of_its_last_event<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=3).await;
    record(&store, "grace", 1..=3).await;
    let page = store.read_stream(ReadStream { limit: 2, ..forward() }).await.unwrap();
    assert_eq!(page.end(), page.last().unwrap().position());
}

/// A page ends early only when its payloads take so many bytes, and the next page goes on from there.
pub async fn a_page_of_large_payloads_ends_early<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let mebibyte = 1024 * 1024;
    for number in 0..5 {
        let events = (0..4).map(|part| large(number * 4 + part, mebibyte)).collect();
        store.append(append(&account("ada"), ExpectedVersion::Any, events)).await.unwrap();
    }
    for read in [forward(), ReadStream { detail: Detail::Payload, ..forward() }] {
        let page = store.read_stream(read.clone()).await.unwrap();
        assert!(page.payload_bytes() >= ReadStream::PAGE_BYTES, "a page of {} bytes", page.payload_bytes());
        assert!(page.payload_bytes() < ReadStream::PAGE_BYTES + 2 * mebibyte, "{}", page.payload_bytes());
        assert!(!read.is_last(&page));
    }
    for read in [forward(), backward()] {
        let mut events = store.collect_stream(read.clone()).await.unwrap();
        if read.direction == Direction::Backward {
            events.reverse();
        }
        assert_eq!(versions(&events), (1..=20).collect::<Vec<_>>());
        for (number, event) in events.iter().enumerate() {
            assert!(event.payload == large(number, mebibyte).payload, "payload {number} is another");
        }
    }
}

/// A stream longer than a page is read whole, page by page.
pub async fn a_stream_longer_than_a_page_is_read_whole<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let length = ReadStream::PAGE as i64 + 10;
    for start in (0..length).step_by(1000) {
        let events = (start..length.min(start + 1000)).map(deposited).collect();
        store.append(append(&account("ada"), ExpectedVersion::Any, events)).await.unwrap();
    }
    let first = store.read_stream(forward()).await.unwrap();
    assert_eq!(first.len(), ReadStream::PAGE);
    assert!(!forward().is_last(&first));
    let events = whole_stream(&store, &account("ada")).await;
    assert_eq!(versions(&events), (1..=length as u64).collect::<Vec<_>>());
    assert_eq!(events.last().unwrap().payload, deposited(length - 1).payload);
}

/// Thousands of streams, written at once, each keep their own events.
pub async fn thousands_of_streams_are_kept_apart<F: StoreFactory>(factory: F) {
    let store = std::sync::Arc::new(factory.open().await);
    at_once(&store, 4, |store, writer| async move {
        let calls: Vec<_> = (writer * 1000..(writer + 1) * 1000)
            .map(|number| store.append(deposit(&account(&format!("account-{number}")), number)))
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap().version.get(), 1);
        }
    })
    .await;
    assert_eq!(whole_log(&*store).await.len(), 4000);
    for number in (0..4000).step_by(37) {
        let events = whole_stream(&*store, &account(&format!("account-{number}"))).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].payload, deposited(number).payload);
    }
}
