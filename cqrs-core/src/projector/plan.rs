//! What a fold leaves out, and what comes of one that goes on around it.

use std::collections::{HashMap, HashSet};

use crate::batch::EventRef;
use crate::envelope::Position;
use crate::projector::LookupChange;
use crate::store::{Lane, RowChange, SetAside};

/// What a fold leaves out: lanes in which something waits already, and steps that are known to fail.
#[derive(Debug, Default)]
pub struct FoldPlan<'a> {
    held: HashSet<Lane>,
    failed: HashMap<(Position, Lane), String>,
    only: Option<&'a HashSet<(Position, Lane)>>,
}

/// What comes of a fold.
#[derive(Debug, Default)]
pub struct Folded {
    /// The rows that changed, once each.
    pub changes: Vec<RowChange>,
    /// The kept rows of other projections that changed, once each.
    pub lookups: Vec<LookupChange>,
    /// The events that were set aside, in each of their lanes.
    pub aside: Vec<SetAside>,
    /// The steps that failed only now: their rows are to be folded anew without them.
    pub again: Vec<FailedStep>,
}

/// An event that could not be folded into a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedStep {
    /// The event's position.
    pub position: Position,
    /// The row's lane.
    pub lane: Lane,
    /// Why.
    pub reason: String,
}

impl<'a> FoldPlan<'a> {
    pub(super) fn new(only: Option<&'a HashSet<(Position, Lane)>>) -> Self {
        Self { only, ..Self::default() }
    }

    /// Something waits in these lanes already.
    pub(super) fn hold(&mut self, lanes: HashSet<Lane>) {
        self.held = lanes;
    }

    /// Leaves out what has failed; says whether any of it is new.
    pub(super) fn leave_out(&mut self, failed: &[FailedStep]) -> bool {
        let before = self.failed.len();
        for FailedStep { position, lane, reason } in failed {
            self.failed.insert((*position, lane.clone()), reason.clone());
        }
        self.failed.len() > before
    }

    /// Whether something waits in any lane.
    pub fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether any step is known to fail.
    pub(crate) fn has_failures(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Whether something waits in a lane.
    pub fn holds(&self, lane: impl FnOnce() -> Lane) -> bool {
        !self.held.is_empty() && self.held.contains(&lane())
    }

    /// Why an event is known to fail in a lane.
    pub fn failure(&self, position: Position, lane: impl FnOnce() -> Lane) -> Option<String> {
        if self.failed.is_empty() {
            return None;
        }
        self.failed.get(&(position, lane())).cloned()
    }

    /// Whether an event is to be folded in a lane at all.
    pub fn includes(&self, event: EventRef<'_>, lane: impl FnOnce() -> Lane) -> bool {
        self.only.is_none_or(|only| {
            let position = event.position();
            only.contains(&(position, lane())) || only.contains(&(position, Lane::of_stream(event.stream())))
        })
    }
}

impl Folded {
    /// Adds what came of further rows.
    pub(crate) fn extend(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.lookups.extend(other.lookups);
        self.aside.extend(other.aside);
        self.again.extend(other.again);
    }
}
