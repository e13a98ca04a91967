//! The one writer of a store: a thread of its own that owns the connection that writes.
//!
//! It takes whatever waits in the queue and commits it as one group: one transaction, one sync of the disk, after which the
//! calls are answered. What belongs into no group runs between two of them. While nothing waits it looks for what other
//! processes have committed. It never waits for a caller, and no caller's code can end it.

mod append;
mod group;
mod jobs;
mod known;
mod on_commit;
mod promote;
mod retry;
mod room;
mod settle;
mod statements;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use cqrs_core::store::{StoreErrorKind, TableChange};
use cqrs_core::{FoldFailure, Position};
use rusqlite::Connection;
use tokio::sync::oneshot;

use self::group::GROUP;
pub(crate) use jobs::{AppendJob, FoldJob, Grouped, Reply, SnapshotJob};
pub(crate) use settle::Listeners;

use self::known::{KnownStreams, KnownTypes};
use self::on_commit::Attached;
use self::settle::{Committed, Settler};
use self::statements::Statements;
use crate::builder::Durability;
use crate::error::{OrStoreError, Outcome, store_error};
use crate::open::{Setup, open_writer};
use crate::queue::{Queue, Taken};
use crate::read::TypeNames;

/// What the writer is asked for.
pub(crate) enum Job {
    /// Work that shares a transaction with what else is waiting.
    Grouped(Grouped),
    /// Work with transactions of its own.
    Alone(Box<dyn FnOnce(&mut Writer<'_>) + Send>),
}

/// The state of the writer's thread.
pub(crate) struct Writer<'c> {
    connection: &'c Connection,
    sql: Statements<'c>,
    streams: KnownStreams,
    types: KnownTypes,
    names: TypeNames,
    /// The position of the newest event, and when it was recorded; with what the open transaction has added.
    head: i64,
    recorded_at: i64,
    /// What SQLite said when the caches were last known to be right; `None` when they are not.
    data_version: Option<i64>,
    /// What SQLite said when the head was last told.
    noticed: Option<i64>,
    attached: Vec<Attached>,
    /// The event that an attached projection cannot take, where it was recorded by another process.
    stuck: Option<Box<FoldFailure>>,
    /// The row changes of the open transaction.
    changes: Vec<TableChange>,
    settler: Settler,
    queue: &'c Queue<Job>,
}

/// Opens the file and writes to it until the queue is closed; says when it has begun, and how it ended.
pub(crate) fn run(
    setup: &Setup,
    queue: &Arc<Queue<Job>>,
    notice_within: Duration,
    listeners: Listeners,
    begun: oneshot::Sender<Outcome<()>>,
) -> Outcome<()> {
    // Whatever ends this thread, nobody waits for it in vain.
    let _abandons = Abandons(queue);
    let connection = match open_writer(setup) {
        Ok(connection) => connection,
        Err(error) => {
            // An error here says that nobody waits for the store any more.
            let _ = begun.send(Err(error));
            return Ok(());
        }
    };
    match Writer::new(&connection, setup.durability, queue, listeners) {
        Ok(mut writer) => {
            let _ = begun.send(Ok(()));
            writer.serve(notice_within);
        }
        Err(error) => {
            let _ = begun.send(Err(error));
        }
    }
    close(connection)
}

struct Abandons<'a>(&'a Queue<Job>);

impl Drop for Abandons<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// Moves the log into the file and closes it. Readers of other processes may keep a part of the log in use.
fn close(connection: Connection) -> Outcome<()> {
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.close().map_err(|(_, error)| store_error(error))?;
    match moved.or_store_error() {
        Err(error) if error.kind() != StoreErrorKind::Busy => Err(error),
        _ => Ok(()),
    }
}

