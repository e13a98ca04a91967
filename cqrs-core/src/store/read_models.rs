//! Read models as a store sees them: typed tables, folds that change rows and checkpoint together, and queries.
//!
//! A store never knows a row's Rust type. It hands rows to a [`Projector`] as [`Value`]s, writes the changes that
//! come back, and moves the checkpoint in the same transaction.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::{BoxFuture, SetAside, StoreError};
use crate::batch::EventBatch;
use crate::envelope::Position;
use crate::projector::{FoldFailure, Projector};
use crate::shape::Fingerprint;
use crate::value::{ColumnType, Value};

/// Tables of read models, each with its checkpoint.
pub trait ReadModelStore: Send + Sync + 'static {
    /// Finds a projection's table, or creates it.
    ///
    /// A table that was built by another definition is left as it is, still readable under its old definition; a table of
    /// [`Generation::Next`] is created beside it, or found where an earlier engine left off.
    ///
    /// # Errors
    ///
    /// When the database fails, or holds a table of that name that no projection built.
    fn open_table(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>>;

    /// Folds a batch into a table: rows and checkpoint change together, or not at all.
    ///
    /// `from` is the checkpoint that the caller believes in; afterwards it is the batch's [`end`](EventBatch::end). An event that the
    /// projector cannot take is kept as a dead letter in the same transaction, with everything later in its [`Lane`](super::Lane);
    /// the events that failed now are returned.
    ///
    /// # Errors
    ///
    /// [`FoldError::Superseded`] when the checkpoint is elsewhere, as when another engine folds the same table, or when dead letters
    /// were retried meanwhile; [`FoldError::Paused`] when the table is paused; [`FoldError::Failed`] when the projector sets nothing
    /// aside and cannot take an event. Nothing has changed then.
    fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> BoxFuture<'_, Result<Vec<SetAside>, FoldError>>;

    /// Folds what the table of [`Generation::Next`] still lacks, and puts it in the place of the live one, in one transaction: rows that
    /// were seen before are never gone after it. Appends wait meanwhile, so a caller folds all that it can find before.
    ///
    /// # Errors
    ///
    /// [`FoldError::Superseded`] when there is no such table, as after another engine's swap; further as [`fold`](Self::fold).
    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>>;

    /// From now on folds every append into a live table, within the append's own transaction.
    ///
    /// Events that this store did not append itself, as those of another process, are folded before the next append
    /// and whenever the store notices them; what cannot be taken of those is set aside. An event of an append that cannot be taken
    /// refuses the append, unless it waits behind a dead letter that is there already.
    ///
    /// # Errors
    ///
    /// As [`fold`](Self::fold), for the events that the table has not seen yet.
    fn attach(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>>;

    /// A live table's checkpoint: every event up to it is in the rows.
    ///
    /// # Errors
    ///
    /// When the database fails, or the table is not there under this definition.
    fn checkpoint(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<Position, StoreError>>;

    /// Reads a page of a live table, with the checkpoint of the same moment.
    ///
    /// # Errors
    ///
    /// As [`checkpoint`](Self::checkpoint), and when the query names a column that is not there.
    fn rows(&self, query: RowQuery) -> BoxFuture<'_, Result<RowPage, StoreError>>;

    /// Counts the rows of a live table that pass a query's filters; order, page and limit do not matter.
    ///
    /// # Errors
    ///
    /// As [`rows`](Self::rows).
    fn count_rows(&self, query: RowQuery) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// The changes of all live tables that this store commits, in commit order, as they happen.
    ///
    /// A receiver that falls behind is told so by the channel and reads the table anew.
    fn table_changes(&self) -> broadcast::Receiver<Arc<TableChange>>;
}

/// A projection's table: key columns first, then the columns of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// The table's name: snake case, letters, digits and underscores.
    pub name: String,
    /// How many of the columns, from the first, are the key.
    pub key_columns: usize,
    /// The columns: the key's, then the row's.
    pub columns: Vec<Column>,
    /// Further indexes, each by the columns' positions.
    pub indexes: Vec<Vec<usize>>,
    /// Changes whenever rows folded under this definition could differ from those of another.
    pub fingerprint: Fingerprint,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Whether it may be null.
    pub nullable: bool,
}

impl TableDefinition {
    /// The position of a column by its name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// What a fold does to one row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// The row's key: one value for each key column.
    pub key: Vec<Value>,
    /// The whole row as it is now, one value for each column, or `None` when it is gone.
    pub row: Option<Vec<Value>>,
}

/// The changes of one commit to one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChange {
    /// The table's name.
    pub table: String,
    /// The table's checkpoint after the commit.
    pub checkpoint: Position,
    /// The table's revision after the commit.
    pub revision: u64,
    /// The rows that changed, once each.
    pub changes: Vec<RowChange>,
}

