//! Reading all streams: in the order of positions, from and up to a position, filtered in the store.

use cqrs_core::store::{Append, EventFilter, EventStore, EventStoreExt as _, ReadAll};
use cqrs_core::{ExpectedVersion, Origin, Position, RecordedEvent, StreamId};
use proptest::prelude::Strategy;
use proptest::sample::{select, subsequence};

use crate::domain::{account, append, deposited, event, everything, large, record, whole_log};
use crate::{StoreFactory, property};

const AGGREGATE_TYPES: [&str; 3] = ["account", "customer", "order"];
const EVENT_NAMES: [&str; 3] = ["opened", "changed", "closed"];
const TENANTS: [Option<&str>; 3] = [None, Some("north"), Some("south")];

/// Events of every aggregate type, name and tenant, several times over.
async fn record_a_mixture(store: &impl EventStore) -> Vec<RecordedEvent> {
    for round in 0..3 {
        for aggregate_type in AGGREGATE_TYPES {
            for (index, tenant) in TENANTS.into_iter().enumerate() {
                let stream = StreamId::new(aggregate_type, format!("{round}-{index}"));
                let events = EVENT_NAMES.map(|name| event(name, "{}")).into();
                let origin = Origin { tenant: tenant.map(str::to_owned), ..Origin::default() };
                let mixed = append(&stream, ExpectedVersion::NoStream, events);
                store.append(Append { origin, ..mixed }).await.unwrap();
            }
        }
    }
    whole_log(store).await
}

fn passes(filter: &EventFilter, event: &RecordedEvent) -> bool {
    let meta = &event.meta;
    filter.matches(&meta.aggregate_type, &meta.event_type, meta.origin.tenant.as_deref())
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// All events come in the order of positions, whichever streams they are of.
pub async fn all_events_are_read_in_the_order_of_positions<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for id in ["ada", "grace", "ada", "edith"] {
        record(&store, id, [1]).await;
    }
    let log = whole_log(&store).await;
    let ids: Vec<_> = log.iter().map(|event| event.meta.aggregate_id.as_str()).collect();
    assert_eq!(ids, ["ada", "grace", "ada", "edith"]);
    assert!(log.is_sorted_by(|a, b| a.meta.position < b.meta.position));
}

/// The log and the streams hold the same events, with the same envelopes.
pub async fn the_log_and_the_streams_agree<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let log = record_a_mixture(&store).await;
    assert_eq!(log.len(), 81);
    for aggregate_type in AGGREGATE_TYPES {
        let stream = StreamId::new(aggregate_type, "1-2");
        let of_stream = store.collect_stream(cqrs_core::store::ReadStream::forward(stream)).await.unwrap();
        let in_log: Vec<_> = log
            .iter()
            .filter(|event| event.meta.aggregate_type == aggregate_type && event.meta.aggregate_id == "1-2")
            .cloned()
            .collect();
        assert_eq!(of_stream, in_log);
        assert_eq!(of_stream.len(), 3);
    }
}

/// An empty store is read to its end at once.
pub async fn an_empty_store_is_read_to_its_end_at_once<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let page = store.read_all(ReadAll::after(Position::START)).await.unwrap();
    assert!(page.is_empty());
    assert_eq!(page.end(), Position::START);
}

/// A read after a position leaves out the event at it; one until a position includes the event at it.
pub async fn events_are_read_after_and_until_a_position<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=5).await;
    let log = whole_log(&store).await;
    let (after, until) = (log[0].meta.position, log[3].meta.position);
    let read = ReadAll { until, ..ReadAll::after(after) };
    let page = store.read_all(read.clone()).await.unwrap();
    assert_eq!(page.to_vec(), log[1..4]);
    assert_eq!(page.end(), until);
    let page = store.read_all(ReadAll { after: until, ..read }).await.unwrap();
    assert!(page.is_empty());
    assert_eq!(page.end(), until, "a read does not get beyond the position that it is to end at");
}

/// A page has as many events as its limit allows and ends where the next one goes on.
pub async fn a_page_of_all_streams_holds_as_many_events_as_its_limit<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record(&store, "ada", 1..=5).await;
    let log = whole_log(&store).await;
    let mut read = ReadAll { limit: 2, ..ReadAll::after(Position::START) };
    for expected in [&log[..2], &log[2..4], &log[4..], &[]] {
        let page = store.read_all(read.clone()).await.unwrap();
        assert_eq!(page.to_vec(), expected);
        read.after = page.end();
    }
    let nothing = store.read_all(ReadAll { limit: 0, ..ReadAll::after(Position::START) }).await.unwrap();
    assert!(nothing.is_empty());
    assert_eq!(nothing.end(), Position::START, "a page without room gets nowhere");
}

/// A filter by event type lets through the events of that name that are of that aggregate type.
pub async fn a_filter_by_event_type_names_the_aggregate_type_too<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record_a_mixture(&store).await;
    let event_types = pairs(&[("account", "opened"), ("order", "closed"), ("order", "unheard of")]);
    let filter = EventFilter { event_types, ..EventFilter::default() };
    let events = everything(&store, ReadAll { filter, ..ReadAll::after(Position::START) }).await;
    assert_eq!(events.len(), 18);
    for event in events {
        let found = (event.meta.aggregate_type.as_str(), event.meta.event_type.as_str());
        assert!([("account", "opened"), ("order", "closed")].contains(&found), "{found:?}");
    }
}

