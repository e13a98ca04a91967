//! Dead letters: events that a projection cannot take, and those that wait behind them.
//!
//! A fold that meets such an event sets it aside, with everything later in its [`Lane`], and goes on with all other rows. A
//! letter says where the event is and why; the event itself stays in the log, so that nothing is kept twice.

use std::fmt;

use jiff::Timestamp;

use crate::envelope::{Position, StreamId, StreamVersion};
use crate::value::Value;

/// What is kept in order: one row of a projection, or one stream where an event's rows cannot be told.
///
/// Once an event of a lane is set aside, all later ones of that lane are, until the first is taken in or skipped. An event of a stream
/// that waits makes each row that it would change wait too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(String);

impl Lane {
    /// The lane of the row with this key.
    pub fn of_row(key: &[Value]) -> Self {
        let cells: Vec<_> = key.iter().map(Value::to_json).collect();
        Self(format!("row {}", serde_json::Value::from(cells)))
    }

    /// The lane of a stream.
    pub fn of_stream(stream: &StreamId) -> Self {
        Self(format!("stream {stream}"))
    }

    /// The lane as a store keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A lane that a store has kept.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An event that a fold sets aside in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The event's position.
    pub position: Position,
    /// The lane.
    pub lane: Lane,
    /// Why the event cannot be taken in; [`None`] when it waits behind another one.
    pub reason: Option<String>,
}

/// A kept dead letter, with what the log says of its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The event's position.
    pub position: Position,
    /// What waits behind it.
    pub lane: Lane,
    /// Why the projection cannot take the event; [`None`] when it waits behind another one.
    pub reason: Option<String>,
    /// How often the event was tried.
    pub attempts: u32,
    /// When it was first set aside.
    pub since: Timestamp,
    /// The event's stored name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: u32,
    /// Its stream.
    pub stream: StreamId,
    /// Its version in the stream.
    pub version: StreamVersion,
}

/// How many dead letters a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeadLetterCount {
    /// Events that cannot be taken in.
    pub failed: u64,
    /// Events that wait behind those.
    pub waiting: u64,
}
