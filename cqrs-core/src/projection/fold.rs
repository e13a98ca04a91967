//! The one fold of all projections: from a batch of stored events to the changes of typed rows.
//!
//! Each touched row is written once, however many events of the batch touch it. What cannot be decoded or folded, by an error or by
//! a panic, is a failure of its event and its row alone. Rows do not depend on each other, so several threads may share the work.

mod rows;
mod staging;

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::subscriptions::{SetSubscription, Stage, Subscriptions};
use super::{Projection, ProjectionKey};
use crate::batch::{EventBatch, EventRef};
use crate::projector::{Fold, FoldFailure, FoldPlan, Folded, Projector};
use crate::shape::Fingerprint;
use crate::store::{EventFilter, Lane, RowChange, SetAside, TableDefinition};
use crate::value::Value;

use staging::Part;

/// A projection as a store folds it.
pub struct TypedProjector<P: Projection> {
    table: Arc<TableDefinition>,
    filter: EventFilter,
    sets: Vec<Box<dyn SetSubscription<P>>>,
    workers: usize,
}

impl<P: Projection> TypedProjector<P> {
    /// The projector of a projection, with all its subscriptions.
    pub fn new() -> Self {
        let mut subscriptions = Subscriptions { sets: Vec::new() };
        P::subscribe(&mut subscriptions);
        let sets = subscriptions.sets;
        let mut events: Vec<_> = sets.iter().map(|set| set.fingerprint()).collect();
        events.sort_unstable();
        let mut filter = EventFilter::default();
        for set in &sets {
            let names = set.names().into_iter();
            filter.event_types.extend(names.map(|name| (set.aggregate_type().to_owned(), name.to_owned())));
        }
        let table = Arc::new(P::DESCRIPTOR.definition(Fingerprint::of(&events.join("\n"))));
        Self { table, filter, sets, workers: 1 }
    }

    /// Lets so many threads share each batch: they decode parts of it and fold distinct rows, with the same result as one.
    #[must_use]
    pub fn with_workers(mut self, workers: usize) -> Self {
        self.workers = workers.clamp(1, 64);
        self
    }
}

impl<P: Projection> Default for TypedProjector<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Projection> Projector for TypedProjector<P> {
    fn table(&self) -> Arc<TableDefinition> {
        Arc::clone(&self.table)
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Result<Box<dyn Fold + 'a>, Box<FoldFailure>> {
        let mut fold = TypedFold::<P> {
            table: &self.table,
            batch,
            workers: self.workers,
            stages: Vec::new(),
            steps: Vec::with_capacity(batch.len()),
            wanted: Vec::new(),
            failures: Vec::new(),
            keys: Vec::new(),
            cells: Vec::new(),
        };
        let mut slots = HashMap::new();
        for part in staging::stage(&self.sets, &self.filter, batch, self.workers) {
            fold.take(part, &mut slots);
        }
        Ok(Box::new(fold))
    }
}

/// One event of the batch meeting one row.
struct Step {
    event: usize,
    stage: usize,
    item: usize,
    arm: usize,
    slot: usize,
}

/// A batch whose events are decoded, waiting for the rows that they touch.
struct TypedFold<'a, P: Projection> {
    table: &'a TableDefinition,
    batch: &'a EventBatch,
    workers: usize,
    stages: Vec<Box<dyn Stage<P> + 'a>>,
    steps: Vec<Step>,
    /// The events that the projection wants, where it matters which: those of batches with a failure or with held lanes.
    wanted: Vec<usize>,
    /// The events whose rows cannot be told, and why.
    failures: Vec<(usize, String)>,
    keys: Vec<P::Key>,
    cells: Vec<Vec<Value>>,
}

impl<'a, P: Projection> TypedFold<'a, P> {
    /// Gives each key of a part its slot, and takes the part's steps over.
    fn take(&mut self, part: Part<'a, P>, slots: &mut HashMap<P::Key, usize>) {
        let first_stage = self.stages.len();
        self.stages.extend(part.stages);
        self.wanted.extend(part.wanted);
        self.failures.extend(part.failures);
        for found in part.found {
            let slot = match slots.get(&found.key) {
                Some(slot) => *slot,
                None => {
                    let mut cells = Vec::with_capacity(self.table.key_columns);
                    if let Err(error) = found.key.write(&mut cells) {
                        self.failures.push((found.event, error.to_string()));
                        continue;
                    }
                    slots.insert(found.key.clone(), self.keys.len());
                    self.keys.push(found.key);
                    self.cells.push(cells);
                    self.keys.len() - 1
                }
            };
            let stage = first_stage + found.set;
            self.steps.push(Step { event: found.event, stage, item: found.item, arm: found.arm, slot });
        }
    }

    fn event(&self, index: usize) -> Option<EventRef<'a>> {
        self.batch.get(index)
    }

    /// The first failure of a batch as a whole.
    fn failure(&self, folded: &Folded) -> Option<Box<FoldFailure>> {
        let again = folded.again.iter().map(|failed| (failed.position, Some(failed.reason.clone())));
        let aside = folded.aside.iter().map(|letter| (letter.position, letter.reason.clone()));
        let first = again.chain(aside).filter_map(|(position, reason)| Some((position, reason?))).min()?;
        let event = self.batch.iter().find(|event| event.position() == first.0)?;
        Some(FoldFailure::at(&self.table.name, event, first.1))
    }
}

impl<P: Projection> Fold for TypedFold<'_, P> {
    fn keys(&self) -> &[Vec<Value>] {
        &self.cells
    }

    fn lanes(&self) -> Vec<Lane> {
        let rows = self.cells.iter().map(|cells| Lane::of_row(cells));
        rows.chain(self.batch.streams().iter().map(Lane::of_stream)).collect()
    }

    fn finish(
        mut self: Box<Self>,
        rows: Vec<Option<Vec<Value>>>,
    ) -> Result<Vec<RowChange>, Box<FoldFailure>> {
        let folded = rows::fold(&mut self, rows, &FoldPlan::default());
        match self.failure(&folded) {
            Some(failure) => Err(failure),
            None => Ok(folded.changes),
        }
    }

    fn finish_with(
        mut self: Box<Self>,
        rows: Vec<Option<Vec<Value>>>,
        plan: &FoldPlan<'_>,
    ) -> Result<Folded, Box<FoldFailure>> {
        Ok(rows::fold(&mut self, rows, plan))
    }
}

/// Runs somebody else's code; a panic in it is an error like any other.
fn guarded<T, E: std::fmt::Display>(work: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("the projection panicked: {}", words_of(&*panic))),
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}

/// An event that is set aside in a lane.
fn aside(event: EventRef<'_>, lane: Lane, reason: Option<String>) -> SetAside {
    SetAside { position: event.position(), lane, reason }
}
