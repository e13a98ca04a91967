//! What holds inside the store and cannot be seen from outside: clocks that go back, segments, bounded scans.

use uuid::Uuid;

use super::log::Log;
use super::page::read_all_of;
use crate::envelope::{ExpectedVersion, Origin, Position, StreamId};
use crate::store::{Append, Appended, EventFilter, NewEvent, ReadAll};

fn deposit(log: &mut Log, now: i64) -> Appended {
    record(log, "account", now)
}

fn record(log: &mut Log, aggregate_type: &'static str, now: i64) -> Appended {
    let event = NewEvent { event_id: Uuid::nil(), name: "deposited".into(), version: 1, payload: Vec::new() };
    let append = Append {
        stream: StreamId::new(aggregate_type, "ada"),
        expected: ExpectedVersion::Any,
        events: vec![event],
        origin: Origin::default(),
        command_id: None,
        chain: None,
    };
    let prepared = log.prepare(&append, now).unwrap();
    log.commit(append, prepared)
}

#[test]
fn a_clock_that_goes_back_takes_no_event_back_in_time() {
    let mut log = Log::default();
    let times = [5, 3, 7, 6].map(|now| deposit(&mut log, now).recorded_at.as_microsecond());
    assert_eq!(times, [5, 5, 7, 7]);
}

#[test]
fn events_are_found_across_segments() {
    let mut log = Log::default();
    for now in 1..=5000 {
        deposit(&mut log, now);
    }
    assert!(log.full_after(Position::START).is_some());
    let places = log.places(&StreamId::new("account", "ada"));
    assert_eq!(places.len(), 5000);
    for (position, place) in (1..).zip(places) {
        let segment = log.segment(*place).unwrap();
        assert_eq!(segment.position(place.row()), Position::new(position));
        assert_eq!(segment.row(place.row()).version, position);
        let before = Position::new(position - 1);
        let full = log.full_after(before);
        let found = full.as_deref().unwrap_or(log.newest());
        assert_eq!(found.position(found.rows_until(before)), Position::new(position));
    }
}

#[test]
fn a_long_scan_for_few_events_skips_none() {
    let mut log = Log::default();
    for now in 0..200_000 {
        record(&mut log, if now % 70_000 == 69_999 { "customer" } else { "account" }, now);
    }
    let filter = EventFilter { aggregate_types: vec!["customer".to_owned()], ..EventFilter::default() };
    let mut read = ReadAll { filter, ..ReadAll::after(Position::START) };
    let (mut found, mut pages) = (Vec::new(), 0);
    while read.after < log.head() {
        let page = read_all_of(&log, &read);
        found.extend(page.iter().map(|event| event.position().get()));
        read.after = page.end();
        pages += 1;
    }
    assert_eq!(found, [70_000, 140_000]);
    assert!(pages > 1, "one page looked at 200,000 events");
}
