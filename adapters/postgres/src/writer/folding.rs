//! A group whose events are folded into on-commit tables: rows and events are committed together.
//!
//! Many appends are folded at once. Where one of their events cannot be folded, those appends are judged and folded one by one, so that only
//! the append to blame is refused. An append is refused, or told that its command is known, only once everything before it
//! in the group is sure. What is folded is computed before any of it is written, so there is nothing to take back.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::Position;
use cqrs_core::store::{AppendError, FoldError, Generation, StoreError};
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;

use super::group::{Failure, GRACE, Learned};
use super::jobs::{AppendJob, AttachJob};
use super::known::Stream;
use super::ledger::{Ledger, Verdict};
use super::look_up::{Found, look_up};
use super::on_commit::OnCommit;
use super::statements::{Mark, Rows, Statements};
use super::{Job, Writer};
use crate::PostgresStore;
use crate::changes::Turn;
use crate::connect::Session;
use crate::error::{OrStoreError, Outcome, is_cut, is_taken, store_error};
use crate::tables::{Table, superseded};

/// How soon a catch-up that failed is tried again.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() { Self::Again(error) } else { Self::Final(error) }
    }
}

impl Writer {
    /// Records a group and what it makes of the on-commit tables, in one transaction.
    pub(super) async fn attempt_folded(
        &mut self,
        group: &mut [AppendJob],
        doubt: &mut Option<Mark>,
    ) -> Result<(), Failure> {
        let (session, statements, found, _turns) = self.begin_caught_up(group, *doubt).await?;
        if doubt.is_some() && found.has_mark {
            session.roll_back().await;
            self.on_commit.forget();
            *doubt = None;
            self.tell(found.head);
            return Ok(());
        }
        let Found { head, streams, commands, .. } = found;
        let mut ledger = Ledger::looked_up(head, &self.types, streams, commands);
        let recorded = match judge_and_fold(&session, &mut self.on_commit, group, &mut ledger).await {
            Ok(()) => record(&session, &statements, &self.on_commit, group, &mut ledger, doubt).await,
            Err(error) => Err(error.into()),
        };
        if let Err(failure) = recorded {
            self.on_commit.forget();
            session.roll_back().await;
            return Err(failure);
        }
        self.on_commit.tell();
        let learned = Learned::from(ledger);
        self.learn(learned);
        Ok(())
    }

    /// Begins a transaction that holds the writers' lock and in which every on-commit table has taken in all events so far, or is known
    /// to be stuck; with the turns to change them.
    async fn begin_caught_up(
        &mut self,
        group: &[AppendJob],
        mark: Option<Mark>,
    ) -> Result<(Arc<Session>, Arc<Statements>, Found, Vec<Turn>), Failure> {
        // An attempt that was given up half way may have left some.
        self.on_commit.forget();
        loop {
            let (session, statements) = self.connected().await?;
            let newest_type = self.types.newest();
            let found = match look_up(&session, &statements, group, newest_type, mark).await {
                Ok(found) => found,
                Err(error) => {
                    session.roll_back().await;
                    return Err(Failure::of(error));
                }
            };
            self.take_in(&found);
            let turns = self.on_commit.turns().await?;
            match self.on_commit.catch_up(&session, Position::from_i64(found.head.position)).await {
                Ok(true) => return Ok((session, statements, found, turns)),
                Ok(false) => self.commit_caught_up(&session).await?,
                Err(error) => {
                    self.on_commit.forget();
                    session.roll_back().await;
                    return Err(error.into());
                }
            }
        }
    }

    async fn commit_caught_up(&mut self, session: &Session) -> Outcome<()> {
        match session.commit().await {
            Ok(()) => {
                self.on_commit.tell();
                Ok(())
            }
            Err(error) => {
                self.on_commit.forget();
                Err(error)
            }
        }
    }

    /// Folds what the on-commit tables lack.
    async fn catch_up(&mut self) -> Outcome<()> {
        let patience = self.setup.statement_timeout + GRACE;
        let work = async {
            let (session, _, _, _turns) =
                self.begin_caught_up(&[], None).await.map_err(Failure::into_error)?;
            self.commit_caught_up(&session).await
        };
        let caught_up = timeout(patience, work).await;
        caught_up.unwrap_or_else(|_| {
            self.disconnect();
            Err(super::group::unanswered())
        })
    }

    /// Folds what others have recorded, where it is news; says whether that went well.
    pub(super) async fn notice(&mut self) -> bool {
        let head = self.told.borrow().to_i64();
        if self.head.is_some_and(|known| known.position >= head) {
            return true;
        }
        let caught_up = self.catch_up().await;
        if let Err(error) = &caught_up {
            tracing::warn!(%error, "what other processes have committed cannot be folded");
        }
        caught_up.is_ok()
    }

    /// Folds every append into a live table from now on.
    pub(super) async fn attach(&mut self, job: AttachJob) {
        let AttachJob { projector, caller } = job;
        // An error says that the caller no longer waits.
        let _ = caller.send(self.attach_table(projector).await);
    }

