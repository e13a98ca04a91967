//! Settling: a commit is synced to the disk, and only then is anybody told of it.
//!
//! SQLite commits without a sync here, and this file syncs its write-ahead log, which is what makes a commit durable. So one
//! group can be on its way to the disk, on a thread of its own, while the writer works on the next. Where nothing waits
//! there is nothing to overlap, and the writer settles its group itself. A disk that fails to sync ends the store: what it
//! has kept can no longer be known.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use cqrs_core::Position;
use cqrs_core::store::{StoreError, StoreErrorKind, TableChange};
use rusqlite::Connection;
use tokio::sync::{broadcast, watch};

use super::Job;
use super::jobs::Grouped;
use super::room::Room;
use crate::builder::Durability;
use crate::error::Outcome;
use crate::queue::Queue;

/// Whom a commit is told once it is settled.
pub(crate) struct Listeners {
    pub(crate) head: watch::Sender<Position>,
    pub(crate) changes: broadcast::Sender<Arc<TableChange>>,
}

/// What one transaction has committed.
#[derive(Default)]
pub(super) struct Committed {
    /// The calls to answer.
    pub(super) group: Vec<Grouped>,
    /// The newest event.
    pub(super) head: Position,
    /// The row changes to tell.
    pub(super) changes: Vec<TableChange>,
}

/// Settles commits in their order.
pub(super) struct Settler {
    shared: Arc<Shared>,
    /// Where the log is synced.
    room: Option<Room>,
    thread: Option<(SyncSender<Committed>, JoinHandle<()>)>,
}

struct Shared {
    log: Option<File>,
    listeners: Listeners,
    /// How many commits the thread has not synced yet.
    unsynced: AtomicUsize,
    /// How many commits the thread has not told yet.
    unsettled: AtomicUsize,
    failure: OnceLock<StoreError>,
}

/// How many commits may wait for the thread; beyond, the writer waits for it.
const WAITING: usize = 4;

/// How many unsettled commits keep the disk busy.
const BUSY: usize = 2;

impl Settler {
    /// Finds the log of a connection that has read already.
    pub(super) fn new(
        connection: &Connection,
        durability: Durability,
        listeners: Listeners,
        queue: &Arc<Queue<Job>>,
    ) -> Outcome<Self> {
        let log = match durability {
            Durability::Full => Some(open_log(connection)?),
            Durability::ProcessCrash => None,
        };
        let room = log.as_ref().and_then(|log| Room::of(log).ok());
        let (unsynced, unsettled) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Arc::new(Shared { log, listeners, unsynced, unsettled, failure: OnceLock::new() });
        let (sender, commits) = sync_channel(WAITING);
        let (settling, queue) = (Arc::clone(&shared), Arc::clone(queue));
        let thread = std::thread::Builder::new()
            .name("cqrs-sqlite-sync".to_owned())
            .spawn(move || settling.serve(&commits, &queue))
            .map_err(|error| {
                StoreError::new(StoreErrorKind::Unavailable, "the syncing thread cannot be started")
                    .because(error)
            })?;
        Ok(Self { shared, room, thread: Some((sender, thread)) })
    }

    /// Lets what is about to be committed overwrite the log in place of growing it; for a transaction that has just begun.
    pub(super) fn keep_room_ahead(&mut self) {
        if let Some(room) = &mut self.room {
            room.keep_ahead();
        }
    }

    /// Whether anybody listens for row changes.
    pub(super) fn has_change_listeners(&self) -> bool {
        self.shared.listeners.changes.receiver_count() > 0
    }

    /// The failure that has ended the store, where there was one.
    pub(super) fn failure(&self) -> Option<&StoreError> {
        self.shared.failure.get()
    }

    /// Whether so much is being synced that a further commit would only wait.
    pub(super) fn is_busy(&self) -> bool {
        self.shared.unsynced.load(Ordering::Acquire) >= BUSY
    }

