//! The second half of a fold: decoded events meet the rows that they touch.
//!
//! Each row is folded by itself, over its own events in their order. What the plan holds back, and all that waits behind it,
//! is set aside.

use std::collections::HashMap;

use super::slots::Slots;
use super::{Step, TypedFold, aside, guarded};
use crate::batch::Metas;
use crate::projection::{Projection, Row};
use crate::projector::{FailedStep, FoldPlan, Folded, LoadedRows};
use crate::store::{Lane, RowChange, SetAside};
use crate::value::Value;

/// Fewer steps than this are not worth a thread of their own.
const WORTH_A_THREAD: usize = 256;

/// Folds every row of a batch.
pub(super) fn fold<P: Projection>(
    fold: &mut TypedFold<'_, P>,
    loaded: LoadedRows,
    plan: &FoldPlan<'_>,
) -> Folded {
    let held = HeldStreams::new(fold, plan);
    let mut folded = Folded::default();
    let LoadedRows { rows, lookups } = loaded;
    let mut lookups = lookups.into_iter();
    for lookup in &mut fold.lookups {
        lookup.fold(&mut lookups, &held, plan, &mut folded);
    }
    if !folded.again.is_empty() {
        return folded;
    }
    let Slots { keys, cells, .. } = std::mem::take(&mut fold.slots);
    let slots = cells.len();
    let steps = StepsOfRows::new(&fold.steps, slots);
    folded.aside = held.letters(fold, plan);
    let workers = fold.workers.min(fold.steps.len() / WORTH_A_THREAD).max(1);
    let mut work: Vec<_> = keys
        .into_iter()
        .zip(cells)
        .zip(rows)
        .enumerate()
        .map(|(slot, ((key, cells), row))| Slot { key, cells, row, steps: steps.of(slot) })
        .collect();
    let fold = &*fold;
    let (held, steps) = (&held, &fold.steps);
    if workers == 1 {
        work.into_iter().for_each(|slot| fold_row(fold, steps, slot, held, plan, &mut folded));
        return folded;
    }
    let each = slots.div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let mut threads = Vec::with_capacity(workers);
        while !work.is_empty() {
            let part = work.split_off(work.len().saturating_sub(each));
            threads.push(scope.spawn(move || {
                let mut folded = Folded::default();
                part.into_iter().for_each(|slot| fold_row(fold, steps, slot, held, plan, &mut folded));
                folded
            }));
        }
        // The rows of the first slots are in the last thread.
        for thread in threads.into_iter().rev() {
            match thread.join() {
                Ok(part) => folded.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    folded
}

/// The steps of each row, in the order of their events.
struct StepsOfRows {
    order: Vec<usize>,
    ends: Vec<usize>,
}

impl StepsOfRows {
    fn new(steps: &[Step], slots: usize) -> Self {
        let mut ends = vec![0; slots];
        for step in steps {
            ends[step.slot] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        // Each entry is where its row's steps begin, and by the end of this loop where they end.
        let mut order = vec![0; steps.len()];
        for (index, step) in steps.iter().enumerate() {
            order[ends[step.slot]] = index;
            ends[step.slot] += 1;
        }
        Self { order, ends }
    }

    fn of(&self, slot: usize) -> &[usize] {
        let begin = slot.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.order[begin..self.ends[slot]]
    }
}

/// One row to fold.
struct Slot<'s, P: Projection> {
    key: P::Key,
    cells: Vec<Value>,
    row: Option<Vec<Value>>,
    steps: &'s [usize],
}

fn fold_row<P: Projection>(
    fold: &TypedFold<'_, P>,
    all: &[Step],
    slot: Slot<'_, P>,
    held: &HeldStreams,
    plan: &FoldPlan<'_>,
    folded: &mut Folded,
) {
    let Slot { key, cells, row: mut stored, steps } = slot;
    let lane = || Lane::of_row(&cells);
    let mut is_held = plan.holds(lane);
    let mut row: Option<Row<P>> = None;
    let (mut metas, mut set_aside) = (Metas::default(), None);
    let mut last = None;
    for step in steps.iter().filter_map(|index| all.get(*index)) {
        let Some(event) = fold.event(step.event) else { continue };
        if !plan.includes(event, lane) || set_aside == Some(step.event) {
            continue;
        }
        let waits = is_held || held.holds(event.stream_index(), step.event);
        let reason = if waits { None } else { plan.failure(event.position(), lane) };
        if waits || reason.is_some() {
            is_held = true;
            set_aside = Some(step.event);
            folded.aside.push(aside(event, lane(), reason));
            continue;
        }
        last = Some(event.position());
        let outcome = match &mut row {
            Some(row) => Ok(row),
            none => read(fold, &key, stored.take()).map(|read| none.insert(read)),
        };
        let outcome = outcome.and_then(|row| fold.step(step, row, metas.of(event)));
        if let Err(reason) = outcome {
            // The row may be half changed: it is folded anew without this event.
            folded.again.push(FailedStep { position: event.position(), lane: lane(), reason });
            return;
        }
    }
    let Some(row) = row.filter(Row::is_touched) else { return };
    let written = row.get().map(|row| {
        let mut whole = cells.clone();
        guarded(|| row.write(&mut whole)).map(|()| whole)
    });
    match (written.transpose(), last) {
        (Ok(row), _) => folded.changes.push(RowChange { key: cells, row }),
        (Err(reason), Some(position)) => {
            folded.again.push(FailedStep { position, lane: lane(), reason });
        }
        (Err(_), None) => {}
    }
}

fn read<P: Projection>(
    fold: &TypedFold<'_, P>,
    key: &P::Key,
    stored: Option<Vec<Value>>,
) -> Result<Row<P>, String> {
    let row = stored.map(|cells| {
        guarded(|| P::read(&mut cells.into_iter().skip(fold.table.key_columns)))
            .map_err(|error| format!("the stored row cannot be read: {error}"))
    });
    Ok(Row::new(key.clone(), row.transpose()?))
}

/// The streams of a batch whose events wait, each from which event on.
pub(in crate::projection) struct HeldStreams(HashMap<usize, usize>);

impl HeldStreams {
    fn new<P: Projection>(fold: &TypedFold<'_, P>, plan: &FoldPlan<'_>) -> Self {
        let mut from = HashMap::new();
        if plan.holds_any() {
            for (index, stream) in fold.batch.streams().iter().enumerate() {
                if plan.holds(|| Lane::of_stream(stream)) {
                    from.insert(index, 0);
                }
            }
        }
        let failures = fold.failures.iter().map(|(index, _)| *index);
        for index in failures.chain(failed_before(fold, plan).map(|(index, _)| index)) {
            if let Some(event) = fold.event(index) {
                let first = from.entry(event.stream_index()).or_insert(index);
                *first = (*first).min(index);
            }
        }
        Self(from)
    }

    /// Whether an event of a stream waits, or is to blame itself.
    pub(super) fn holds(&self, stream: usize, event: usize) -> bool {
        !self.0.is_empty() && self.0.get(&stream).is_some_and(|from| *from <= event)
    }

    /// The letters in the lanes of streams.
    fn letters<P: Projection>(&self, fold: &TypedFold<'_, P>, plan: &FoldPlan<'_>) -> Vec<SetAside> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut reasons: HashMap<_, _> = failed_before(fold, plan).collect();
        reasons.extend(fold.failures.iter().rev().cloned());
        let events = fold.wanted.iter().filter_map(|index| Some((*index, fold.event(*index)?)));
        let waiting = events.filter(|(index, event)| self.holds(event.stream_index(), *index));
        let letter = |(index, event): (usize, crate::batch::EventRef<'_>)| {
            let lane = Lane::of_stream(event.stream());
            let reason = reasons.get(&index).cloned();
            (reason.is_some() || plan.includes(event, || lane.clone()))
                .then(|| aside(event, lane.clone(), reason))
        };
        waiting.filter_map(letter).collect()
    }
}

/// The events that are known to fail in the lane of their stream, as those that a looked-up row could not take in.
fn failed_before<P: Projection>(
    fold: &TypedFold<'_, P>,
    plan: &FoldPlan<'_>,
) -> impl Iterator<Item = (usize, String)> {
    let wanted = if plan.has_failures() { &*fold.wanted } else { &[] };
    wanted.iter().filter_map(move |index| {
        let event = fold.event(*index)?;
        Some((*index, plan.failure(event.position(), || Lane::of_stream(event.stream()))?))
    })
}
