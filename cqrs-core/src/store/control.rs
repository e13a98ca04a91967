//! Control over the tables of read models: how they are doing, building them anew, pausing them, and their dead letters.
//!
//! What is said here is kept in the database, so that it holds for every process that uses it and outlives them.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::dead_letters::{DeadLetter, DeadLetterCount};
use super::read_models::{FoldError, TableDefinition, TableState};
use super::{BoxFuture, StoreError};
use crate::envelope::Position;
use crate::projector::Projector;

/// Control over tables of read models.
pub trait ReadModelControl: Send + Sync + 'static {
    /// How a projection's tables are doing, whatever definition built them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn table_status(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableStatus, StoreError>>;

    /// Makes an empty table of [`Generation::Next`](super::Generation::Next) beside a live one of the same definition, in place of
    /// one that was there; where a table of another definition is live, or one is being built, returns what is there.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn begin_rebuild(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>>;

    /// Pauses a live table, or lets it go on. A paused table refuses folds with [`FoldError::Paused`], whoever asks.
    ///
    /// # Errors
    ///
    /// When the database fails, or no live table of that name is there.
    fn set_paused(&self, table: Arc<TableDefinition>, paused: bool) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Takes a lease, or renews one that `holder` has: says whether it is `holder`'s for this long from now. A lease saves work that two
    /// would do twice; nothing is wrong when both do it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn lease(&self, name: String, holder: Uuid, span: Duration) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// A page of a live table's dead letters, in the order of positions.
    ///
    /// # Errors
    ///
    /// When the database fails, or the table is not there under this definition.
    fn dead_letters(&self, query: DeadLetterQuery) -> BoxFuture<'_, Result<Vec<DeadLetter>, StoreError>>;

    /// Folds dead letters again, those of up to `limit` events after a position: what can be taken in is, rows and letters in one
    /// transaction, and the rest stays.
    ///
    /// # Errors
    ///
    /// When the database fails, or the table is not there under this definition.
    fn retry_dead_letters(
        &self,
        projector: Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Retried, FoldError>>;

    /// Skips an event that cannot be taken in, for all rows that fail because of it, and keeps the reason; returns how many those were.
    /// What waits behind it stays until it is retried.
    ///
    /// # Errors
    ///
    /// When the database fails, or the table is not there under this definition.
    fn skip_dead_letter(
        &self,
        table: Arc<TableDefinition>,
        position: Position,
        reason: String,
    ) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// How a projection's tables are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableStatus {
    /// The checkpoint of the live table, if there is one.
    pub live: Option<Position>,
    /// The live table's revision; see [`RowPage`](super::RowPage).
    pub revision: u64,
    /// Whether the live table was built by this definition.
    pub is_current: bool,
    /// The checkpoint of the table that is being built under this definition to take its place, if there is one.
    pub next: Option<Position>,
    /// Whether the live table is paused.
    pub is_paused: bool,
    /// The live table's dead letters.
    pub dead_letters: DeadLetterCount,
}

/// A page of dead letters to read.
#[derive(Debug, Clone)]
pub struct DeadLetterQuery {
    /// The table.
    pub table: Arc<TableDefinition>,
    /// Letters of events above this position.
    pub after: Position,
    /// No letter of an event above this position.
    pub until: Position,
    /// The most events whose letters are in the page.
    pub limit: usize,
}

/// What came of folding dead letters again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retried {
    /// Letters that are gone, as their events were taken in.
    pub taken_in: u64,
    /// Letters that stay.
    pub left: u64,
    /// The position of the last event that was tried; [`None`] when there was none.
    pub last: Option<Position>,
}
