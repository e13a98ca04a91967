//! Why the engine did not do what it was asked for: one enum a question, each variant with its own way out.

use std::error::Error;

use uuid::Uuid;

use crate::command::Invalid;
use crate::envelope::{Position, StreamId, StreamVersion};
use crate::event::{DecodeError, EncodeError};
use crate::projection::Projection;
use crate::projector::FoldFailure;
use crate::query::CursorError;
use crate::store::{DeadLetter, FoldError, StoreError};
use crate::value::ValueError;

/// Why a command recorded nothing. `E` is the aggregate's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<E: Error + 'static> {
    /// The aggregate refused it.
    #[error(transparent)]
    Refused(E),
    /// Other writers were faster, each time that it was tried.
    #[error(
        "stream {stream} went on to version {actual} while `{command}` was decided at {expected}, {attempts} times"
    )]
    Conflict {
        /// The command.
        command: &'static str,
        /// The aggregate's stream.
        stream: StreamId,
        /// The version that the last decision was made upon.
        expected: StreamVersion,
        /// The version that was there.
        actual: StreamVersion,
        /// How often it was tried.
        attempts: u32,
    },
    /// The command needs an aggregate that has no events.
    #[error("there is no {stream} for `{command}`")]
    NotFound {
        /// The command.
        command: &'static str,
        /// The aggregate's stream.
        stream: StreamId,
    },
    /// The command creates an aggregate that has events already.
    #[error("{stream} already exists, so `{command}` cannot create it")]
    AlreadyExists {
        /// The command.
        command: &'static str,
        /// The aggregate's stream.
        stream: StreamId,
    },
    /// The caller has none of the roles that may send it.
    #[error("`{command}` may be sent by {}", one_of(.wanted))]
    Forbidden {
        /// The command.
        command: &'static str,
        /// The roles that may send it.
        wanted: &'static [&'static str],
    },
    /// The command breaks a rule by itself.
    #[error("`{command}` is not valid: {reason}")]
    Invalid {
        /// The command.
        command: &'static str,
        /// Which rule.
        reason: Invalid,
    },
    /// The command's id was recorded for another aggregate.
    #[error("command id {command_id} was used before, for {stream}")]
    CommandIdReused {
        /// The id.
        command_id: Uuid,
        /// The aggregate that it was used for.
        stream: StreamId,
    },
    /// A decided event could not be folded into the state, so it was not recorded.
    #[error("the decided event `{event}` cannot be applied: {reason}")]
    Inapplicable {
        /// The event's name.
        event: &'static str,
        /// Why.
        reason: String,
    },
    /// A decided event could not be written as JSON.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// An on-commit projection cannot take a decided event, so it was not recorded.
    #[error(transparent)]
    Projection(Box<FoldFailure>),
    /// The aggregate's stream holds an event that today's code cannot read.
    #[error(transparent)]
    Undecodable(Box<Undecodable>),
    /// The aggregate was not named when the application was built.
    #[error(
        "aggregate `{aggregate}` is not part of this application: add .aggregate::<{aggregate}>() to its builder"
    )]
    Unregistered {
        /// The aggregate's type.
        aggregate: &'static str,
    },
    /// The application is shutting down.
    #[error("the application is shutting down")]
    ShuttingDown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E: Error + 'static> ExecuteError<E> {
    /// Whether the same command may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Conflict { .. } => true,
            Self::Store(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// Why an aggregate could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The stream holds an event that today's code cannot read.
    #[error(transparent)]
    Undecodable(Box<Undecodable>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E: Error + 'static> From<LoadError> for ExecuteError<E> {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Undecodable(event) => Self::Undecodable(event),
            LoadError::Store(error) => Self::Store(error),
        }
    }
}

/// A stored event that today's code cannot turn into state: which, where, and why.
#[derive(Debug, thiserror::Error)]
#[error(
    "event `{event_type}` version {event_version} of stream {stream} (version {version}, position {position}) cannot \
     be read: {reason}"
)]
pub struct Undecodable {
    /// The event's stored name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: u32,
    /// Its stream.
    pub stream: StreamId,
    /// Its version in the stream.
    pub version: StreamVersion,
    /// Its position in the store.
    pub position: Position,
    /// Why.
    pub reason: DecodeError,
}

/// Why a query was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The caller has none of the roles that may ask.
    #[error("`{query}` may be asked by {}", one_of(.wanted))]
    Forbidden {
        /// The query.
        query: &'static str,
        /// The roles that may ask.
        wanted: &'static [&'static str],
    },
    /// The query breaks a rule by itself.
    #[error("`{query}` is not valid: {reason}")]
    Invalid {
        /// The query.
        query: &'static str,
        /// Which rule.
        reason: Invalid,
    },
    /// The cursor is one of another query.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The projection did not get as far as was asked for.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// A stored row does not fit today's row type.
    #[error("a row of `{table}` cannot be read: {reason}")]
    Row {
        /// The table.
        table: String,
        /// Why.
        reason: ValueError,
    },
    /// An event could not be folded.
    #[error(transparent)]
    Fold(Box<FoldFailure>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a projection did not get as far as was asked for.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The time passed first.
    #[error("`{table}` is {behind} positions behind {wanted}")]
    Stale {
        /// The projection's table.
        table: String,
        /// The position that was asked for.
        wanted: Position,
        /// How far the projection is from it.
        behind: u64,
    },
    /// The rows are being built for the first time under their definition.
    #[error("the rows of `{table}` are being built: {position} of {head}")]
    Building {
        /// The projection's table.
        table: String,
        /// How far they are built.
        position: Position,
        /// The newest event.
        head: Position,
    },
    /// The projection could not take in one of the write's events, or has it wait behind one.
    #[error("`{table}` has set aside the event at position {}: {}", .letter.position, .letter.reason.as_deref().unwrap_or("it waits behind another one"))]
    SetAside {
        /// The projection's table.
        table: String,
        /// The event.
        letter: Box<DeadLetter>,
    },
    /// The projection stands still; it is tried again and again.
    #[error(transparent)]
    Failed(FoldError),
    /// The projection was not named when the application was built.
    #[error("projection `{table}` is not part of this application: add .projection::<…>(…) to its builder")]
    Unregistered {
        /// The projection's table.
        table: &'static str,
    },
    /// The application is shutting down.
    #[error("the application is shutting down")]
    ShuttingDown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WaitError {
    pub(super) fn unregistered<P: Projection>() -> Self {
        Self::Unregistered { table: P::DESCRIPTOR.table }
    }
}

fn one_of(roles: &[&str]) -> String {
    let quoted: Vec<_> = roles.iter().map(|role| format!("`{role}`")).collect();
    quoted.join(" or ")
}
