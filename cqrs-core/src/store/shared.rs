//! A store behind an `Arc` is a store: one database can serve an application and tools beside it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use super::{
    Append, AppendError, Appended, BoxFuture, DeadLetter, DeadLetterQuery, EventStore, FeedPage, FeedPlace,
    FoldError, Generation, ReadAll, ReadModelControl, ReadModelStore, ReadStream, Retried, RowFeeds, RowPage,
    RowQuery, SetAside, Snapshot, SnapshotStore, StoreError, TableChange, TableDefinition, TableState,
    TableStatus,
};
use crate::batch::EventBatch;
use crate::envelope::{Position, StreamId, StreamVersion};
use crate::projector::Projector;

impl<S: EventStore + ?Sized> EventStore for Arc<S> {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        (**self).append(append)
    }

    fn find_command(&self, command_id: Uuid) -> BoxFuture<'_, Result<Option<Appended>, StoreError>> {
        (**self).find_command(command_id)
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        (**self).read_stream(read)
    }

    fn stream_version(&self, stream: StreamId) -> BoxFuture<'_, Result<StreamVersion, StoreError>> {
        (**self).stream_version(stream)
    }

    fn read_all(&self, read: ReadAll) -> BoxFuture<'_, Result<EventBatch, StoreError>> {
        (**self).read_all(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, StoreError>> {
        (**self).head()
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        (**self).watch_head()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        (**self).close()
    }
}

impl<S: SnapshotStore + ?Sized> SnapshotStore for Arc<S> {
    fn load_snapshot(&self, stream: StreamId) -> BoxFuture<'_, Result<Option<Snapshot>, StoreError>> {
        (**self).load_snapshot(stream)
    }

    fn save_snapshot(&self, stream: StreamId, snapshot: Snapshot) -> BoxFuture<'_, Result<(), StoreError>> {
        (**self).save_snapshot(stream, snapshot)
    }
}

impl<S: ReadModelStore + ?Sized> ReadModelStore for Arc<S> {
    fn open_table(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        (**self).open_table(table)
    }

    fn fold(
        &self,
        projector: Arc<dyn Projector>,
        generation: Generation,
        from: Position,
        batch: Arc<EventBatch>,
    ) -> BoxFuture<'_, Result<Vec<SetAside>, FoldError>> {
        (**self).fold(projector, generation, from, batch)
    }

    fn promote(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        (**self).promote(projector)
    }

    fn attach(&self, projector: Arc<dyn Projector>) -> BoxFuture<'_, Result<(), FoldError>> {
        (**self).attach(projector)
    }

    fn checkpoint(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<Position, StoreError>> {
        (**self).checkpoint(table)
    }

    fn rows(&self, query: RowQuery) -> BoxFuture<'_, Result<RowPage, StoreError>> {
        (**self).rows(query)
    }

    fn count_rows(&self, query: RowQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        (**self).count_rows(query)
    }

    fn table_changes(&self) -> broadcast::Receiver<Arc<TableChange>> {
        (**self).table_changes()
    }
}

impl<S: ReadModelControl + ?Sized> ReadModelControl for Arc<S> {
    fn table_status(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableStatus, StoreError>> {
        (**self).table_status(table)
    }

    fn begin_rebuild(&self, table: Arc<TableDefinition>) -> BoxFuture<'_, Result<TableState, StoreError>> {
        (**self).begin_rebuild(table)
    }

    fn set_paused(&self, table: Arc<TableDefinition>, paused: bool) -> BoxFuture<'_, Result<(), StoreError>> {
        (**self).set_paused(table, paused)
    }

    fn lease(&self, name: String, holder: Uuid, span: Duration) -> BoxFuture<'_, Result<bool, StoreError>> {
        (**self).lease(name, holder, span)
    }

    fn dead_letters(&self, query: DeadLetterQuery) -> BoxFuture<'_, Result<Vec<DeadLetter>, StoreError>> {
        (**self).dead_letters(query)
    }

    fn retry_dead_letters(
        &self,
        projector: Arc<dyn Projector>,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Retried, FoldError>> {
        (**self).retry_dead_letters(projector, after, limit)
    }

    fn skip_dead_letter(
        &self,
        table: Arc<TableDefinition>,
        position: Position,
        reason: String,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        (**self).skip_dead_letter(table, position, reason)
    }
}

impl<S: RowFeeds + ?Sized> RowFeeds for Arc<S> {
    fn open_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<FeedPlace, StoreError>> {
        (**self).open_feed(table, reader)
    }

    fn feed_changes(
        &self,
        table: Arc<TableDefinition>,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<FeedPage, StoreError>> {
        (**self).feed_changes(table, after, limit)
    }

    fn acknowledge_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
        generation: u64,
        revision: u64,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        (**self).acknowledge_feed(table, reader, generation, revision)
    }

    fn close_feed(
        &self,
        table: Arc<TableDefinition>,
        reader: String,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        (**self).close_feed(table, reader)
    }
}
