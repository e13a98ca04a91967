//! Group commit: everything that waits shares one transaction, and each call still gets an outcome of its own.
//!
//! A refused append leaves the others as they are. On-commit tables take in the events of many appends at once; when
//! one of the events cannot be folded, those appends are taken back to a savepoint and tried one by one, so that only
//! the append to blame is refused. An append is refused, or told that its command is known, only once everything before it
//! in the group is sure.

use cqrs_core::store::{
    Append, AppendError, Appended, FoldError, Generation, RowChange, Snapshot, StoreError,
};
use cqrs_core::{Position, StreamId};
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::Writer;
use super::append::Verdict;
use super::settle::Committed;
use crate::error::{OrStoreError, Outcome};
use crate::tables::Table;

/// Work that shares a transaction.
pub(crate) enum Grouped {
    /// Events to record.
    Append(Box<AppendJob>),
    /// A snapshot to keep.
    Snapshot(Box<SnapshotJob>),
    /// The outcome of a fold to write.
    Fold(Box<FoldJob>),
}

/// Where the outcome of a call goes, and the outcome once it is known.
pub(crate) struct Reply<T, E> {
    caller: oneshot::Sender<Result<T, E>>,
    outcome: Option<Result<T, E>>,
}

/// Events to record.
pub(crate) struct AppendJob {
    pub(crate) append: Append,
    pub(crate) reply: Reply<Appended, AppendError>,
}

/// A snapshot to keep.
pub(crate) struct SnapshotJob {
    pub(crate) stream: StreamId,
    pub(crate) snapshot: Snapshot,
    pub(crate) reply: Reply<(), StoreError>,
}

/// The outcome of a fold to write, if its table is still at `from`.
pub(crate) struct FoldJob {
    pub(crate) table: Table,
    pub(crate) from: Position,
    pub(crate) end: Position,
    pub(crate) changes: Vec<RowChange>,
    pub(crate) reply: Reply<(), FoldError>,
}

impl<T, E: From<StoreError>> Reply<T, E> {
    pub(crate) fn to(caller: oneshot::Sender<Result<T, E>>) -> Self {
        Self { caller, outcome: None }
    }

    fn send(self, committed: &Outcome<()>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::closed().into()),
            (Err(error), _) => Err(error.clone().into()),
        };
        // An error says that the caller no longer waits.
        let _ = self.caller.send(outcome);
    }
}

impl Grouped {
    fn append(&self) -> Option<&Append> {
        match self {
            Self::Append(job) => Some(&job.append),
            Self::Snapshot(_) | Self::Fold(_) => None,
        }
    }

    /// Gives the call its outcome, which is a failure where the whole group failed.
    pub(super) fn answer(self, committed: &Outcome<()>) {
        match self {
            Self::Append(job) => {
                if committed.is_err() {
                    job.break_chain();
                }
                job.reply.send(committed);
            }
            Self::Snapshot(job) => job.reply.send(committed),
            Self::Fold(job) => job.reply.send(committed),
        }
    }

    fn recorded(&self) -> Option<(&Append, &Appended)> {
        match self {
            Self::Append(job) => match &job.reply.outcome {
                Some(Ok(appended)) => Some((&job.append, appended)),
                _ => None,
            },
            Self::Snapshot(_) | Self::Fold(_) => None,
        }
    }
}

impl AppendJob {
    /// Notes that the append is not recorded, so that nothing that was decided upon it is either.
    fn refuse(&mut self, outcome: Result<Appended, AppendError>) {
        self.break_chain();
        self.reply.outcome = Some(outcome);
    }

    fn break_chain(&self) {
        if let Some(chain) = &self.append.chain {
            chain.break_off();
        }
    }
}

/// Appends that are written but whose events are not folded yet.
#[derive(Default)]
struct Segment {
    jobs: Vec<usize>,
    mark: Mark,
}

/// Where the writer stood at a savepoint.
#[derive(Default, Clone, Copy)]
struct Mark {
    head: i64,
    recorded_at: i64,
}