    /// Settles a commit before this returns, together with all before it.
    pub(super) fn settle(&self, committed: Committed) -> Outcome<()> {
        // Any sync would do, but commits are told in their order.
        let is_working = || self.thread.as_ref().is_some_and(|(_, thread)| !thread.is_finished());
        while self.shared.unsettled.load(Ordering::Acquire) > 0 && is_working() {
            std::thread::sleep(Duration::from_micros(50));
        }
        self.shared.settle(vec![committed], || {});
        self.failure().map_or(Ok(()), |failure| Err(failure.clone()))
    }

    /// Settles a commit: at once where nothing else is to be done, and otherwise beside what comes next.
    pub(super) fn settle_beside(&self, committed: Committed, more_waits: bool) {
        let is_idle = self.shared.unsettled.load(Ordering::Acquire) == 0;
        match &self.thread {
            Some((sender, _)) if more_waits || !is_idle => {
                self.shared.unsynced.fetch_add(1, Ordering::AcqRel);
                self.shared.unsettled.fetch_add(1, Ordering::AcqRel);
                if let Err(refused) = sender.send(committed) {
                    self.shared.settle(vec![refused.0], || {});
                }
            }
            _ => self.shared.settle(vec![committed], || {}),
        }
    }
}

impl Drop for Settler {
    /// Waits until all is settled and told.
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.thread.take() {
            drop(sender);
            if thread.join().is_err() {
                tracing::error!("the syncing thread panicked");
            }
        }
    }
}

impl Shared {
    fn serve(&self, commits: &Receiver<Committed>, queue: &Queue<Job>) {
        while let Ok(first) = commits.recv() {
            let mut taken = vec![first];
            taken.extend(commits.try_iter());
            let count = taken.len();
            self.settle(taken, || {
                self.unsynced.fetch_sub(count, Ordering::AcqRel);
                // The writer may be holding its group back for this.
                queue.nudge();
            });
            self.unsettled.fetch_sub(count, Ordering::AcqRel);
        }
    }

    fn settle(&self, commits: Vec<Committed>, once_synced: impl FnOnce()) {
        let synced = self.sync();
        once_synced();
        for Committed { group, head, changes } in commits {
            if synced.is_ok() {
                self.listeners.head.send_if_modified(|told| {
                    let is_news = *told < head;
                    *told = head.max(*told);
                    is_news
                });
                for change in changes {
                    // An error says that nobody listens, which is nobody's loss.
                    let _ = self.listeners.changes.send(Arc::new(change));
                }
            }
            group.into_iter().for_each(|job| job.answer(&synced));
        }
    }

    fn sync(&self) -> Outcome<()> {
        if let Some(failure) = self.failure.get() {
            return Err(failure.clone());
        }
        let Some(log) = &self.log else { return Ok(()) };
        log.sync_data().map_err(|error| {
            // Some systems forget what they failed to write, so that the next sync would succeed without it.
            let failure = StoreError::new(
                StoreErrorKind::Unavailable,
                "the disk failed to keep what was written; the store has ended and must be opened anew",
            )
            .because(error)
            .with_unknown_outcome();
            tracing::error!(error = %failure, "the store has ended");
            self.failure.get_or_init(|| failure).clone()
        })
    }
}

/// A handle of our own on the write-ahead log, which is sure to be found again. SQLite keeps the file in place for as long as a
/// connection is open.
fn open_log(connection: &Connection) -> Outcome<File> {
    let mut path = OsString::from(connection.path().unwrap_or_default());
    path.push("-wal");
    let path = PathBuf::from(path);
    // Some systems sync only what was opened for writing.
    let opened = File::options().write(true).open(&path);
    opened.and_then(|log| keep_name(&path).map(|()| log)).map_err(|error| {
        let path = path.display();
        StoreError::new(StoreErrorKind::Unavailable, format!("the write-ahead log `{path}` cannot be opened"))
            .because(error)
    })
}

/// Sees to it that a new file's name outlives a loss of power as its content does.
#[cfg(unix)]
fn keep_name(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

/// Elsewhere a directory needs no sync, and cannot be opened for one.
#[cfg(not(unix))]
fn keep_name(_: &Path) -> std::io::Result<()> {
    Ok(())
}
