//! Appends, each with the caller that waits for its outcome.
//!
//! An outcome is noted when an append is attempted, and sent once the whole group is settled: a caller never hears of
//! anything that could still be taken back.

use std::sync::Arc;

use cqrs_core::store::{Append, AppendError, Appended, FoldError};
use cqrs_core::{Position, Projector, StreamVersion, timestamp_from_micros};
use tokio::sync::oneshot;

use crate::error::Outcome;

/// Events to record.
pub(crate) struct AppendJob {
    pub(super) append: Append,
    outcome: Option<AppendOutcome>,
    caller: oneshot::Sender<Result<Appended, AppendError>>,
}

/// A table to fold every append into.
pub(crate) struct AttachJob {
    pub(crate) projector: Arc<dyn Projector>,
    pub(crate) caller: oneshot::Sender<Result<(), FoldError>>,
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
    /// The stream's row.
    pub(super) stream: i64,
    /// The stream's version with the last event.
    pub(super) version: i64,
    /// The position of the last event; without events, the head.
    pub(super) position: i64,
    /// When, in microseconds since 1970.
    pub(super) recorded_at: i64,
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

    /// Whether the append records nothing, whatever becomes of its group.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self.outcome, Some(AppendOutcome::Known(_) | AppendOutcome::Refused(_)))
    }

    /// What the append leads to, once it is committed.
    pub(super) fn appended(&self, recorded: Recorded) -> Appended {
        Appended {
            stream: self.append.stream.clone(),
            version: StreamVersion::from_i64(recorded.version),
            events: self.append.events.len() as u64,
            position: Position::from_i64(recorded.position),
            recorded_at: timestamp_from_micros(recorded.recorded_at),
            duplicate: false,
        }
    }

    /// Gives the caller the outcome, which is a failure where the whole group failed.
    pub(super) fn answer(mut self, settled: &Outcome<()>) {
        let outcome = match (settled, self.outcome.take()) {
            (Ok(()), Some(AppendOutcome::Recorded(recorded))) => Ok(self.appended(recorded)),
            (Ok(()), Some(AppendOutcome::Known(first))) => Ok(*first),
            (Ok(()), Some(AppendOutcome::Refused(error))) => Err(error),
            (Ok(()), None) => Err(cqrs_core::store::StoreError::closed().into()),
            (Err(error), _) => {
                self.break_chain();
                Err(error.clone().into())
            }
        };
        // An error says that the caller no longer waits.
        let _ = self.caller.send(outcome);
    }

    /// Sees to it that nothing that was decided upon this append is recorded.
    fn break_chain(&self) {
        if let Some(chain) = &self.append.chain {
            chain.break_off();
        }
    }
}