impl Writer<'_> {
    /// Commits a group and sees to it that each call gets its outcome.
    pub(super) fn commit_group(&mut self, mut group: Vec<Grouped>) {
        if group.is_empty() {
            return;
        }
        if let Some(failure) = self.settler.failure() {
            let failure = Err(failure.clone());
            return group.into_iter().for_each(|job| job.answer(&failure));
        }
        let committed = self.begin_caught_up().and_then(|()| match self.attempt(&mut group) {
            Ok(()) => self.commit(),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        });
        match committed {
            Ok(committed) => {
                let committed = Committed { group, ..committed };
                self.settler.settle_beside(committed, !self.queue.is_empty());
            }
            Err(error) => {
                let failure = Err(error);
                group.into_iter().for_each(|job| job.answer(&failure));
            }
        }
    }

    fn attempt(&mut self, group: &mut [Grouped]) -> Outcome<()> {
        let now = Timestamp::now().as_microsecond();
        let mut segment = Segment::default();
        for index in 0..group.len() {
            self.attempt_append(group, index, &mut segment, now)?;
        }
        self.fold_segment(group, &mut segment, now)?;
        // Only now, as appends may be taken back to a savepoint and would take these with them.
        for job in group {
            match job {
                Grouped::Append(_) => {}
                Grouped::Snapshot(job) => {
                    let saved = self.save_snapshot(&job.stream, &job.snapshot);
                    self.confine(saved, &mut job.reply)?;
                }
                Grouped::Fold(job) => self.attempt_fold(job)?,
            }
        }
        Ok(())
    }

    fn attempt_append(
        &mut self,
        group: &mut [Grouped],
        index: usize,
        segment: &mut Segment,
        now: i64,
    ) -> Outcome<()> {
        let Some(append) = group[index].append() else { return Ok(()) };
        let mut verdict = self.judge(append)?;
        if !matches!(verdict, Verdict::Record(_)) && !segment.jobs.is_empty() {
            // The appends before may yet be taken back, and with them the reason of the refusal.
            self.fold_segment(group, segment, now)?;
            let Some(append) = group[index].append() else { return Ok(()) };
            verdict = self.judge(append)?;
        }
        let Grouped::Append(job) = &mut group[index] else { return Ok(()) };
        match verdict {
            Verdict::Known(first) => job.refuse(Ok(first)),
            Verdict::Refuse(error) => job.refuse(Err(error)),
            Verdict::Record(stream) => {
                let is_folded = !self.attached.is_empty();
                if is_folded && segment.jobs.is_empty() {
                    self.connection.execute_batch("SAVEPOINT cqrs_segment").or_store_error()?;
                    segment.mark = Mark { head: self.head, recorded_at: self.recorded_at };
                }
                job.reply.outcome = Some(Ok(self.record(&job.append, stream, now)?));
                if is_folded {
                    segment.jobs.push(index);
                }
            }
        }
        Ok(())
    }

    /// Folds a segment's events into the on-commit tables; refuses the appends whose events cannot be.
    fn fold_segment(&mut self, group: &mut [Grouped], segment: &mut Segment, now: i64) -> Outcome<()> {
        let jobs = std::mem::take(&mut segment.jobs);
        if jobs.is_empty() {
            return Ok(());
        }
        let batch = self.batch_of(jobs.iter().filter_map(|&index| group[index].recorded()));
        let Err(failure) = self.fold_on_commit(&batch)? else {
            return self.connection.execute_batch("RELEASE cqrs_segment").or_store_error();
        };
        self.take_back(segment.mark)?;
        match *jobs {
            [index] => {
                if let Grouped::Append(job) = &mut group[index] {
                    job.refuse(Err(AppendError::Projection(failure)));
                }
            }
            _ => {
                for index in jobs {
                    let mut alone = Segment::default();
                    self.attempt_append(group, index, &mut alone, now)?;
                    self.fold_segment(group, &mut alone, now)?;
                }
            }
        }
        Ok(())
    }

    /// Undoes everything since a savepoint.
    fn take_back(&mut self, mark: Mark) -> Outcome<()> {
        self.connection.execute_batch("ROLLBACK TO cqrs_segment; RELEASE cqrs_segment").or_store_error()?;
        (self.head, self.recorded_at) = (mark.head, mark.recorded_at);
        self.streams.clear();
        self.types.clear();
        Ok(())
    }

    fn save_snapshot(&mut self, stream: &StreamId, snapshot: &Snapshot) -> Outcome<()> {
        let id = self.stream_row(stream)?;
        let Snapshot { version, fingerprint, state } = snapshot;
        let cells = (id, version.to_i64(), fingerprint.to_string(), state);
        self.sql.save_snapshot.execute(cells).or_store_error()?;
        Ok(())
    }

    fn attempt_fold(&mut self, job: &mut FoldJob) -> Outcome<()> {
        self.connection.execute_batch("SAVEPOINT cqrs_fold").or_store_error()?;
        match self.write_fold(job) {
            Ok(()) => job.reply.outcome = Some(Ok(())),
            Err(FoldError::Store(error)) => {
                self.confine(Err(error), &mut job.reply)?;
                self.connection.execute_batch("ROLLBACK TO cqrs_fold").or_store_error()?;
            }
            Err(error) => job.reply.outcome = Some(Err(error)),
        }
        self.connection.execute_batch("RELEASE cqrs_fold").or_store_error()
    }

    fn write_fold(&mut self, job: &mut FoldJob) -> Result<(), FoldError> {
        job.table.expect_at(self.connection, job.from)?;
        let changes = std::mem::take(&mut job.changes);
        let change = job.table.write(self.connection, changes, job.end)?;
        if job.table.generation() == Generation::Live {
            self.keep_change(change);
        }
        Ok(())
    }

    /// Lets a failure of one call be that call's alone, unless it ended the whole transaction.
    fn confine<T, E: From<StoreError>>(&self, outcome: Outcome<T>, reply: &mut Reply<T, E>) -> Outcome<()> {
        match outcome {
            Err(error) if self.connection.is_autocommit() => return Err(error),
            outcome => reply.outcome = Some(outcome.map_err(E::from)),
        }
        Ok(())
    }
}
