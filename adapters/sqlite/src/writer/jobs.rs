//! The jobs that share a transaction, each with the caller that waits for its outcome.
//!
//! An outcome is noted when a job is attempted, and sent once the whole group is settled: a caller never hears of
//! anything that could still be taken back.

use cqrs_core::store::{Append, AppendError, Appended, FoldError, SetAside, Snapshot, StoreError};
use cqrs_core::{Folded, Position, StreamId, StreamVersion, timestamp_from_micros};
use tokio::sync::oneshot;

use crate::error::Outcome;
use crate::tables::Table;

/// A job that shares a transaction.
pub(crate) enum Grouped {
    /// Events to record.
    Append(Box<AppendJob>),
    /// A snapshot to keep.
    Snapshot(Box<SnapshotJob>),
    /// The outcome of a fold to write.
    Fold(Box<FoldJob>),
}

/// Events to record.
pub(crate) struct AppendJob {
    pub(super) append: Append,
    outcome: Option<AppendOutcome>,
    caller: oneshot::Sender<Result<Appended, AppendError>>,
}

/// What became of an append.
enum AppendOutcome {
    Recorded(Recorded),
    Known(Box<Appended>),
    Refused(AppendError),
}

/// What an append has recorded, besides what its caller knows already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded {
    /// The stream's version with the last event.
    pub(super) version: i64,
    /// The position of the last event; without events, the head.
    pub(super) position: i64,
    /// When, in microseconds since 1970.
    pub(super) recorded_at: i64,
}

/// A snapshot to keep.
pub(crate) struct SnapshotJob {
    pub(crate) stream: StreamId,
    pub(crate) snapshot: Snapshot,
    pub(crate) reply: Reply<(), StoreError>,
}

/// The outcome of a fold to write, if its table is still at `from` in the same epoch.
pub(crate) struct FoldJob {
    pub(crate) table: Table,
    pub(crate) from: Position,
    pub(crate) epoch: i64,
    pub(crate) end: Position,
    pub(crate) folded: Folded,
    pub(crate) reply: Reply<Vec<SetAside>, FoldError>,
}

/// Where the outcome of a call goes, and the outcome once it is known.
pub(crate) struct Reply<T, E> {
    caller: oneshot::Sender<Result<T, E>>,
    outcome: Option<Result<T, E>>,
}

impl<T, E: From<StoreError>> Reply<T, E> {
    pub(crate) fn to(caller: oneshot::Sender<Result<T, E>>) -> Self {
        Self { caller, outcome: None }
    }

    pub(super) fn note(&mut self, outcome: Result<T, E>) {
        self.outcome = Some(outcome);
    }

    fn send(self, settled: &Outcome<()>) {
        let outcome = match (settled, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::closed().into()),
            (Err(error), _) => Err(error.clone().into()),
        };
        // An error says that the caller no longer waits.
        let _ = self.caller.send(outcome);
    }
}

impl AppendJob {
    pub(crate) fn new(append: Append, caller: oneshot::Sender<Result<Appended, AppendError>>) -> Self {
        Self { append, outcome: None, caller }
    }

    /// Notes what the append has recorded, unless it is taken back.
    pub(super) fn note_recorded(&mut self, recorded: Recorded) {
        self.outcome = Some(AppendOutcome::Recorded(recorded));
    }

    /// Notes that the append's command was recorded before.
    pub(super) fn note_known(&mut self, first: Appended) {
        self.break_chain();
        self.outcome = Some(AppendOutcome::Known(Box::new(first)));
    }

    /// Notes that the append is refused.
    pub(super) fn note_refused(&mut self, error: AppendError) {
        self.break_chain();
        self.outcome = Some(AppendOutcome::Refused(error));
    }

    /// What the append has recorded so far.
    pub(super) fn recorded(&self) -> Option<Recorded> {
        match self.outcome {
            Some(AppendOutcome::Recorded(recorded)) => Some(recorded),
            _ => None,
        }
    }

    /// Sees to it that nothing that was decided upon this append is recorded.
    fn break_chain(&self) {
        if let Some(chain) = &self.append.chain {
            chain.break_off();
        }
    }

    fn send(self, settled: &Outcome<()>) {
        let outcome = match (settled, self.outcome) {
            (Ok(()), Some(AppendOutcome::Recorded(Recorded { version, position, recorded_at }))) => {
                Ok(Appended {
                    stream: self.append.stream,
                    version: StreamVersion::from_i64(version),
                    events: self.append.events.len() as u64,
                    position: Position::from_i64(position),
                    recorded_at: timestamp_from_micros(recorded_at),
                    duplicate: false,
                })
            }
            (Ok(()), Some(AppendOutcome::Known(first))) => Ok(*first),
            (Ok(()), Some(AppendOutcome::Refused(error))) => Err(error),
            (Ok(()), None) => Err(StoreError::closed().into()),
            (Err(error), _) => Err(error.clone().into()),
        };
        // An error says that the caller no longer waits.
        let _ = self.caller.send(outcome);
    }
}

impl Grouped {
    /// The append, where the job is one.
    pub(super) fn append(&self) -> Option<&AppendJob> {
        match self {
            Self::Append(job) => Some(job),
            Self::Snapshot(_) | Self::Fold(_) => None,
        }
    }

    /// Gives the caller the outcome, which is a failure where the whole group failed.
    pub(super) fn answer(self, settled: &Outcome<()>) {
        match self {
            Self::Append(job) => {
                if settled.is_err() {
                    job.break_chain();
                }
                job.send(settled);
            }
            Self::Snapshot(job) => job.reply.send(settled),
            Self::Fold(job) => job.reply.send(settled),
        }
    }
}
