//! What is known of a recorded event besides its payload: where it stands, when it was recorded, who caused it.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Free-form metadata of a decision, stored with each of its events.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// The stream of one aggregate: the aggregate's type and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamId {
    /// The aggregate's type, as [`Aggregate::TYPE`](crate::Aggregate::TYPE).
    pub aggregate_type: Cow<'static, str>,
    /// The aggregate's id as text.
    pub aggregate_id: String,
}

impl StreamId {
    /// The most bytes that an aggregate's type or id may have.
    pub const MAX_PART_BYTES: usize = 512;

    /// The stream of an aggregate.
    pub fn new(aggregate_type: impl Into<Cow<'static, str>>, aggregate_id: impl Into<String>) -> Self {
        Self { aggregate_type: aggregate_type.into(), aggregate_id: aggregate_id.into() }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.aggregate_type, self.aggregate_id)
    }
}

/// How many events a stream has: 0 before the first, then 1, 2, 3 … without gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamVersion(u64);

/// A place in the order of all events of a store.
///
/// Positions grow in commit order: a reader that has seen position *n* never finds a new event at or below *n*.
/// They may have gaps. 0 lies before the first event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

macro_rules! counted {
    ($ty:ident, $start:ident, $doc:literal) => {
        impl $ty {
            #[doc = $doc]
            pub const $start: Self = Self(0);

            /// The highest number that every database can hold.
            pub const MAX: Self = Self(i64::MAX as u64);

            /// The number, at most [`MAX`](Self::MAX).
            pub const fn new(number: u64) -> Self {
                if number > Self::MAX.0 { Self::MAX } else { Self(number) }
            }

            /// The plain number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The number as databases hold it.
            pub const fn to_i64(self) -> i64 {
                self.0.cast_signed()
            }

            /// The number that a database held; a negative one, which no store writes, counts as 0.
            pub const fn from_i64(number: i64) -> Self {
                if number < 0 { Self(0) } else { Self(number.cast_unsigned()) }
            }

            /// The number `count` further on.
            pub const fn plus(self, count: u64) -> Self {
                Self::new(self.0.saturating_add(count))
            }

            /// How far this lies beyond `earlier`; 0 when it does not.
            pub const fn since(self, earlier: Self) -> u64 {
                self.0.saturating_sub(earlier.0)
            }
        }

        impl fmt::Display for $ty {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

counted!(StreamVersion, EMPTY, "A stream without events.");
counted!(Position, START, "Before the first event.");

/// What a writer expects of a stream at the moment of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Anything: the events go after whatever is there.
    Any,
    /// A stream without events.
    NoStream,
    /// A stream with at least one event.
    Exists,
    /// Exactly this many events.
    Exact(StreamVersion),
}

impl ExpectedVersion {
    /// Whether a stream at `actual` is as expected.
    pub fn allows(self, actual: StreamVersion) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => actual == StreamVersion::EMPTY,
            Self::Exists => actual != StreamVersion::EMPTY,
            Self::Exact(expected) => actual == expected,
        }
    }
}

impl fmt::Display for ExpectedVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("any version"),
            Self::NoStream => formatter.write_str("no events"),
            Self::Exists => formatter.write_str("some events"),
            Self::Exact(version) => write!(formatter, "version {version}"),
        }
    }
}

/// Who caused the events of one decision, and through what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The business transaction that these events are part of; handed on unchanged.
    pub correlation_id: Uuid,
    /// The command or event that directly caused these events.
    pub causation_id: Uuid,
    /// Who asked for it.
    pub actor: Option<String>,
    /// On whose behalf, where one store serves several tenants.
    pub tenant: Option<String>,
    /// Whatever else the caller wants to keep.
    pub metadata: Metadata,
}

/// Everything that is known of a recorded event besides its payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// The event's own id, a UUIDv7.
    pub event_id: Uuid,
    /// The type of the aggregate that recorded it.
    pub aggregate_type: String,
    /// The id of the aggregate that recorded it.
    pub aggregate_id: String,
    /// The stream's version with this event: 1 for the first.
    pub version: StreamVersion,
    /// The event's place among all events of the store.
    pub position: Position,
    /// The name under which the event is stored.
    pub event_type: String,
    /// The version of the shape in which it is stored.
    pub event_version: u32,
    /// When it was recorded, to the microsecond. Never earlier than an event at a lower position.
    pub recorded_at: Timestamp,
    /// Who caused it, and through what.
    pub origin: Origin,
}

/// One recorded event, on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// What is known of it.
    pub meta: Meta,
    /// Its payload, JSON in the shape of its stored version.
    pub payload: Vec<u8>,
}
