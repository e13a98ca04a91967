//! A projection as a store sees it: a fold over cells, without the row's Rust type.
//!
//! A fold goes in two steps, so that the store can load all rows of a batch at once in between: first the keys, then the
//! changes. It does no I/O and may be thrown away at any time. [`FoldRun`] is the whole of it, for stores that set aside
//! what cannot be folded.

mod plan;
mod run;

use std::sync::Arc;

pub use plan::{FailedStep, FoldPlan, Folded};
pub use run::FoldRun;

use crate::batch::{EventBatch, EventRef};
use crate::envelope::{Position, StreamId, StreamVersion};
use crate::store::{EventFilter, Lane, TableDefinition};
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

    /// The rows of other projections that the batch needs, as this one keeps them for itself; none for most.
    fn lookups(&self) -> Vec<LookupKey> {
        Vec::new()
    }

    /// Folds the batch into the rows that were loaded.
    ///
    /// # Errors
    ///
    /// When an event cannot be folded, or a row cannot be read.
    fn finish(self: Box<Self>, loaded: LoadedRows) -> Result<Folded, Box<FoldFailure>>;

    /// As [`finish`](Self::finish), but sets aside what cannot be folded, as the plan says, and goes on.
    ///
    /// # Errors
    ///
    /// When the projector sets nothing aside and an event cannot be folded.
    fn finish_with(
        self: Box<Self>,
        loaded: LoadedRows,
        plan: &FoldPlan<'_>,
    ) -> Result<Folded, Box<FoldFailure>> {
        let _ = plan;
        self.finish(loaded)
    }
}

/// What a store has loaded for a fold.
#[derive(Debug, Clone, Default)]
pub struct LoadedRows {
    /// The row of each of [`Fold::keys`], in that order, with its key; `None` where there is none.
    pub rows: Vec<Option<Vec<Value>>>,
    /// What is kept under each of [`Fold::lookups`], in that order; `None` where there is nothing.
    pub lookups: Vec<Option<Vec<Value>>>,
}

/// What names a row of another projection that a projection keeps for itself, to look it up as it was at each event.
///
/// A store keeps such rows with the table, in the table's own transactions and for as long as the table is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookupKey(String);

impl LookupKey {
    /// The row with this key of a projection's table.
    pub fn new(table: &str, key: &[Value]) -> Self {
        let cells: Vec<_> = key.iter().map(Value::to_json).collect();
        Self(format!("{table} {}", serde_json::Value::from(cells)))
    }

    /// The key as a store keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A kept row of another projection as it is now; `None` when it is no more.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupChange {
    /// What names it.
    pub key: LookupKey,
    /// Its cells, without the key's.
    pub row: Option<Vec<Value>>,
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