/// Which of a projection's tables is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// The one that queries read.
    Live,
    /// The one that is being built to take its place.
    Next,
}

/// Where a table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableState {
    /// Whether the table serves queries under this definition, or is still to be built.
    pub generation: Generation,
    /// Its checkpoint.
    pub checkpoint: Position,
}

/// A page of rows to read.
#[derive(Debug, Clone)]
pub struct RowQuery {
    /// The table.
    pub table: Arc<TableDefinition>,
    /// All of these must hold.
    pub filters: Vec<RowFilter>,
    /// Columns to order by, most important first; the key follows by itself, so that the order is total.
    pub order: Vec<Order>,
    /// The last row of the page before: its values of the order's columns, then its key.
    pub after: Option<Vec<Value>>,
    /// The most rows in the page.
    pub limit: usize,
}

/// A column to order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The column's position.
    pub column: usize,
    /// Highest first.
    pub descending: bool,
}

/// A condition on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFilter {
    /// The column's position.
    pub column: usize,
    /// What must hold.
    pub test: RowTest,
}

/// What must hold for a column's value. A null passes [`Equals`](Self::Equals) null and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub enum RowTest {
    /// The value is this one.
    Equals(Value),
    /// The value is one of these.
    In(Vec<Value>),
    /// The value is at least this.
    AtLeast(Value),
    /// The value is above this.
    Above(Value),
    /// The value is at most this.
    AtMost(Value),
    /// The value is below this.
    Below(Value),
    /// The text starts with this, case and all.
    Prefix(String),
}

impl RowTest {
    /// Whether a value passes.
    pub fn passes(&self, value: &Value) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let present = *value != Value::Null;
        match self {
            Self::Equals(wanted) => value.order(wanted) == Equal,
            Self::In(wanted) => present && wanted.iter().any(|wanted| value.order(wanted) == Equal),
            Self::AtLeast(bound) => present && value.order(bound) != Less,
            Self::Above(bound) => present && value.order(bound) == Greater,
            Self::AtMost(bound) => present && value.order(bound) != Greater,
            Self::Below(bound) => present && value.order(bound) == Less,
            Self::Prefix(prefix) => matches!(value, Value::Text(text) if text.starts_with(prefix.as_str())),
        }
    }
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPage {
    /// The rows, in the query's order: one value for each column.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows after the last one.
    pub more: bool,
    /// The table's checkpoint at the moment of the read.
    pub checkpoint: Position,
    /// The table's revision at the moment of the read: how many commits have changed rows of it. It grows across a rebuild.
    pub revision: u64,
}

/// Why a batch was not folded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FoldError {
    /// The table's checkpoint is elsewhere: another engine folds the same table, or has replaced it.
    #[error("the checkpoint of `{table}` is {}, expected {expected}", .actual.map_or_else(|| "gone".to_owned(), |at| at.to_string()))]
    Superseded {
        /// The table.
        table: String,
        /// What the caller believed in.
        expected: Position,
        /// What is there; `None` when the table is not there under this definition.
        actual: Option<Position>,
    },
    /// The table is paused, in the database.
    #[error("`{table}` is paused")]
    Paused {
        /// The table.
        table: String,
    },
    /// The projector cannot take an event.
    #[error(transparent)]
    Failed(#[from] Box<FoldFailure>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
