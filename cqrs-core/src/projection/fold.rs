//! The one fold of all projections: from a batch of stored events to the changes of typed rows.
//!
//! Each touched row is written once, however many events of the batch touch it. What cannot be decoded or folded, by an error or by
//! a panic, is a failure of its event and its row alone. Rows do not depend on each other, so several threads may share the work.

mod lookups;
mod rows;
mod slots;
mod staging;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::subscriptions::{SetSubscription, Stage, Subscriptions};
use super::{Projection, Row};
use crate::batch::{EventBatch, EventRef, Metas};
use crate::envelope::Meta;
use crate::projector::{Fold, FoldFailure, FoldPlan, Folded, LoadedRows, LookupKey, Projector};
use crate::shape::Fingerprint;
use crate::store::{EventFilter, Lane, SetAside, TableDefinition};
use crate::value::Value;

pub(super) use lookups::LookedUp;
use lookups::LookupFold;
use slots::Slots;
use staging::Part;

/// A projection as a store folds it.
pub struct TypedProjector<P: Projection> {
    table: Arc<TableDefinition>,
    /// The events of its own folds.
    own: EventFilter,
    /// These, and those of what it looks up.
    filter: EventFilter,
    sets: Vec<Box<dyn SetSubscription<P>>>,
    lookups: Vec<Box<dyn LookedUp>>,
    workers: usize,
}

impl<P: Projection> TypedProjector<P> {
    /// The projector of a projection, with all its subscriptions.
    pub fn new() -> Self {
        let mut subscriptions = Subscriptions { sets: Vec::new(), lookups: Vec::new() };
        P::subscribe(&mut subscriptions);
        let Subscriptions { sets, lookups } = subscriptions;
        let mut events: Vec<_> = sets.iter().map(|set| set.fingerprint()).collect();
        events.sort_unstable();
        let mut own = EventFilter::default();
        for set in &sets {
            let names = set.names().into_iter();
            own.event_types.extend(names.map(|name| (set.aggregate_type().to_owned(), name.to_owned())));
        }
        let mut filter = own.clone();
        for lookup in &lookups {
            let TableDefinition { name, fingerprint, .. } = lookup.table();
            events.push(format!("looks up {name} {fingerprint}"));
            filter.event_types.extend(lookup.filter().event_types.iter().cloned());
        }
        filter.event_types.sort_unstable();
        filter.event_types.dedup();
        let table = Arc::new(P::DESCRIPTOR.definition(Fingerprint::of(&events.join("\n"))));
        Self { table, own, filter, sets, lookups, workers: 1 }
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
        Ok(Box::new(TypedFold::new(self, batch)))
    }
}

/// One event of the batch meeting one row.
struct Step {
    event: usize,
    stage: usize,
    item: usize,
    arm: usize,
    slot: usize,
    /// The row that it looks up: whose, and its slot there.
    looked_up: Option<(usize, usize)>,
}

/// A batch whose events are decoded, waiting for the rows that they touch.
struct TypedFold<'a, P: Projection> {
    table: &'a TableDefinition,
    batch: &'a EventBatch,
    workers: usize,
    stages: Vec<Box<dyn Stage<P> + 'a>>,
    lookups: Vec<Box<dyn LookupFold + 'a>>,
    steps: Vec<Step>,
    /// The events that the projection wants, where it matters which: those of batches with a failure or with held lanes.
    wanted: Vec<usize>,
    /// The events whose rows cannot be told, and why.
    failures: Vec<(usize, String)>,
    slots: Slots<P>,
}

impl<'a, P: Projection> TypedFold<'a, P> {
    /// Decodes a batch.
    fn new(projector: &'a TypedProjector<P>, batch: &'a EventBatch) -> Self {
        let mut fold = Self {
            table: &projector.table,
            batch,
            workers: projector.workers,
            stages: Vec::new(),
            lookups: projector.lookups.iter().map(|lookup| lookup.begin(batch)).collect(),
            steps: Vec::new(),
            wanted: Vec::new(),
            failures: Vec::new(),
            slots: Slots::default(),
        };
        for part in staging::stage(&projector.sets, &projector.own, batch, projector.workers) {
            fold.take(part);
        }
        fold.look_up();
        fold
    }

    /// Has each lookup remember the rows that this fold's events need.
    fn look_up(&mut self) {
        if self.lookups.is_empty() {
            return;
        }
        let (mut metas, mut failures) = (Metas::default(), Vec::new());
        for step in &mut self.steps {
            let (stage, event) = (&self.stages[step.stage], self.batch.get(step.event));
            let Some(event) = event.filter(|_| stage.looks_up(step.arm).is_some()) else { continue };
            let meta = metas.of(event);
            let wanted = guarded(|| Ok::<_, String>(stage.look_up(step.item, step.arm, meta)));
            let slot = wanted.and_then(|wanted| match (wanted, stage.looks_up(step.arm)) {
                (Some(key), Some(lookup)) => self.lookups[lookup].want(key).map(|slot| Some((lookup, slot))),
                _ => Ok(None),
            });
            match slot {
                Ok(slot) => step.looked_up = slot,
                Err(reason) => failures.push((step.event, reason)),
            }
        }
        for lookup in &self.lookups {
            let (wanted, failed) = lookup.events();
            self.wanted.extend(wanted);
            failures.extend_from_slice(failed);
        }
        self.failures.extend(failures);
        self.wanted.sort_unstable();
        self.wanted.dedup();
    }

    /// Folds one event into a row; an error is told in words.
    fn step(&self, step: &Step, row: &mut Row<P>, meta: &Meta) -> Result<(), String> {
        let found = step.looked_up.and_then(|(lookup, slot)| self.lookups[lookup].at(slot, step.event));
        guarded(|| self.stages[step.stage].fold(step.item, step.arm, row, found, meta))
    }

    /// Takes the rows and the steps of a part over.
    fn take(&mut self, part: Part<'a, P>) {
        self.wanted.extend(part.wanted);
        self.failures.extend(part.failures);
        if self.stages.is_empty() {
            (self.stages, self.steps, self.slots) = (part.stages, part.steps, part.slots);
            return;
        }
        let (first_stage, slots) = (self.stages.len(), self.slots.merge(part.slots));
        self.stages.extend(part.stages);
        let steps = part.steps.into_iter();
        self.steps.extend(steps.map(|step| Step {
            stage: first_stage + step.stage,
            slot: slots[step.slot],
            ..step
        }));
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
        &self.slots.cells
    }

    fn lanes(&self) -> Vec<Lane> {
        let rows = self.slots.cells.iter().map(|cells| Lane::of_row(cells));
        rows.chain(self.batch.streams().iter().map(Lane::of_stream)).collect()
    }

    fn lookups(&self) -> Vec<LookupKey> {
        let mut keys = Vec::new();
        self.lookups.iter().for_each(|lookup| lookup.keys(&mut keys));
        keys
    }

    fn finish(mut self: Box<Self>, loaded: LoadedRows) -> Result<Folded, Box<FoldFailure>> {
        let folded = rows::fold(&mut self, loaded, &FoldPlan::default());
        match self.failure(&folded) {
            Some(failure) => Err(failure),
            None => Ok(folded),
        }
    }

    fn finish_with(
        mut self: Box<Self>,
        loaded: LoadedRows,
        plan: &FoldPlan<'_>,
    ) -> Result<Folded, Box<FoldFailure>> {
        Ok(rows::fold(&mut self, loaded, plan))
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
