//! The first half of a fold: records are decoded, and the keys of the rows that they touch are found.
//!
//! A batch is parted among the workers; each part keeps the order of its events.

use std::ops::Range;

use super::slots::Slots;
use super::{Step, guarded};
use crate::batch::{EventBatch, EventRef, Metas};
use crate::event::DecodeError;
use crate::event_set::Route;
use crate::projection::Projection;
use crate::projection::subscriptions::{SetSubscription, Stage};
use crate::store::EventFilter;

/// Fewer events than this are not worth a thread of their own.
const WORTH_A_THREAD: usize = 128;

/// A part of a batch, decoded.
pub(super) struct Part<'a, P: Projection> {
    /// One for each subscribed set.
    pub(super) stages: Vec<Box<dyn Stage<P> + 'a>>,
    /// Their stages and slots are those of this part.
    pub(super) steps: Vec<Step>,
    pub(super) slots: Slots<P>,
    pub(super) wanted: Vec<usize>,
    pub(super) failures: Vec<(usize, String)>,
}

/// Decodes a batch in parts, in their order.
pub(super) fn stage<'a, P: Projection>(
    sets: &'a [Box<dyn SetSubscription<P>>],
    filter: &'a EventFilter,
    batch: &'a EventBatch,
    workers: usize,
) -> Vec<Part<'a, P>> {
    let parts = workers.min(batch.len() / WORTH_A_THREAD).max(1);
    let each = batch.len().div_ceil(parts).max(1);
    let range = |part: usize| part * each..((part + 1) * each).min(batch.len());
    if parts == 1 {
        return vec![stage_part(sets, filter, batch, 0..batch.len())];
    }
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..parts)
            .map(|part| scope.spawn(move || stage_part(sets, filter, batch, range(part))))
            .collect();
        let first = stage_part(sets, filter, batch, range(0));
        let others = others.into_iter().enumerate().map(|(index, thread)| match thread.join() {
            Ok(part) => part,
            // A user's panic is caught before it gets here; whatever this one was, no event is lost by it.
            Err(_) => stage_part(sets, filter, batch, range(index + 1)),
        });
        std::iter::once(first).chain(others).collect()
    })
}

fn stage_part<'a, P: Projection>(
    sets: &'a [Box<dyn SetSubscription<P>>],
    filter: &'a EventFilter,
    batch: &'a EventBatch,
    range: Range<usize>,
) -> Part<'a, P> {
    let stages = sets.iter().map(|set| set.stage()).collect();
    let steps = Vec::with_capacity(range.len());
    let mut part = Part { stages, steps, slots: Slots::default(), wanted: Vec::new(), failures: Vec::new() };
    let mut routes = Routes::new(sets, filter, batch);
    let mut metas = Metas::default();
    for index in range {
        let Some(event) = batch.get(index) else { continue };
        let (set, route) = match routes.of(event) {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(error) => {
                part.wanted.push(index);
                part.failures.push((index, error.to_string()));
                continue;
            }
        };
        part.wanted.push(index);
        let meta = metas.of(event);
        let known = part.steps.len();
        let (stages, steps, slots) = (&mut part.stages, &mut part.steps, &mut part.slots);
        let mut misfit = Ok(());
        let staged = guarded(|| {
            stages[set].push(route, event.payload(), meta, &mut |item, arm, key| match slots.of(key) {
                Ok(slot) => steps.push(Step { event: index, stage: set, item, arm, slot, looked_up: None }),
                Err(error) => misfit = Err(error.to_string()),
            })
        });
        if let Err(reason) = staged.and(misfit) {
            part.steps.truncate(known);
            part.failures.push((index, reason));
        }
    }
    part
}

/// The set and the route of each stored type in a batch, looked up once.
struct Routes<'a, P> {
    sets: &'a [Box<dyn SetSubscription<P>>],
    filter: &'a EventFilter,
    set_of_stream: Vec<Option<usize>>,
    /// By set and by type; an unwanted type has none.
    known: Vec<Vec<Option<Option<Route>>>>,
}

impl<'a, P: Projection> Routes<'a, P> {
    fn new(sets: &'a [Box<dyn SetSubscription<P>>], filter: &'a EventFilter, batch: &EventBatch) -> Self {
        let set_of =
            |aggregate_type: &str| sets.iter().position(|set| set.aggregate_type() == aggregate_type);
        let set_of_stream = batch.streams().iter().map(|stream| set_of(&stream.aggregate_type)).collect();
        Self { sets, filter, set_of_stream, known: vec![vec![None; batch.types().len()]; sets.len()] }
    }

    fn of(&mut self, event: EventRef<'_>) -> Result<Option<(usize, Route)>, DecodeError> {
        let Some(set) = self.set_of_stream[event.stream_index()] else { return Ok(None) };
        if let Some(route) = self.known[set][event.type_index()] {
            return Ok(route.map(|route| (set, route)));
        }
        let stored = event.stored_type();
        let aggregate_type = self.sets[set].aggregate_type();
        let wanted = self.filter.matches(aggregate_type, &stored.name, None);
        let route = if wanted { Some(self.sets[set].locate(&stored.name, stored.version)?) } else { None };
        self.known[set][event.type_index()] = Some(route);
        Ok(route.map(|route| (set, route)))
    }
}
