//! Reading pages of the log: entries are taken under the lock, events are copied after it.
//!
//! A page ends at its limit, at its bytes, or after so many events that a filter let nothing through; it
//! never holds the lock while it copies.

use std::sync::Mutex;

use super::log::{Commit, Entry};
use super::{Writer, locked};
use crate::batch::{BatchBuilder, BatchRow, EventBatch, timestamp_from_micros};
use crate::envelope::Position;
use crate::store::{Detail, Direction, ReadAll, ReadStream, Until};

/// How many entries of a stream are taken under one lock.
const STRIDE: usize = 512;

/// How many events a page of all streams looks at, so that a filter cannot make one read endless.
const SCAN: usize = 65_536;

pub(super) fn read_all(writer: &Mutex<Writer>, read: &ReadAll) -> EventBatch {
    let mut page = Page::new(Detail::Full);
    let mut end = read.after;
    let mut scanned = 0;
    while scanned < SCAN && page.has_room(read.limit) {
        let (run, skip) = locked(writer).log.run_after(end);
        if run.len() <= skip {
            break;
        }
        for entry in &run[skip..] {
            if entry.position() > read.until || !page.has_room(read.limit) {
                return page.builder.finish(end);
            }
            let commit = entry.commit();
            let (name, tenant) = (&entry.event().name, commit.origin.tenant.as_deref());
            if read.filter.matches(&commit.stream.aggregate_type, name, tenant) {
                page.push(entry);
            }
            end = entry.position();
        }
        scanned += run.len() - skip;
    }
    page.builder.finish(end)
}

pub(super) fn read_stream(writer: &Mutex<Writer>, read: &ReadStream) -> EventBatch {
    let mut page = Page::new(read.detail);
    let mut next = read.from.get();
    while page.has_room(read.limit) {
        let entries = take_stride(writer, read, &mut next, read.limit - page.builder.len());
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            if !page.has_room(read.limit) {
                break;
            }
            page.push(entry);
        }
    }
    page.builder.finish(Position::START)
}

/// The entries of a few versions on from `next`, which moves beyond them.
fn take_stride(writer: &Mutex<Writer>, read: &ReadStream, next: &mut u64, room: usize) -> Vec<Entry> {
    let writer = locked(writer);
    let positions = writer.log.positions(&read.stream);
    let newest = positions.len() as u64;
    let until = match read.until {
        Until::Latest => newest,
        Until::Version(version) => version.get().min(newest),
        Until::Time(time) => {
            let recorded = |position: &u64| {
                writer
                    .log
                    .entry(*position)
                    .is_some_and(|entry| timestamp_from_micros(entry.commit().recorded_at) <= time)
            };
            positions.partition_point(recorded) as u64
        }
    };
    let count = room.min(STRIDE) as u64;
    let (from, to) = match read.direction {
        Direction::Forward => {
            let from = (*next).max(1);
            let to = until.min(from.saturating_add(count - 1));
            *next = to.max(*next).saturating_add(1);
            (from, to)
        }
        Direction::Backward => {
            let to = (*next).min(until);
            let from = to.saturating_sub(count) + 1;
            *next = from - 1;
            (from, to)
        }
    };
    let versions = from..=to;
    let entry = |version: u64| writer.log.entry(positions[version as usize - 1]).cloned();
    match read.direction {
        Direction::Forward => versions.filter_map(entry).collect(),
        Direction::Backward => versions.rev().filter_map(entry).collect(),
    }
}

/// The events of a commit that is not in the log yet, as projections read them.
pub(super) fn batch_of(commit: &Commit) -> EventBatch {
    let mut page = Page::new(Detail::Full);
    for index in 0..commit.events.len() as u32 {
        page.push_event(commit, index);
    }
    page.builder.finish(commit.position)
}

/// A page while it is filled. Stream and origin are looked up once for a commit's neighbouring events.
struct Page {
    builder: BatchBuilder,
    detail: Detail,
    last: Option<(Position, u32, u32)>,
}

impl Page {
    fn new(detail: Detail) -> Self {
        Self { builder: BatchBuilder::default(), detail, last: None }
    }

    fn has_room(&self, limit: usize) -> bool {
        self.builder.len() < limit && self.builder.payload_bytes() < ReadStream::PAGE_BYTES
    }

    fn push(&mut self, entry: &Entry) {
        self.push_event(entry.commit(), entry.index());
    }

    fn push_event(&mut self, commit: &Commit, index: u32) {
        let full = self.detail == Detail::Full;
        let (stream_index, origin_index) = match self.last {
            Some((position, stream, origin)) if position == commit.position => (stream, origin),
            _ => {
                let stream = self.builder.stream(&commit.stream);
                let origin = if full { self.builder.origin(commit.origin.clone()) } else { u32::MAX };
                self.last = Some((commit.position, stream, origin));
                (stream, origin)
            }
        };
        let event = &commit.events[index as usize];
        let row = BatchRow {
            position: commit.position_of(index),
            version: commit.version_of(index),
            recorded_at_micros: commit.recorded_at,
            event_id: if full { event.event_id } else { uuid::Uuid::nil() },
            type_index: self.builder.stored_type(&event.name, event.version),
            stream_index,
            origin_index,
        };
        self.builder.push(row, &event.payload);
    }
}
