//! Group commit: everything that waits shares one transaction, and each call still gets an outcome of its own.
//!
//! A refused append leaves the others as they are. What cannot be told from memory is looked up under the writers' lock, and whatever
//! turns out to have changed meanwhile has the group judged anew. A group whose connection broke is looked for by its mark, so that nothing is
//! lost and nothing is recorded twice.

use std::collections::HashMap;
use std::time::Duration;

use cqrs_core::StreamId;
use cqrs_core::store::{StoreError, StoreErrorKind};
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use super::Writer;
use super::jobs::AppendJob;
use super::known::Stream;
use super::ledger::{Head, Ledger, NewType, Verdict};
use super::look_up::{Found, look_up};
use super::statements::{Mark, Rows};
use crate::error::{Outcome, is_cut, is_taken, store_error};

/// How long a client waits for an answer beyond the time in which the server gives up.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// How often a group is judged anew because somebody else was faster, before it fails as busy.
const TURNS: usize = 100;

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Why an attempt recorded nothing, or may not have.
pub(super) enum Failure {
    /// Somebody else has written meanwhile.
    Stale,
    /// Trying again can help.
    Again(StoreError),
    /// Nothing helps.
    Final(StoreError),
}

impl Failure {
    pub(super) fn of(error: tokio_postgres::Error) -> Self {
        if is_taken(&error) {
            return Self::Stale;
        }
        let gave_way = matches!(error.code().map(|code| code.code()), Some("40001" | "40P01" | "53300"));
        let is_cut = is_cut(&error);
        let error = store_error(error);
        if is_cut || gave_way { Self::Again(error) } else { Self::Final(error) }
    }

    pub(super) fn into_error(self) -> StoreError {
        match self {
            Self::Stale => outrun(),
            Self::Again(error) | Self::Final(error) => error,
        }
    }
}

/// The failure of a group that others were faster than, each time.
fn outrun() -> StoreError {
    StoreError::new(StoreErrorKind::Busy, "others were faster each time, without the writers' lock")
}

/// The failure of a group whose database says nothing.
pub(super) fn unanswered() -> StoreError {
    let message = "the database did not answer in the time that was given";
    StoreError::new(StoreErrorKind::Unavailable, message)
}

/// What a group has taught the writer.
pub(super) struct Learned {
    head: Head,
    streams: HashMap<StreamId, Stream>,
    types: Vec<(i64, NewType)>,
}

impl Learned {
    pub(super) fn from(ledger: Ledger<'_>) -> Self {
        let types = (ledger.before.event_type + 1..).zip(ledger.new_types).collect();
        Self { head: ledger.head, streams: ledger.streams, types }
    }
}

impl Writer {
    /// Commits a group, and sees to it that each call gets its outcome.
    pub(super) async fn commit_group(&mut self, mut group: Vec<AppendJob>) {
        let settled = self.settle(&mut group).await;
        match settled {
            // One of them is to blame.
            Err(error) if error.kind() == StoreErrorKind::Invalid && group.len() > 1 => {
                for job in group {
                    let mut alone = vec![job];
                    let settled = self.settle(&mut alone).await;
                    alone.into_iter().for_each(|job| job.answer(&settled));
                }
            }
            settled => group.into_iter().for_each(|job| job.answer(&settled)),
        }
    }

