//! Group commit: everything that waits shares one transaction, and each call still gets an outcome of its own.
//!
//! A refused append leaves the others as they are. On-commit tables take in the events of many appends at once; when
//! one of the events cannot be folded, those appends are taken back to a savepoint and tried one by one, so that only
//! the append to blame is refused. An append is refused, or told that its command is known, only once everything before it
//! in the group is sure.

use std::collections::VecDeque;
use std::time::Duration;

use cqrs_core::StreamId;
use cqrs_core::store::{AppendError, FoldError, Generation, SetAside, Snapshot, StoreError};
use jiff::Timestamp;

use super::append::Verdict;
use super::jobs::{FoldJob, Grouped, Reply};
use super::settle::Committed;
use super::{Job, Writer};
use crate::error::{OrStoreError, Outcome};
use crate::queue::{Bounds, Taken};

/// What one transaction may carry.
pub(super) const GROUP: Bounds = Bounds { jobs: 2048, bytes: 16 * 1024 * 1024 };

/// How long an open transaction waits at most before it looks whether the disk is still busy; it is told when it is not.
const PATIENCE: Duration = Duration::from_millis(1);

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
    /// Commits the grouped jobs at the front of a backlog, and what comes while the disk is busy with earlier groups; sees to
    /// it that each call gets its outcome.
    pub(super) fn commit_group(&mut self, backlog: &mut VecDeque<Job>) {
        let mut group = Vec::with_capacity(backlog.len());
        take_grouped(backlog, &mut group);
        let committed = self.begin_caught_up().and_then(|()| match self.fill(&mut group, backlog) {
            Ok(()) => self.commit(),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        });
        match committed {
            Ok(committed) => {
                let more_waits = !backlog.is_empty() || !self.queue.is_empty();
                self.settler.settle_beside(Committed { group, ..committed }, more_waits);
            }
            Err(error) => {
                let failure = Err(error);
                group.into_iter().for_each(|job| job.answer(&failure));
            }
        }
    }

    /// Attempts every job of a group, and takes more in for as long as a commit would only wait for the disk.
    fn fill(&mut self, group: &mut Vec<Grouped>, backlog: &mut VecDeque<Job>) -> Outcome<()> {
        let mut segment = Segment::default();
        let (mut attempted, mut room) = (0, GROUP);
        let mut now = Timestamp::now().as_microsecond();
        loop {
            for index in attempted..group.len() {
                self.attempt_append(group, index, &mut segment, now)?;
            }
            attempted = group.len();
            if !backlog.is_empty() || attempted >= GROUP.jobs || room.bytes == 0 || !self.settler.is_busy() {
                break;
            }
            room.jobs = GROUP.jobs - attempted;
            if let Taken::Jobs(jobs, bytes) = self.queue.take(room, PATIENCE) {
                room.bytes = room.bytes.saturating_sub(bytes);
                backlog.extend(jobs);
                take_grouped(backlog, group);
                now = Timestamp::now().as_microsecond();
            }
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
        let Some(job) = group[index].append() else { return Ok(()) };
        let mut verdict = self.judge(&job.append)?;
        if !matches!(verdict, Verdict::Record(_)) && !segment.jobs.is_empty() {
            // The appends before may yet be taken back, and with them the reason of the refusal.
            self.fold_segment(group, segment, now)?;
            let Some(job) = group[index].append() else { return Ok(()) };
            verdict = self.judge(&job.append)?;
        }
        let Grouped::Append(job) = &mut group[index] else { return Ok(()) };
        match verdict {
            Verdict::Known(first) => job.note_known(first),
            Verdict::Refuse(error) => job.note_refused(error),
            Verdict::Record(stream) => {
                let is_folded = !self.attached.is_empty();
                if is_folded && segment.jobs.is_empty() {
                    self.connection.execute_batch("SAVEPOINT cqrs_segment").or_store_error()?;
                    segment.mark = Mark { head: self.head, recorded_at: self.recorded_at };
                }
                job.note_recorded(self.record(&job.append, stream, now)?);
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
        let batch = self.batch_of(jobs.iter().filter_map(|&index| group[index].append()));
        let Err(failure) = self.fold_on_commit(&batch)? else {
            return self.connection.execute_batch("RELEASE cqrs_segment").or_store_error();
        };
        self.take_back(segment.mark)?;
        match *jobs {
            [index] => {
                if let Grouped::Append(job) = &mut group[index] {
                    job.note_refused(AppendError::Projection(failure));
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
            Ok(failed) => job.reply.note(Ok(failed)),
            Err(FoldError::Store(error)) => {
                self.confine(Err(error), &mut job.reply)?;
                self.connection.execute_batch("ROLLBACK TO cqrs_fold").or_store_error()?;
            }
            Err(error) => job.reply.note(Err(error)),
        }
        self.connection.execute_batch("RELEASE cqrs_fold").or_store_error()
    }

    fn write_fold(&mut self, job: &mut FoldJob) -> Result<Vec<SetAside>, FoldError> {
        job.table.expect_at(self.connection, job.from, job.epoch)?;
        let folded = std::mem::take(&mut job.folded);
        let failed = folded.aside.iter().filter(|letter| letter.reason.is_some()).cloned().collect();
        let change = job.table.write(self.connection, folded, job.end)?;
        if job.table.generation() == Generation::Live {
            self.keep_change(change);
        }
        Ok(failed)
    }

    /// Lets a failure of one call be that call's alone, unless it ended the whole transaction.
    fn confine<T, E: From<StoreError>>(&self, outcome: Outcome<T>, reply: &mut Reply<T, E>) -> Outcome<()> {
        match outcome {
            Err(error) if self.connection.is_autocommit() => return Err(error),
            outcome => reply.note(outcome.map_err(E::from)),
        }
        Ok(())
    }
}

/// Moves the grouped jobs at the front of a backlog into a group.
fn take_grouped(backlog: &mut VecDeque<Job>, group: &mut Vec<Grouped>) {
    while let Some(job) = backlog.pop_front() {
        match job {
            Job::Grouped(job) => group.push(job),
            alone @ Job::Alone(_) => return backlog.push_front(alone),
        }
    }
}
