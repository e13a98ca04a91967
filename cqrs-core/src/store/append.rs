//! Appending: what a writer hands to a store, and what comes back.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

use super::StoreError;
use crate::envelope::{ExpectedVersion, Origin, Position, StreamId, StreamVersion};
use crate::projector::FoldFailure;

/// The events of one decision, to be appended to one stream: all of them, or none.
#[derive(Debug, Clone)]
pub struct Append {
    /// The stream.
    pub stream: StreamId,
    /// What the stream must look like.
    pub expected: ExpectedVersion,
    /// The events, in order; none only records the command's id.
    pub events: Vec<NewEvent>,
    /// Who caused them.
    pub origin: Origin,
    /// Set where the same id again must not record anything again.
    pub command_id: Option<Uuid>,
    /// Set where the append was decided upon others that may not be settled yet.
    pub chain: Option<Chain>,
}

/// Appends of one writer to one stream that were decided upon each other, before the earlier ones were settled.
///
/// A version alone cannot tie them together: when the first fails because somebody else wrote to the stream, that
/// stranger's event may have the very version that the second expects. So a store refuses every append of a broken
/// chain with [`AppendError::Unfounded`], and breaks the chain, before it attempts any later append, whenever an append that carries
/// it records nothing: because it fails, for any reason, or because its command id was known.
#[derive(Debug, Clone, Default)]
pub struct Chain(Arc<AtomicBool>);

impl Chain {
    /// Says that an append of the chain was not recorded; for stores.
    pub fn break_off(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether an append of the chain was not recorded.
    pub fn is_broken(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// An event that is not stored yet.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The event's own id.
    pub event_id: Uuid,
    /// The name under which it is stored.
    pub name: Cow<'static, str>,
    /// The version of its shape.
    pub version: u32,
    /// The payload: JSON.
    pub payload: Vec<u8>,
}

impl NewEvent {
    /// The most bytes that one payload may have: 16 MiB.
    pub const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;
}

impl Append {
    /// The most events that one append may have.
    pub const MAX_EVENTS: usize = 10_000;

    /// Checks the limits that every store shares.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Invalid`](super::StoreErrorKind::Invalid) when an id is empty, holds a NUL, or is too
    /// long, when there are too many events, or when a payload is too large; each with the numbers.
    pub fn check_limits(&self) -> Result<(), StoreError> {
        check_text("aggregate type", &self.stream.aggregate_type)?;
        check_text("aggregate id", &self.stream.aggregate_id)?;
        if self.events.len() > Self::MAX_EVENTS {
            return Err(StoreError::invalid(format!(
                "an append of {} events is too large, the most is {}",
                self.events.len(),
                Self::MAX_EVENTS
            )));
        }
        for event in &self.events {
            check_text("event name", &event.name)?;
            if event.payload.len() > NewEvent::MAX_PAYLOAD_BYTES {
                return Err(StoreError::invalid(format!(
                    "the payload of `{}` has {} bytes, the most is {}",
                    event.name,
                    event.payload.len(),
                    NewEvent::MAX_PAYLOAD_BYTES
                )));
            }
        }
        Ok(())
    }
}

fn check_text(what: &str, text: &str) -> Result<(), StoreError> {
    let most = StreamId::MAX_PART_BYTES;
    if text.is_empty() {
        return Err(StoreError::invalid(format!("the {what} is empty")));
    }
    if text.len() > most {
        return Err(StoreError::invalid(format!("the {what} has {} bytes, the most is {most}", text.len())));
    }
    if text.contains('\0') {
        return Err(StoreError::invalid(format!("the {what} {text:?} holds a NUL character")));
    }
    Ok(())
}

/// What an append recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The stream.
    pub stream: StreamId,
    /// The stream's version after the append.
    pub version: StreamVersion,
    /// How many events were recorded.
    pub events: u64,
    /// The position of the last event; where there was none, the head at the time of the append.
    pub position: Position,
    /// When they were recorded.
    pub recorded_at: Timestamp,
    /// Whether the command's id was recorded before, so that this append recorded nothing.
    pub duplicate: bool,
}

/// Why an append recorded nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// The stream was not at the expected version.
    #[error("stream {stream} is at version {actual}, expected {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What the writer expected.
        expected: ExpectedVersion,
        /// What was there.
        actual: StreamVersion,
    },
    /// An earlier append of the same [`Chain`] was not recorded.
    #[error("an earlier append to stream {stream}, which this one was decided upon, was not recorded")]
    Unfounded {
        /// The stream.
        stream: StreamId,
    },
    /// An on-commit projection cannot take one of the events.
    #[error("an on-commit projection refused the events: {0}")]
    Projection(Box<FoldFailure>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