    async fn attach_table(&mut self, projector: Arc<dyn cqrs_core::Projector>) -> Result<(), FoldError> {
        let definition = projector.table();
        let (session, _) = self.connected().await?;
        let found = Table::find(&session, &definition, Generation::Live).await?;
        let (table, standing) = found.ok_or_else(|| superseded(&definition, Position::START, None))?;
        self.on_commit.attach(projector, table, standing);
        let caught_up = self.catch_up().await;
        let failure = match caught_up {
            Ok(()) => self.on_commit.take_stuck(&definition.name).map(FoldError::from),
            Err(error) => Some(error.into()),
        };
        match failure {
            Some(failure) => {
                self.on_commit.detach(&definition.name);
                Err(failure)
            }
            None => Ok(()),
        }
    }
}

/// Judges a group upon what was looked up, and folds what is to be recorded.
async fn judge_and_fold(
    session: &Session,
    tables: &mut OnCommit,
    group: &mut [AppendJob],
    ledger: &mut Ledger<'_>,
) -> Outcome<()> {
    let now = Timestamp::now().as_microsecond();
    let (mut segment, mut mark) = (Vec::new(), ledger.clone());
    for index in 0..group.len() {
        if group[index].is_refused() {
            continue;
        }
        if is_to_be_recorded(&mut group[index], tables, ledger, now, false) {
            segment.push(index);
            continue;
        }
        // The appends before may yet be refused, and with them the reason of this one's refusal.
        fold_segment(session, tables, group, ledger, &segment, mark, now).await?;
        (segment, mark) = (Vec::new(), ledger.clone());
        if is_to_be_recorded(&mut group[index], tables, ledger, now, true) {
            segment.push(index);
        }
    }
    fold_segment(session, tables, group, ledger, &segment, mark, now).await
}

/// Records an append in the ledger where it is fit; says whether it is, and has it refused otherwise where that is sure.
fn is_to_be_recorded(
    job: &mut AppendJob,
    tables: &OnCommit,
    ledger: &mut Ledger<'_>,
    now: i64,
    is_sure: bool,
) -> bool {
    let mut verdict = ledger.judge(&job.append);
    if let (Verdict::Record(_), Some(failure)) = (&verdict, tables.stuck())
        && !job.append.events.is_empty()
    {
        verdict = Verdict::Refuse(AppendError::Projection(Box::new(failure.clone())));
    }
    match verdict {
        Verdict::Record(stream) => {
            super::group::record(job, ledger, stream, now);
            return true;
        }
        // Nothing is looked up twice: what is not there does not exist.
        Verdict::LookUp => {
            super::group::record(job, ledger, Stream { id: None, version: 0 }, now);
            return true;
        }
        Verdict::Known(first) if is_sure => job.note_known(first),
        Verdict::Refuse(error) if is_sure => job.note_refused(error),
        Verdict::Known(_) | Verdict::Refuse(_) => {}
    }
    false
}

/// Folds a segment's events; where that cannot be, goes back to before it, and on with one append after the other.
async fn fold_segment<'w>(
    session: &Session,
    tables: &mut OnCommit,
    group: &mut [AppendJob],
    ledger: &mut Ledger<'w>,
    segment: &[usize],
    mark: Ledger<'w>,
    now: i64,
) -> Outcome<()> {
    if segment.is_empty() {
        return Ok(());
    }
    let batch = tables.batch_of(segment.iter().map(|&index| &group[index]), ledger.head.position);
    let Err(failure) = tables.fold(session, &batch).await? else { return Ok(()) };
    *ledger = mark;
    if let [index] = *segment {
        group[index].note_refused(AppendError::Projection(failure));
        return Ok(());
    }
    for &index in segment {
        let before = ledger.clone();
        if !is_to_be_recorded(&mut group[index], tables, ledger, now, true) {
            continue;
        }
        let batch = tables.batch_of(std::iter::once(&group[index]), ledger.head.position);
        if let Err(failure) = tables.fold(session, &batch).await? {
            *ledger = before;
            group[index].note_refused(AppendError::Projection(failure));
        }
    }
    Ok(())
}

/// Writes the events of a group and what they make of the tables, and commits it all, in one round trip.
async fn record(
    session: &Session,
    statements: &Statements,
    tables: &OnCommit,
    group: &[AppendJob],
    ledger: &mut Ledger<'_>,
    doubt: &mut Option<Mark>,
) -> Result<(), Failure> {
    let Some(rows) = Rows::of(group, ledger)? else {
        // What others have recorded may have been folded all the same.
        tables.send(session).await.or_store_error()?;
        *doubt = None;
        return Ok(session.commit().await?);
    };
    let before = std::mem::replace(doubt, rows.mark());
    let cells = rows.cells();
    let last = async {
        let recorded = session.client().query_one(&statements.record_or_fail, &cells);
        tokio::try_join!(biased; tables.send(session), recorded).map(drop)
    };
    let ended = session.commit_behind(last).await;
    if ended.as_ref().err().is_none_or(|error| !is_cut(error)) {
        *doubt = before;
    }
    match ended {
        Ok(()) => {
            *doubt = None;
            Ok(())
        }
        Err(error) if is_taken(&error) || error.code() == Some(&SqlState::DIVISION_BY_ZERO) => {
            Err(Failure::Stale)
        }
        Err(error) => Err(store_error(error).into()),
    }
}

impl PostgresStore {
    /// Has the writer fold every append into a table.
    pub(crate) async fn attach_to_writer(
        &self,
        projector: Arc<dyn cqrs_core::Projector>,
    ) -> Result<(), FoldError> {
        let (caller, attached) = oneshot::channel();
        self.queue().push(Job::Attach(AttachJob { projector, caller }), 0)?;
        attached.await.map_err(|_| crate::store::writer_ended())?
    }
}