    /// Has a group recorded, as often as it takes within the time that there is.
    async fn settle(&mut self, group: &mut [AppendJob]) -> Outcome<()> {
        let deadline = Instant::now() + self.retry_for;
        let (mut doubt, mut turns, mut pause) = (None, 0, Duration::from_millis(1));
        loop {
            let error = match self.attempt(group, &mut doubt).await {
                Ok(()) => return Ok(()),
                Err(Failure::Stale) if turns < TURNS => {
                    turns += 1;
                    continue;
                }
                Err(Failure::Stale) => outrun(),
                Err(Failure::Again(error)) if Instant::now() + pause < deadline => {
                    tracing::debug!(%error, "a group is tried again");
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
                Err(Failure::Again(error) | Failure::Final(error)) => error,
            };
            return Err(if doubt.is_some() { error.with_unknown_outcome() } else { error });
        }
    }

    async fn attempt(&mut self, group: &mut [AppendJob], doubt: &mut Option<Mark>) -> Result<(), Failure> {
        let patience = self.setup.statement_timeout + GRACE;
        let attempted = match self.head {
            _ if !self.on_commit.is_empty() => timeout(patience, self.attempt_folded(group, doubt)).await,
            Some(head) if self.is_alone && doubt.is_none() => {
                timeout(patience, self.attempt_remembered(group, head, doubt)).await
            }
            _ => timeout(patience, self.attempt_looked_up(group, doubt)).await,
        };
        let outcome = attempted.unwrap_or_else(|_| {
            self.disconnect();
            Err(Failure::Again(unanswered()))
        });
        if let Err(Failure::Stale) = &outcome {
            self.is_alone = false;
        }
        outcome
    }

    /// One round trip, upon what is remembered; whatever is not as remembered makes it fail as stale.
    async fn attempt_remembered(
        &mut self,
        group: &mut [AppendJob],
        head: Head,
        doubt: &mut Option<Mark>,
    ) -> Result<(), Failure> {
        let mut ledger = Ledger::remembered(head, &self.streams, &self.types);
        if !all_are_recorded(group, &mut ledger) {
            return self.attempt_looked_up(group, doubt).await;
        }
        let Some(rows) = Rows::of(group, &mut ledger).map_err(Failure::Final)? else {
            return self.attempt_looked_up(group, doubt).await;
        };
        let Some(connection) = self.connection.as_ref().filter(|connection| connection.session.is_clean())
        else {
            return self.attempt_looked_up(group, doubt).await;
        };
        *doubt = rows.mark();
        let client = connection.session.client();
        let recorded = client.query_one(&connection.statements.record, &rows.cells()).await;
        let recorded = recorded.and_then(|row| row.try_get::<_, i64>(0));
        drop(rows);
        if recorded.as_ref().err().is_none_or(|error| !is_cut(error)) {
            *doubt = None;
        }
        match recorded.map_err(Failure::of)? {
            0 => Err(Failure::Stale),
            _ => {
                let learned = Learned::from(ledger);
                self.learn(learned);
                Ok(())
            }
        }
    }

    /// Two round trips, under the writers' lock.
    async fn attempt_looked_up(
        &mut self,
        group: &mut [AppendJob],
        doubt: &mut Option<Mark>,
    ) -> Result<(), Failure> {
        let connected = self.connected().await;
        let (session, statements) = connected.map_err(|error| match error.is_retryable() {
            true => Failure::Again(error),
            false => Failure::Final(error),
        })?;
        let newest_type = self.types.newest();
        let found = match look_up(&session, &statements, group, newest_type, *doubt).await {
            Ok(found) => found,
            Err(error) => {
                session.roll_back().await;
                return Err(Failure::of(error));
            }
        };
        self.take_in(&found);
        if doubt.is_some() && found.has_mark {
            session.roll_back().await;
            *doubt = None;
            self.tell(found.head);
            return Ok(());
        }
        let Found { head, streams, commands, .. } = found;
        let mut ledger = Ledger::looked_up(head, &self.types, streams, commands);
        judge(group, &mut ledger);
        let Some(rows) = Rows::of(group, &mut ledger).map_err(Failure::Final)? else {
            session.roll_back().await;
            *doubt = None;
            return Ok(());
        };
        let before = std::mem::replace(doubt, rows.mark());
        let (client, cells) = (session.client(), rows.cells());
        let (recorded, committed) = tokio::join!(
            biased;
            client.query_one(&statements.record, &cells),
            client.batch_execute("COMMIT"),
        );
        drop(rows);
        session.note_ended();
        let outcome =
            recorded.and_then(|row| row.try_get::<_, i64>(0)).and_then(|count| committed.map(|()| count));
        if outcome.as_ref().err().is_none_or(|error| !is_cut(error)) {
            *doubt = before;
        }
        match outcome.map_err(Failure::of)? {
            0 => Err(Failure::Stale),
            _ => {
                *doubt = None;
                let learned = Learned::from(ledger);
                self.learn(learned);
                Ok(())
            }
        }
    }

    /// Forgets what others have made wrong.
    pub(super) fn take_in(&mut self, found: &Found) {
        let is_as_remembered = self.head.is_some_and(|head| head.position == found.head.position);
        self.is_alone = is_as_remembered || self.head.is_none();
        if !is_as_remembered {
            self.streams.clear();
        }
        for (id, (aggregate_type, name, version)) in &found.types {
            self.types.set(aggregate_type, name, *version, *id);
        }
        self.head = Some(found.head);
    }

    /// Remembers what is committed, and tells of it.
    pub(super) fn learn(&mut self, learned: Learned) {
        for (stream, known) in &learned.streams {
            self.streams.set(stream, *known);
        }
        for (id, (aggregate_type, name, version)) in &learned.types {
            self.types.set(aggregate_type, name, *version, *id);
        }
        self.head = Some(learned.head);
        self.tell(learned.head);
    }
}

/// Judges a group upon what is remembered; says whether each append is recorded, and no more has to be known.
fn all_are_recorded(group: &mut [AppendJob], ledger: &mut Ledger<'_>) -> bool {
    let now = Timestamp::now().as_microsecond();
    group.iter_mut().filter(|job| !job.is_refused()).all(|job| match ledger.judge(&job.append) {
        Verdict::Record(stream) => {
            record(job, ledger, stream, now);
            true
        }
        _ => false,
    })
}

/// Judges a group upon what was looked up.
fn judge(group: &mut [AppendJob], ledger: &mut Ledger<'_>) {
    let now = Timestamp::now().as_microsecond();
    for job in group.iter_mut().filter(|job| !job.is_refused()) {
        match ledger.judge(&job.append) {
            Verdict::Record(stream) => record(job, ledger, stream, now),
            Verdict::Known(first) => job.note_known(first),
            Verdict::Refuse(error) => job.note_refused(error),
            // Nothing is looked up twice: what is not there does not exist.
            Verdict::LookUp => record(job, ledger, Stream { id: None, version: 0 }, now),
        }
    }
}

/// Adds what an append records to the ledger, and notes it.
pub(super) fn record(job: &mut AppendJob, ledger: &mut Ledger<'_>, stream: Stream, now: i64) {
    let recorded = ledger.record(&job.append, stream, now);
    job.note_recorded(recorded);
    if let Some(id) = job.append.command_id {
        ledger.note_command(id, job.appended(recorded));
    }
}
