//! The changes of one table, kept for the readers of its feed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::envelope::Position;
use crate::store::{RowChange, TableChange};

/// The changes of one table, and the places of their readers.
#[derive(Default)]
pub(super) struct FeedLog {
    readers: BTreeMap<String, Option<u64>>,
    kept: VecDeque<Arc<TableChange>>,
}

impl FeedLog {
    /// Opens a reader's place, or finds it.
    pub(super) fn open(&mut self, reader: String) -> Option<u64> {
        *self.readers.entry(reader).or_default()
    }

    /// Keeps a commit's changes where anybody reads them.
    pub(super) fn keep(&mut self, table: &str, checkpoint: Position, revision: u64, changes: &[RowChange]) {
        if !self.readers.is_empty() {
            let (table, changes) = (table.to_owned(), changes.to_vec());
            self.kept.push_back(Arc::new(TableChange { table, checkpoint, revision, changes }));
        }
    }

    pub(super) fn after(&self, revision: u64, limit: usize) -> Vec<Arc<TableChange>> {
        let begin = self.kept.partition_point(|change| change.revision <= revision);
        self.kept.iter().skip(begin).take(limit).cloned().collect()
    }

    pub(super) fn acknowledge(&mut self, reader: &str, revision: u64) {
        if let Some(place) = self.readers.get_mut(reader) {
            *place = Some(revision.max(place.unwrap_or_default()));
        }
        self.forget();
    }

    pub(super) fn close(&mut self, reader: &str) {
        self.readers.remove(reader);
        self.forget();
    }

    /// The same readers at the beginning of another table.
    pub(super) fn begun_anew(&self) -> Self {
        let readers = self.readers.keys().map(|reader| (reader.clone(), None)).collect();
        Self { readers, kept: VecDeque::new() }
    }

    /// Forgets what every reader has acknowledged.
    fn forget(&mut self) {
        let needed = self.readers.values().map(|place| place.unwrap_or_default()).min().unwrap_or(u64::MAX);
        while self.kept.front().is_some_and(|change| change.revision <= needed) {
            self.kept.pop_front();
        }
    }
}
