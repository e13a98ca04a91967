//! Row feeds: every change of a table's rows, kept until each of its readers has acknowledged it.

use std::sync::Arc;

use super::read_models::{TableChange, TableDefinition};
use super::{BoxFuture, StoreError};

/// Feeds of row changes, each with the places of its readers.
///
/// Changes of a table are kept from the moment its first reader is opened until the last one is closed. They belong to one
/// generation of the table: after a rebuild every reader begins anew.
pub trait RowFeeds: Send + Sync + 'static {
    /// Opens a reader's place, or finds the one that it has. The name is the reader's own, such as `search-index`.
    ///
    /// # Errors
    ///
    /// When the database fails, or the table is not live under this definition.
    fn open_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<FeedPlace, StoreError>>;

    /// The changes of the live table after a revision, those of up to `limit` commits, in their order.
    ///
    /// # Errors
    ///
    /// As [`open_feed`](Self::open_feed).
    fn feed_changes(
        &self,
        table: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<FeedPage, StoreError>>;

    /// Notes that a reader has taken in everything up to a revision of a generation, and forgets what all readers have.
    ///
    /// # Errors
    ///
    /// As [`open_feed`](Self::open_feed).
    fn acknowledge_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
        generation: u64,
        revision: u64,
    ) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Gives up a reader's place; does nothing when there is none.
    ///
    /// # Errors
    ///
    /// As [`open_feed`](Self::open_feed).
    fn close_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// Where a reader of a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedPlace {
    /// What tells the table from the one before and after a rebuild.
    pub generation: u64,
    /// The revision that the reader has acknowledged; [`None`] when it has yet to take in the rows themselves.
    pub revision: Option<u64>,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    /// The generation that the changes belong to.
    pub generation: u64,
    /// The changes, one entry a commit.
    pub changes: Vec<Arc<TableChange>>,
}
