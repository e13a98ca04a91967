//! Rows of other projections, as they are at each event of a batch.
//!
//! A projection that looks rows up keeps them for itself, folded from the same events within its own batches. So what it finds is a matter of
//! the log alone, whichever projection is ahead of the other. Rows are folded in the order of events here, and what
//! each was after which event is remembered for the batch.

use std::any::Any;

use super::rows::HeldStreams;
use super::{TypedFold, TypedProjector, guarded};
use crate::batch::{EventBatch, Metas};
use crate::projection::{Projection, Row};
use crate::projector::{FailedStep, FoldPlan, Folded, LookupChange, LookupKey};
use crate::store::{EventFilter, Lane, TableDefinition};
use crate::value::Value;

/// A projection whose rows another one looks up, whichever projection it is.
pub(in crate::projection) trait LookedUp: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn table(&self) -> &TableDefinition;
    fn filter(&self) -> &EventFilter;
    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Box<dyn LookupFold + 'a>;
}

impl<L: Projection> LookedUp for TypedProjector<L> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn table(&self) -> &TableDefinition {
        &self.table
    }

    fn filter(&self) -> &EventFilter {
        &self.filter
    }

    fn begin<'a>(&'a self, batch: &'a EventBatch) -> Box<dyn LookupFold + 'a> {
        let fold = TypedFold::new(self, batch);
        let rows = fold.slots.keys.iter().map(|_| Remembered::default()).collect();
        Box::new(LookupRows { fold, rows })
    }
}

/// Rows of one projection that are looked up in a batch.
pub(in crate::projection) trait LookupFold: Send + Sync {
    /// What the batch needs of what is kept.
    fn keys(&self, keys: &mut Vec<LookupKey>);

    /// The events of the batch that these rows want, and those whose rows cannot be told.
    fn events(&self) -> (&[usize], &[(usize, String)]);

    /// Has the row of a key be remembered after each event; returns its slot.
    fn want(&mut self, key: Box<dyn Any>) -> Result<usize, String>;

    /// Folds the batch into what was loaded, in the order of [`keys`](Self::keys). What fails is to be left out next time.
    fn fold(
        &mut self,
        loaded: &mut dyn Iterator<Item = Option<Vec<Value>>>,
        held: &HeldStreams,
        plan: &FoldPlan<'_>,
        folded: &mut Folded,
    );

    /// A wanted row, as it is with an event of the batch.
    fn at(&self, slot: usize, event: usize) -> Option<&dyn Any>;
}

struct LookupRows<'a, L: Projection> {
    fold: TypedFold<'a, L>,
    rows: Vec<Remembered<L>>,
}

/// A row before the batch, and after each event that changed it.
struct Remembered<L> {
    is_wanted: bool,
    before: Option<L>,
    after: Vec<(usize, Option<L>)>,
}

impl<L> Default for Remembered<L> {
    fn default() -> Self {
        Self { is_wanted: false, before: None, after: Vec::new() }
    }
}

impl<L: Projection> LookupFold for LookupRows<'_, L> {
    fn keys(&self, keys: &mut Vec<LookupKey>) {
        self.fold.lookups.iter().for_each(|lookup| lookup.keys(keys));
        let table = &self.fold.table.name;
        keys.extend(self.fold.slots.cells.iter().map(|cells| LookupKey::new(table, cells)));
    }

    fn events(&self) -> (&[usize], &[(usize, String)]) {
        (&self.fold.wanted, &self.fold.failures)
    }

    fn want(&mut self, key: Box<dyn Any>) -> Result<usize, String> {
        let key = key.downcast::<L::Key>().map_err(|_| "a key of another projection was looked up")?;
        let slot = self.fold.slots.of(*key).map_err(|error| error.to_string())?;
        if slot == self.rows.len() {
            self.rows.push(Remembered::default());
        }
        self.rows[slot].is_wanted = true;
        Ok(slot)
    }

    fn fold(
        &mut self,
        loaded: &mut dyn Iterator<Item = Option<Vec<Value>>>,
        held: &HeldStreams,
        plan: &FoldPlan<'_>,
        folded: &mut Folded,
    ) {
        for lookup in &mut self.fold.lookups {
            lookup.fold(loaded, held, plan, folded);
        }
        let mut current = match self.read(loaded) {
            Ok(rows) => rows,
            Err((slot, reason)) => return self.fail_at_first_step_of(slot, reason, folded),
        };
        let mut metas = Metas::default();
        for step in &self.fold.steps {
            let Some(event) = self.fold.event(step.event) else { continue };
            let lane = || Lane::of_stream(event.stream());
            if !plan.includes(event, lane) || held.holds(event.stream_index(), step.event) {
                continue;
            }
            let row = &mut current[step.slot];
            if let Err(reason) = self.fold.step(step, row, metas.of(event)) {
                // What the event did before it failed is in memory alone: everything is folded anew without it.
                let reason = format!("`{}`, which is looked up: {reason}", self.fold.table.name);
                folded.again.push(FailedStep { position: event.position(), lane: lane(), reason });
                return;
            }
            if self.rows[step.slot].is_wanted {
                self.rows[step.slot].after.push((step.event, row.get().cloned()));
            }
        }
        self.tell_changes(&current, folded);
    }

    fn at(&self, slot: usize, event: usize) -> Option<&dyn Any> {
        let Remembered { before, after, .. } = &self.rows[slot];
        let changes = after.partition_point(|(changed, _)| *changed <= event);
        let row = changes.checked_sub(1).map_or(before.as_ref(), |last| after[last].1.as_ref());
        row.map(|row| row as &dyn Any)
    }
}

impl<L: Projection> LookupRows<'_, L> {
    /// The rows as they were kept.
    fn read(
        &mut self,
        loaded: &mut dyn Iterator<Item = Option<Vec<Value>>>,
    ) -> Result<Vec<Row<L>>, (usize, String)> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for (slot, key) in self.fold.slots.keys.iter().enumerate() {
            let kept = loaded.next().flatten();
            let row = kept.map(|cells| guarded(|| L::read(&mut cells.into_iter()))).transpose();
            let row = row.map_err(|error| (slot, format!("the kept row cannot be read: {error}")))?;
            if self.rows[slot].is_wanted {
                self.rows[slot].before.clone_from(&row);
            }
            rows.push(Row::new(key.clone(), row));
        }
        Ok(rows)
    }

    fn fail_at_first_step_of(&self, slot: usize, reason: String, folded: &mut Folded) {
        let step = self.fold.steps.iter().find(|step| step.slot == slot);
        let Some(event) = step.and_then(|step| self.fold.event(step.event)).or_else(|| self.fold.event(0))
        else {
            return;
        };
        let lane = Lane::of_stream(event.stream());
        folded.again.push(FailedStep { position: event.position(), lane, reason });
    }

    fn tell_changes(&self, current: &[Row<L>], folded: &mut Folded) {
        for (slot, row) in current.iter().enumerate().filter(|(_, row)| row.is_touched()) {
            let cells = row.get().map(|row| {
                let mut cells = Vec::new();
                guarded(|| row.write(&mut cells)).map(|()| cells)
            });
            match cells.transpose() {
                Ok(row) => {
                    let key = LookupKey::new(&self.fold.table.name, &self.fold.slots.cells[slot]);
                    folded.lookups.push(LookupChange { key, row });
                }
                Err(reason) => self.fail_at_first_step_of(slot, reason, folded),
            }
        }
    }
}