impl<'c> Writer<'c> {
    fn new(
        connection: &'c Connection,
        durability: Durability,
        queue: &'c Arc<Queue<Job>>,
        listeners: Listeners,
    ) -> Outcome<Self> {
        let mut sql = Statements::prepare(connection).or_store_error()?;
        // The first read makes the log.
        sql.read_head()?;
        let mut writer = Self {
            connection,
            sql,
            streams: KnownStreams::default(),
            types: KnownTypes::default(),
            names: TypeNames::default(),
            head: 0,
            recorded_at: i64::MIN,
            data_version: None,
            noticed: None,
            attached: Vec::new(),
            stuck: None,
            changes: Vec::new(),
            settler: Settler::new(connection, durability, listeners, queue)?,
            queue,
        };
        writer.notice()?;
        Ok(writer)
    }

    fn serve(&mut self, notice_within: Duration) {
        let mut backlog = VecDeque::new();
        while self.settler.failure().is_none() {
            match backlog.pop_front() {
                Some(Job::Alone(work)) => work(self),
                Some(grouped) => {
                    backlog.push_front(grouped);
                    self.commit_group(&mut backlog);
                }
                None => match self.queue.take(GROUP, notice_within) {
                    Taken::Jobs(jobs, _) => backlog.extend(jobs),
                    Taken::Closed => return,
                    Taken::Nothing => {
                        if let Err(error) = self.notice() {
                            tracing::warn!(%error, "the store cannot look for what other processes have committed");
                        }
                    }
                },
            }
        }
        if let Some(failure) = self.settler.failure() {
            let failure = Err(failure.clone());
            for job in backlog {
                if let Job::Grouped(job) = job {
                    job.answer(&failure);
                }
            }
        }
    }

    /// The connection, for work within [`transact`](Self::transact).
    pub(crate) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Runs work in one transaction: all of it is committed and settled, or none.
    pub(crate) fn transact<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.begin()?;
        match work(self) {
            Ok(done) => {
                let committed = self.commit()?;
                self.settler.settle(committed).map(|()| done)
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Begins a write transaction, and forgets what another process may have made wrong.
    fn begin(&mut self) -> Outcome<()> {
        self.sql.begin.execute([]).or_store_error()?;
        self.settler.keep_room_ahead();
        self.refresh().inspect_err(|_| self.roll_back())
    }

    fn refresh(&mut self) -> Outcome<()> {
        let data_version = Some(self.read_data_version()?);
        if self.data_version == data_version {
            return Ok(());
        }
        self.streams.clear();
        self.types.clear();
        (self.head, self.recorded_at) = self.sql.read_head()?;
        (self.data_version, self.noticed) = (data_version, data_version);
        Ok(())
    }

    /// Commits; what comes of it is yet to be settled. After an error nothing is committed, or the error says that it is not
    /// known.
    fn commit(&mut self) -> Outcome<Committed> {
        if let Err(error) = self.sql.commit.execute([]) {
            let error = store_error(error);
            self.roll_back();
            return Err(match error.kind() {
                StoreErrorKind::Full | StoreErrorKind::Busy | StoreErrorKind::ReadOnly => error,
                _ => error.with_unknown_outcome(),
            });
        }
        let (head, changes) = (Position::from_i64(self.head), std::mem::take(&mut self.changes));
        Ok(Committed { group: Vec::new(), head, changes })
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction cannot be rolled back");
        }
        self.changes.clear();
        self.data_version = None;
    }

    /// Tells the head, and folds what on-commit tables lack, if another process has written since the last look.
    fn notice(&mut self) -> Outcome<()> {
        let data_version = Some(self.read_data_version()?);
        if self.noticed == data_version {
            return Ok(());
        }
        let committed = if self.attached.is_empty() {
            let (head, _) = self.sql.read_head()?;
            Committed { head: Position::from_i64(head), ..Committed::default() }
        } else {
            self.begin_caught_up()?;
            self.commit()?
        };
        self.settler.settle(committed)?;
        self.noticed = data_version;
        Ok(())
    }

    fn read_data_version(&mut self) -> Outcome<i64> {
        self.sql.data_version.query_row([], |row| row.get(0)).or_store_error()
    }
}