/// A filter by aggregate type lets through all events of aggregates of those types.
pub async fn a_filter_by_aggregate_type_lets_all_its_events_through<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record_a_mixture(&store).await;
    let filter = EventFilter { aggregate_types: owned(&["account", "order"]), ..EventFilter::default() };
    let events = everything(&store, ReadAll { filter, ..ReadAll::after(Position::START) }).await;
    assert_eq!(events.len(), 54);
    assert!(events.iter().all(|event| event.meta.aggregate_type != "customer"));
}

/// A filter by tenant leaves out the events of other tenants and of none.
pub async fn a_filter_by_tenant_leaves_other_tenants_out<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    record_a_mixture(&store).await;
    let filter = EventFilter { tenants: owned(&["north"]), ..EventFilter::default() };
    let events = everything(&store, ReadAll { filter, ..ReadAll::after(Position::START) }).await;
    assert_eq!(events.len(), 27);
    assert!(events.iter().all(|event| event.meta.origin.tenant.as_deref() == Some("north")));
}

/// Every combination of filters, beginning, end and page size reads what a plain look at the whole log says.
pub async fn every_filtered_read_agrees_with_the_whole_log<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let log = record_a_mixture(&store).await;
    let types: Vec<_> = AGGREGATE_TYPES.iter().flat_map(|of| EVENT_NAMES.map(|name| (*of, name))).collect();
    let event_types = subsequence(types, 0..5).prop_map(|chosen| pairs(&chosen));
    let aggregate_types = subsequence(AGGREGATE_TYPES.to_vec(), 0..=2).prop_map(|chosen| owned(&chosen));
    let tenants = subsequence(vec!["north", "south", "west"], 0..=2).prop_map(|chosen| owned(&chosen));
    let filters =
        (event_types, aggregate_types, tenants).prop_map(|(event_types, aggregate_types, tenants)| {
            EventFilter { event_types, aggregate_types, tenants }
        });
    let mut positions: Vec<_> = log.iter().map(|event| event.meta.position).collect();
    positions.extend([Position::START, Position::MAX]);
    let reads = (filters, select(positions.clone()), select(positions), 1..90_usize)
        .prop_map(|(filter, after, until, limit)| ReadAll { after, until, limit, filter });
    property::holds(256, &reads, async |read| {
        let within = |event: &&RecordedEvent| {
            let position = event.meta.position;
            position > read.after && position <= read.until && passes(&read.filter, event)
        };
        let expected: Vec<_> = log.iter().filter(within).cloned().collect();
        assert_eq!(everything(&store, read.clone()).await, expected, "{read:?}");
    });
}

/// A reader whose filter lets nothing through gets to the head all the same, so that it is not forever behind.
pub async fn a_reader_whose_filter_lets_nothing_through_reaches_the_head<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for round in 0..12 {
        let events = (0..10_000).map(deposited).collect();
        store.append(append(&account(&format!("{round}")), ExpectedVersion::Any, events)).await.unwrap();
    }
    let filter = EventFilter { aggregate_types: owned(&["customer"]), ..EventFilter::default() };
    let mut read = ReadAll { filter, limit: 10, ..ReadAll::after(Position::START) };
    loop {
        let page = store.read_all(read.clone()).await.unwrap();
        assert!(page.is_empty());
        if page.end() == read.after {
            break;
        }
        assert!(page.end() > read.after);
        read.after = page.end();
    }
    assert_eq!(read.after, store.head().await.unwrap());
    let wanted = append(&StreamId::new("customer", "ada"), ExpectedVersion::Any, vec![event("opened", "{}")]);
    store.append(wanted).await.unwrap();
    assert_eq!(everything(&store, ReadAll { after: Position::START, ..read }).await.len(), 1);
}

/// A page ends at or before the head: an event that comes later is never below the end of a page.
pub async fn a_page_never_ends_beyond_the_head<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    for id in ["ada", "grace"] {
        record(&store, id, [1]).await;
        for until in [Position::MAX, Position::new(1_000_000)] {
            let head = store.head().await.unwrap();
            let page = store.read_all(ReadAll { until, ..ReadAll::after(Position::START) }).await.unwrap();
            assert_eq!(page.end(), head);
            let beyond = store.read_all(ReadAll { until, ..ReadAll::after(head) }).await.unwrap();
            assert_eq!(beyond.end(), head);
        }
    }
}

/// The payloads of one page are bounded, however large they are; the next page goes on from there.
pub async fn a_page_of_all_streams_ends_early_when_payloads_are_large<F: StoreFactory>(factory: F) {
    let store = factory.open().await;
    let mebibyte = 1024 * 1024;
    for number in 0..12 {
        let stream = account(&format!("account-{number}"));
        store.append(append(&stream, ExpectedVersion::Any, vec![large(number, mebibyte)])).await.unwrap();
    }
    let page = store.read_all(ReadAll::after(Position::START)).await.unwrap();
    assert!(page.payload_bytes() <= 10 * mebibyte, "a page of {} bytes", page.payload_bytes());
    assert_eq!(page.end(), page.last().unwrap().position());
    assert_eq!(whole_log(&store).await.len(), 12);
}
