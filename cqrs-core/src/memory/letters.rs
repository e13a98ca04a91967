//! The dead letters of one table.
//!
//! The events themselves stay in the log. Nothing here decides what fails.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use crate::batch::EventBatch;
use crate::envelope::{Meta, Position};
use crate::store::{DeadLetter, DeadLetterCount, DeadLetterQuery, Lane, SetAside};

/// The dead letters of one table.
#[derive(Default)]
pub(super) struct Letters {
    kept: BTreeMap<(Position, Lane), DeadLetter>,
    /// What was skipped, and why.
    skipped: BTreeMap<(Position, Lane), String>,
}

impl Letters {
    /// Which of some lanes something waits in, because of events up to a position.
    pub(super) fn held(&self, lanes: impl FnOnce() -> Vec<Lane>, until: Position) -> HashSet<Lane> {
        if self.kept.is_empty() {
            return HashSet::new();
        }
        let held: HashSet<_> =
            self.kept.keys().take_while(|(position, _)| *position <= until).map(|(_, lane)| lane).collect();
        lanes().into_iter().filter(|lane| held.contains(lane)).collect()
    }

    /// Keeps what a fold of this batch has set aside; a letter that is there already was tried once more.
    pub(super) fn keep(&mut self, aside: Vec<SetAside>, batch: &EventBatch) {
        let now = Timestamp::now();
        for SetAside { position, lane, reason } in aside {
            if let Some(letter) = self.kept.get_mut(&(position, lane.clone())) {
                letter.attempts += u32::from(reason.is_some());
                letter.reason = reason;
                continue;
            }
            let event = batch.iter().find(|event| event.position() == position);
            let Meta { event_type, event_version, aggregate_type, aggregate_id, version, .. } =
                event.map(|event| event.to_meta()).unwrap_or_default();
            let letter = DeadLetter {
                position,
                lane: lane.clone(),
                attempts: u32::from(reason.is_some()),
                reason,
                since: now,
                event_type,
                event_version,
                stream: crate::StreamId::new(aggregate_type, aggregate_id),
                version,
            };
            self.kept.insert((position, lane), letter);
        }
    }

    /// The letters of up to `limit` events after a position.
    pub(super) fn after(&self, after: Position, limit: usize) -> Vec<(Position, Lane)> {
        let mut positions = 0;
        let mut last = after;
        let wanted = self.kept.keys().skip_while(|(position, _)| *position <= after);
        let page = wanted.take_while(|(position, _)| {
            positions += usize::from(*position > last);
            last = *position;
            positions <= limit
        });
        page.cloned().collect()
    }

    pub(super) fn page(&self, query: &DeadLetterQuery) -> Vec<DeadLetter> {
        let page = self.after(query.after, query.limit).into_iter();
        let page = page.filter(|(position, _)| *position <= query.until);
        page.filter_map(|key| self.kept.get(&key).cloned()).collect()
    }

    /// Forgets letters whose events were taken in.
    pub(super) fn forget(&mut self, letters: impl IntoIterator<Item = (Position, Lane)>) {
        for letter in letters {
            self.kept.remove(&letter);
        }
    }

    /// Skips an event wherever it failed; returns in how many lanes it did.
    pub(super) fn skip(&mut self, position: Position, reason: &str) -> u64 {
        let failed = |(key, letter): (&(Position, Lane), &DeadLetter)| {
            (key.0 == position && letter.reason.is_some()).then(|| key.clone())
        };
        let failed: Vec<_> = self.kept.iter().filter_map(failed).collect();
        for key in &failed {
            self.kept.remove(key);
            self.skipped.insert(key.clone(), reason.to_owned());
        }
        failed.len() as u64
    }

    pub(super) fn count(&self) -> DeadLetterCount {
        let failed = self.kept.values().filter(|letter| letter.reason.is_some()).count() as u64;
        DeadLetterCount { failed, waiting: self.kept.len() as u64 - failed }
    }
}
