//! Reading pages of the log: full segments without the lock, the newest one under it, a few events at a time.
//!
//! A page ends at its limit, at its bytes, or after so many events that a filter let nothing through.

use std::sync::Mutex;

use uuid::Uuid;

use super::log::{Log, Place};
use super::segment::Segment;
use super::{Writer, locked};
use crate::batch::{BatchBuilder, BatchRow, EventBatch, timestamp_from_micros};
use crate::envelope::Position;
use crate::store::{Detail, Direction, ReadAll, ReadStream, Until};

/// How many events of a stream are copied under one lock.
const STRIDE: usize = 512;

/// How many events a page of all streams looks at, so that a filter cannot make one read endless.
const SCAN: u64 = 65_536;

/// A page of all streams, which locks the log for one segment at most.
pub(super) fn read_all(writer: &Mutex<Writer>, read: &ReadAll) -> EventBatch {
    let mut scan = Scan::new(read);
    loop {
        let guard = locked(writer);
        match guard.log.full_after(scan.end) {
            Some(full) => {
                drop(guard);
                scan.take(&full);
            }
            None => {
                scan.take(guard.log.newest());
                return scan.finish();
            }
        }
        if scan.is_done() {
            return scan.finish();
        }
    }
}

/// A page of all streams for whoever holds the lock.
pub(super) fn read_all_of(log: &Log, read: &ReadAll) -> EventBatch {
    let mut scan = Scan::new(read);
    while let Some(full) = log.full_after(scan.end) {
        scan.take(&full);
        if scan.is_done() {
            return scan.finish();
        }
    }
    scan.take(log.newest());
    scan.finish()
}

/// A read of all streams on its way.
struct Scan<'a> {
    read: &'a ReadAll,
    page: Page,
    end: Position,
}

impl<'a> Scan<'a> {
    fn new(read: &'a ReadAll) -> Self {
        Self { read, page: Page::new(Detail::Full), end: read.after }
    }

    fn is_done(&self) -> bool {
        let scanned = self.end.since(self.read.after);
        scanned >= SCAN || self.end >= self.read.until || !self.page.has_room(self.read.limit)
    }

    /// Takes the wanted events of the segment that goes on where this read is, unless the page is done before.
    fn take(&mut self, segment: &Segment) {
        let (until, filter) = (segment.rows_until(self.read.until), &self.read.filter);
        let mut streams = vec![u32::MAX; segment.streams().len()];
        for index in segment.rows_until(self.end)..until {
            if !self.page.has_room(self.read.limit) {
                return;
            }
            let row = segment.row(index);
            let stream = &segment.streams()[usize::from(row.stream)];
            let (name, _) = &segment.types()[usize::from(row.stored_type)];
            if filter.matches(&stream.aggregate_type, name, segment.origin(row).tenant()) {
                let known = &mut streams[usize::from(row.stream)];
                if *known == u32::MAX {
                    *known = self.page.builder.stream(stream);
                }
                self.page.push(segment, index, *known);
            }
            self.end = segment.position(index);
        }
    }

    fn finish(self) -> EventBatch {
        self.page.builder.finish(self.end)
    }
}

pub(super) fn read_stream(writer: &Mutex<Writer>, read: &ReadStream) -> EventBatch {
    let mut page = Page::new(read.detail);
    page.builder = BatchBuilder::with_capacity(read.limit.min(STRIDE));
    let mut next = read.from.get();
    while page.has_room(read.limit) {
        let guard = locked(writer);
        let places = stride(&guard.log, read, &mut next, read.limit - page.builder.len());
        if places.is_empty() {
            break;
        }
        let stream = page.builder.stream(&read.stream);
        let mut take = |place: &Place| {
            if let Some(segment) = guard.log.segment(*place).filter(|_| page.has_room(read.limit)) {
                page.push(segment, place.row(), stream);
            }
        };
        match read.direction {
            Direction::Forward => places.iter().for_each(&mut take),
            Direction::Backward => places.iter().rev().for_each(&mut take),
        }
    }
    page.builder.finish(Position::START)
}

/// Where a few events on from version `next` lie, oldest first; `next` moves beyond them.
fn stride<'a>(log: &'a Log, read: &ReadStream, next: &mut u64, room: usize) -> &'a [Place] {
    let places = log.places(&read.stream);
    let until = match read.until {
        Until::Latest => places.len(),
        Until::Version(version) => {
            usize::try_from(version.get()).map_or(places.len(), |version| version.min(places.len()))
        }
        Until::Time(time) => places.partition_point(|place| {
            let recorded_at = log.segment(*place).map(|segment| segment.row(place.row()).recorded_at);
            recorded_at.is_some_and(|micros| timestamp_from_micros(micros) <= time)
        }),
    };
    let room = room.min(STRIDE);
    let from = usize::try_from(*next).unwrap_or(usize::MAX);
    let range = match read.direction {
        Direction::Forward => {
            let start = from.saturating_sub(1);
            start..until.min(start.saturating_add(room))
        }
        Direction::Backward => {
            let end = from.min(until);
            end.saturating_sub(room)..end
        }
    };
    *next = match read.direction {
        Direction::Forward => range.end as u64 + 1,
        Direction::Backward => range.start as u64,
    };
    places.get(range).unwrap_or_default()
}

/// A page while it is filled. What the events of a segment share is looked up once for each of them.
struct Page {
    builder: BatchBuilder,
    detail: Detail,
    /// The end of the segment that what follows is about.
    segment: Option<Position>,
    types: Vec<u32>,
    origin: Option<(u16, u32)>,
}

impl Page {
    fn new(detail: Detail) -> Self {
        Self { builder: BatchBuilder::default(), detail, segment: None, types: Vec::new(), origin: None }
    }

    fn has_room(&self, limit: usize) -> bool {
        self.builder.len() < limit && self.builder.payload_bytes() < ReadStream::PAGE_BYTES
    }

    fn push(&mut self, segment: &Segment, index: usize, stream_index: u32) {
        if self.segment != Some(segment.end()) {
            self.segment = Some(segment.end());
            self.types.clear();
            self.types.resize(segment.types().len(), u32::MAX);
            self.origin = None;
        }
        let row = segment.row(index);
        let full = self.detail == Detail::Full;
        let type_index = &mut self.types[usize::from(row.stored_type)];
        if *type_index == u32::MAX {
            let (name, version) = &segment.types()[usize::from(row.stored_type)];
            *type_index = self.builder.stored_type(name, *version);
        }
        let origin_index = match self.origin {
            _ if !full => u32::MAX,
            Some((kept, origin)) if kept == row.origin => origin,
            _ => {
                let origin = self.builder.origin(segment.origin(row).to_origin());
                self.origin = Some((row.origin, origin));
                origin
            }
        };
        let row = BatchRow {
            position: segment.position(index),
            version: crate::StreamVersion::new(row.version),
            recorded_at_micros: row.recorded_at,
            event_id: if full { row.event_id } else { Uuid::nil() },
            type_index: *type_index,
            stream_index,
            origin_index,
        };
        self.builder.push(row, segment.payload(index));
    }
}
