//! The one writer of a store: a task of its own that owns the connection that appends.
//!
//! It takes whatever waits in the queue and commits it as one group, after which the calls are answered. It never waits for a caller. When
//! its connection breaks it makes another, and finds out what became of the group that was under way.

mod folding;
mod group;
mod jobs;
mod known;
mod ledger;
mod look_up;
mod on_commit;
pub(crate) mod statements;

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::Position;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

pub(crate) use jobs::{AppendJob, AttachJob};

use self::folding::RETRY_AFTER;
use self::known::{KnownStreams, KnownTypes};
use self::ledger::Head;
use self::on_commit::OnCommit;
use self::statements::Statements;
use crate::changes::Changes;
use crate::connect::{Purpose, Session, Setup};
use crate::error::{OrStoreError, Outcome};
use crate::notice;
use crate::queue::{Bounds, Queue};

/// What the writer is asked for.
#[allow(clippy::large_enum_variant, reason = "nearly all of them are appends, none of which is worth a box")]
pub(crate) enum Job {
    /// Events to record, in a transaction with what else is waiting.
    Append(AppendJob),
    /// A table to fold every append into.
    Attach(AttachJob),
}

/// What one transaction may carry.
const GROUP: Bounds = Bounds { jobs: 2048, bytes: 16 * 1024 * 1024 };

/// How often other processes are told at most.
const TELL_EVERY: Duration = Duration::from_millis(5);

/// The state of the writer's task.
pub(crate) struct Writer {
    setup: Arc<Setup>,
    /// How long a group is tried again.
    retry_for: Duration,
    connection: Option<Connection>,
    streams: KnownStreams,
    types: KnownTypes,
    /// The newest rows, as far as it is known; `None` when it is not.
    head: Option<Head>,
    /// Whether nobody else has written of late, so that what is remembered most likely holds.
    is_alone: bool,
    on_commit: OnCommit,
    told: watch::Sender<Position>,
    /// What this writer hears of that itself, and whether it could not fold what it heard.
    noticed: watch::Receiver<Position>,
    is_behind: bool,
    /// The name of the channel, and since when something is to be told there.
    channel: String,
    untold: bool,
    told_at: Instant,
    queue: Arc<Queue<Job>>,
}

/// The writer's connection. Statements that nobody waits for keep it too.
struct Connection {
    session: Arc<Session>,
    statements: Arc<Statements>,
}

impl Writer {
    pub(crate) fn new(
        setup: Arc<Setup>,
        retry_for: Duration,
        told: watch::Sender<Position>,
        changes: Arc<Changes>,
        queue: Arc<Queue<Job>>,
    ) -> Self {
        let channel = notice::channel(&setup.schema);
        Self {
            setup,
            retry_for,
            connection: None,
            streams: KnownStreams::default(),
            types: KnownTypes::default(),
            head: None,
            is_alone: true,
            on_commit: OnCommit::new(changes),
            noticed: told.subscribe(),
            is_behind: false,
            told,
            channel,
            untold: false,
            told_at: Instant::now(),
            queue,
        }
    }

    /// Writes until the queue is closed and empty.
    pub(crate) async fn run(mut self) {
        // Whatever ends this task, nobody waits for it in vain.
        let _abandons = Abandons(Arc::clone(&self.queue));
        while let Some(jobs) = self.next().await {
            let mut group = Vec::with_capacity(jobs.len());
            for job in jobs {
                match job {
                    Job::Append(job) => group.push(job),
                    Job::Attach(job) => {
                        self.commit_group(std::mem::take(&mut group)).await;
                        self.attach(job).await;
                    }
                }
            }
            self.commit_group(group).await;
        }
    }

    /// What waits next. Other processes are told of the newest commits meanwhile, and what they commit is folded.
    async fn next(&mut self) -> Option<Vec<Job>> {
        let queue = Arc::clone(&self.queue);
        loop {
            if !self.untold && self.on_commit.is_empty() {
                return queue.take(GROUP).await;
            }
            if !self.untold {
                tokio::select! {
                    biased;
                    jobs = queue.take(GROUP) => return jobs,
                    () = news(&mut self.noticed, self.is_behind) => self.is_behind = !self.notice().await,
                }
                continue;
            }
            let rest = TELL_EVERY.saturating_sub(self.told_at.elapsed());
            if rest.is_zero() {
                self.tell_others();
            } else if let Ok(jobs) = timeout(rest, queue.take(GROUP)).await {
                return jobs;
            }
        }
    }

    /// Sends a notification, for which nobody waits.
    fn tell_others(&mut self) {
        (self.untold, self.told_at) = (false, Instant::now());
        let Some(Connection { session, statements }) = &self.connection else { return };
        let (session, statements) = (Arc::clone(session), Arc::clone(statements));
        let channel = self.channel.clone();
        tokio::spawn(async move {
            if let Err(error) =
                session.client().execute(&statements.notify, &[&channel]).await.or_store_error()
            {
                tracing::debug!(%error, "other processes are not notified");
            }
        });
    }

    /// Tells this process of a commit, and has others told soon.
    fn tell(&mut self, head: Head) {
        notice::tell(&self.told, Position::from_i64(head.position));
        self.untold = true;
    }

    /// The connection, which is made anew where it is of no use.
    async fn connected(&mut self) -> Outcome<(Arc<Session>, Arc<Statements>)> {
        if let Some(Connection { session, statements }) = &self.connection
            && session.is_clean()
        {
            return Ok((Arc::clone(session), Arc::clone(statements)));
        }
        self.disconnect();
        let session = Arc::new(Session::open(&self.setup, Purpose::Append, None).await?);
        let statements = Arc::new(Statements::prepare(session.client()).await.or_store_error()?);
        self.connection =
            Some(Connection { session: Arc::clone(&session), statements: Arc::clone(&statements) });
        Ok((session, statements))
    }

    /// Gives the connection up, and what was remembered of the database with it.
    fn disconnect(&mut self) {
        self.connection = None;
        self.head = None;
    }
}

/// Waits until something may have been committed that is not folded yet.
async fn news(noticed: &mut watch::Receiver<Position>, is_behind: bool) {
    if is_behind {
        sleep(RETRY_AFTER).await;
    } else if noticed.changed().await.is_err() {
        // Nothing will ever be.
        std::future::pending::<()>().await;
    }
}

struct Abandons(Arc<Queue<Job>>);

impl Drop for Abandons {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
