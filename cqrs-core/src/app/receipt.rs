//! What a command led to.

use jiff::Timestamp;
use uuid::Uuid;

use crate::envelope::{Position, StreamId, StreamVersion};
use crate::store::Appended;

/// What a command recorded, and where: proof of the write, and the token to read it back with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The command's id: the one that was given, or one that was made for it.
    pub command_id: Uuid,
    /// The aggregate's stream.
    pub stream: StreamId,
    /// The stream's version after the command.
    pub version: StreamVersion,
    /// How many events the command recorded.
    pub events: u64,
    /// The position of the last of them; where there was none, a position that the decision was made upon.
    pub position: Position,
    /// When they were recorded; where there was none, when the decision was made.
    pub recorded_at: Timestamp,
    /// Whether the command's id was known, so that this is the first execution's receipt and nothing was recorded.
    pub duplicate: bool,
}

impl Receipt {
    pub(super) fn of(command_id: Uuid, appended: Appended) -> Self {
        Self {
            command_id,
            stream: appended.stream,
            version: appended.version,
            events: appended.events,
            position: appended.position,
            recorded_at: appended.recorded_at,
            duplicate: appended.duplicate,
        }
    }
}
