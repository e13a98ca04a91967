//! The rows that a batch touches, once each, in the order in which its events name them.

use std::collections::HashMap;

use crate::projection::{Projection, ProjectionKey};
use crate::value::{Value, ValueError};

/// Rows by their keys; a row's slot is its place among them.
pub(super) struct Slots<P: Projection> {
    by_key: HashMap<P::Key, usize>,
    pub(super) keys: Vec<P::Key>,
    /// The cells of the keys.
    pub(super) cells: Vec<Vec<Value>>,
    newest: usize,
}

impl<P: Projection> Slots<P> {
    /// The slot of a key, which gets one where it has none yet.
    pub(super) fn of(&mut self, key: P::Key) -> Result<usize, ValueError> {
        // Neighbouring events are often of one row.
        if self.keys.get(self.newest) != Some(&key) {
            self.newest = match self.by_key.get(&key) {
                Some(slot) => *slot,
                None => {
                    let mut cells = Vec::with_capacity(P::DESCRIPTOR.key.len());
                    key.write(&mut cells)?;
                    self.add(key, cells)
                }
            };
        }
        Ok(self.newest)
    }

    /// Takes other rows over; returns the slot here of each slot there.
    pub(super) fn merge(&mut self, other: Self) -> Vec<usize> {
        let rows = other.keys.into_iter().zip(other.cells);
        let slot = |(key, cells)| match self.by_key.get(&key) {
            Some(slot) => *slot,
            None => self.add(key, cells),
        };
        rows.map(slot).collect()
    }

    fn add(&mut self, key: P::Key, cells: Vec<Value>) -> usize {
        self.by_key.insert(key.clone(), self.keys.len());
        self.keys.push(key);
        self.cells.push(cells);
        self.keys.len() - 1
    }
}

impl<P: Projection> Default for Slots<P> {
    fn default() -> Self {
        Self { by_key: HashMap::new(), keys: Vec::new(), cells: Vec::new(), newest: 0 }
    }
}
