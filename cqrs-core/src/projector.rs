//! A projection as a store sees it: a fold over cells, without the row's Rust type.
//!
//! A fold goes in two steps, so that the store can load all rows of a batch at once in between: first the keys, then the
//! changes. It does no I/O and may be thrown away at any time. [`fold_around`] is the whole of it, for stores that set aside
//! what cannot be folded.

mod plan;

use std::collections::HashSet;
use std::sync::Arc;

pub use plan::{FailedStep, FoldPlan, Folded};

use crate::batch::{EventBatch, EventRef};
use crate::envelope::{Position, StreamId, StreamVersion};
use crate::store::{EventFilter, Lane, RowChange, TableDefinition};
use crate::value::Value;

/// A projection that a store can fold batches with.
pub trait Projector: Send + Sync + 'static {
    /// The table that it fills.
    fn table(&self) -> Arc<TableDefinition>;

    /// The events that it wants; any other event leaves its rows as they are.
    fn filter(&self) -> &EventFilter;

    /// Decodes a batch and finds the keys of the rows that it touches. Events that are not wanted are passed over.
    ///
    /// # Errors
    ///
    /// When an event cannot be decoded, or its key cannot be found.
    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>>;
}

/// A batch half way through a fold.
pub trait Fold: Send {
    /// The keys of the rows that the batch touches, once each: the cells of each key.
    fn keys(&self) -> &[Vec<Value>];

    /// The lanes of the batch: of its rows and of its streams. None for a projector that sets nothing aside.
    fn lanes(&self) -> Vec<Lane> {
        Vec::new()
    }

    /// Folds the batch into the rows: one for each of [`keys`](Self::keys), in that order, `None` where there is none.
    ///
    /// # Errors
    ///
    /// When an event cannot be folded, or a row cannot be read.
    fn finish(self: Box<Self>, rows: Vec<Option<Vec<Value>>>) -> Result<Vec<RowChange>, Box<FoldFailure>>;

    /// As [`finish`](Self::finish), but sets aside what cannot be folded, as the plan says, and goes on.
    ///
    /// # Errors
    ///
    /// When the projector sets nothing aside and an event cannot be folded.
    fn finish_with(
        self: Box<Self>,
        rows: Vec<Option<Vec<Value>>>,
        plan: &FoldPlan<'_>,
    ) -> Result<Folded, Box<FoldFailure>> {
        let _ = plan;
        Ok(Folded { changes: self.finish(rows)?, ..Folded::default() })
    }
}

/// Folds a batch for a store that sets aside what cannot be folded: `load` loads the rows of some keys, `held` tells which of some
/// lanes something waits in already. With `only`, nothing but these steps is folded.
///
/// # Errors
///
/// Those of `load` and `held`, and a failure of a projector that sets nothing aside.
pub fn fold_around<E: From<Box<FoldFailure>>>(
    projector: &dyn Projector,
    batch: &EventBatch,
    only: Option<&HashSet<(Position, Lane)>>,
    mut load: impl FnMut(&[Vec<Value>]) -> Result<Vec<Option<Vec<Value>>>, E>,
    held: impl FnOnce(Vec<Lane>) -> Result<HashSet<Lane>, E>,
) -> Result<Folded, E> {
    let mut fold = projector.begin(batch)?;
    let mut plan = FoldPlan::new(held(fold.lanes())?, only);
    loop {
        let rows = load(fold.keys())?;
        let folded = fold.finish_with(rows, &plan)?;
        // Rows in which something failed are folded anew without it; each turn leaves out more, so there is a last one.
        if !plan.leave_out(&folded.again) {
            return Ok(folded);
        }
        fold = projector.begin(batch)?;
    }
}

/// An event that a projection cannot take: which, where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "projection `{table}` cannot take event `{event_type}` version {event_version} of stream {stream} \
     (version {version}, position {position}): {reason}"
)]
pub struct FoldFailure {
    /// The projection's table.
    pub table: String,
    /// The event's stored name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: u32,
    /// Its stream.
    pub stream: StreamId,
    /// Its version in the stream.
    pub version: StreamVersion,
    /// Its position.
    pub position: Position,
    /// Why.
    pub reason: String,
}

impl FoldFailure {
    /// A failure at an event.
    pub fn at(table: &str, event: EventRef<'_>, reason: impl ToString) -> Box<Self> {
        let stored_type = event.stored_type();
        Box::new(Self {
            table: table.to_owned(),
            event_type: stored_type.name.clone(),
            event_version: stored_type.version,
            stream: event.stream().clone(),
            version: event.version(),
            position: event.position(),
            reason: reason.to_string(),
        })
    }
}
