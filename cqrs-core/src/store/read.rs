//! Reading: which events a reader wants, in which order, and how much of each.

use jiff::Timestamp;

use crate::batch::EventBatch;
use crate::envelope::{Position, StreamId, StreamVersion};

/// A page of one stream.
#[derive(Debug, Clone)]
pub struct ReadStream {
    /// The stream.
    pub stream: StreamId,
    /// The first version to read: upwards from it when reading forward, downwards from it when reading backward.
    pub from: StreamVersion,
    /// Where the stream ends for this reader.
    pub until: Until,
    /// Forward or backward.
    pub direction: Direction,
    /// The most events in the page.
    pub limit: usize,
    /// How much of each event to read.
    pub detail: Detail,
}

/// Where a stream ends for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At its newest event.
    Latest,
    /// At this version, which is included.
    Version(StreamVersion),
    /// Before the first event that was recorded after this instant.
    Time(Timestamp),
}

/// The order of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    Backward,
}

/// How much of each event a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What folding into a state needs: position, version, type and payload. Event ids are nil, origins absent, times unspecified.
    Payload,
    /// Everything.
    Full,
}

impl ReadStream {
    /// The events of one page when nothing else is asked for.
    pub const PAGE: usize = 4096;

    /// A store ends a page before its limit, other than at the end of the stream, only once its payloads take this many bytes: 8 MiB.
    pub const PAGE_BYTES: usize = 8 * 1024 * 1024;

    /// Whether a page that answered this read is the last one, as of the moment of the read.
    pub fn is_last(&self, page: &EventBatch) -> bool {
        page.len() < self.limit && page.payload_bytes() < Self::PAGE_BYTES
    }

    /// The whole stream, forward, with all details; a page at a time.
    pub fn forward(stream: StreamId) -> Self {
        Self {
            stream,
            from: StreamVersion::new(1),
            until: Until::Latest,
            direction: Direction::Forward,
            limit: Self::PAGE,
            detail: Detail::Full,
        }
    }

    /// The whole stream, newest first, with all details; a page at a time.
    pub fn backward(stream: StreamId) -> Self {
        Self { from: StreamVersion::MAX, direction: Direction::Backward, ..Self::forward(stream) }
    }
}

/// A page of all streams.
#[derive(Debug, Clone)]
pub struct ReadAll {
    /// Events above this position are read.
    pub after: Position,
    /// No event above this position is read.
    pub until: Position,
    /// The most events in the page.
    pub limit: usize,
    /// Which events are wanted.
    pub filter: EventFilter,
}

impl ReadAll {
    /// The events of one page when nothing else is asked for.
    pub const PAGE: usize = 4096;

    /// All events above a position; a page at a time.
    pub fn after(position: Position) -> Self {
        Self { after: position, until: Position::MAX, limit: Self::PAGE, filter: EventFilter::default() }
    }
}

/// Which events a reader of all streams wants; applied in the store. An empty filter lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EventFilter {
    /// Only these pairs of aggregate type and stored event name; empty means any.
    pub event_types: Vec<(String, String)>,
    /// Only aggregates of these types; empty means any.
    pub aggregate_types: Vec<String>,
    /// Only events of these tenants; empty means any.
    pub tenants: Vec<String>,
}

impl EventFilter {
    /// Whether an event passes.
    pub fn matches(&self, aggregate_type: &str, event_name: &str, tenant: Option<&str>) -> bool {
        (self.aggregate_types.is_empty()
            || self.aggregate_types.iter().any(|wanted| wanted == aggregate_type))
            && (self.event_types.is_empty()
                || self
                    .event_types
                    .iter()
                    .any(|(aggregate, name)| aggregate == aggregate_type && name == event_name))
            && (self.tenants.is_empty()
                || tenant.is_some_and(|tenant| self.tenants.iter().any(|wanted| wanted == tenant)))
    }
}
