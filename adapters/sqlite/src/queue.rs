//! The bounded queue between callers and the writer's thread.
//!
//! Putting in never waits: a queue that is full refuses, so that neither a runtime's thread is blocked nor memory grows
//! without end. What was put in is taken out in the same order, as much at once as one transaction may carry.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cqrs_core::store::{StoreError, StoreErrorKind};

/// How much may wait, or be taken at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) jobs: usize,
    pub(crate) bytes: usize,
}

/// A bounded queue of jobs, each with the bytes that it keeps in memory.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    bounds: Bounds,
}

struct State<T> {
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    closed: bool,
    nudged: bool,
}

/// What came out of a queue.
pub(crate) enum Taken<T> {
    /// Jobs, at least one, and the bytes that they keep.
    Jobs(Vec<T>, usize),
    /// Nothing came for a while.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

impl<T> Queue<T> {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, closed: false, nudged: false };
        Self { state: Mutex::new(state), arrived: Condvar::new(), bounds }
    }

    /// Puts a job at the end.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Closed`] after [`close`](Self::close), [`StoreErrorKind::Busy`] when too much is waiting already.
    pub(crate) fn push(&self, job: T, bytes: usize) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::closed());
        }
        let count = state.waiting.len();
        let is_full = count >= self.bounds.jobs || state.bytes.saturating_add(bytes) > self.bounds.bytes;
        // One job that is larger than the bound by itself passes when nothing else waits.
        if is_full && count > 0 {
            return Err(StoreError::new(
                StoreErrorKind::Busy,
                format!(
                    "{count} calls with {} bytes wait to be written already, the most is {} with {} bytes",
                    state.bytes, self.bounds.jobs, self.bounds.bytes
                ),
            ));
        }
        state.bytes += bytes;
        state.waiting.push_back((job, bytes));
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes what waits, as far as `most` allows but at least one job; waits up to `patience` for the first.
    pub(crate) fn take(&self, most: Bounds, patience: Duration) -> Taken<T> {
        let state = self.lock();
        let idle = |state: &mut State<T>| state.waiting.is_empty() && !state.closed && !state.nudged;
        let waited = self.arrived.wait_timeout_while(state, patience, idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.nudged = false;
        let (mut jobs, mut bytes) = (Vec::new(), 0_usize);
        while let Some(&(_, next)) = state.waiting.front() {
            let fits = jobs.len() < most.jobs && bytes.saturating_add(next) <= most.bytes;
            if !fits && !jobs.is_empty() {
                break;
            }
            if let Some((job, _)) = state.waiting.pop_front() {
                jobs.push(job);
            }
            bytes += next;
            state.bytes -= next;
        }
        match (jobs.is_empty(), state.closed) {
            (false, _) => Taken::Jobs(jobs, bytes),
            (true, true) => Taken::Closed,
            (true, false) => Taken::Nothing,
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }

    /// Ends the wait of an idle [`take`](Self::take).
    pub(crate) fn nudge(&self) {
        self.lock().nudged = true;
        self.arrived.notify_one();
    }

    /// Refuses whatever comes later; what waits is still taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Refuses whatever comes later and drops what waits.
    pub(crate) fn abandon(&self) {
        let waiting = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.waiting)
        };
        drop(waiting);
        self.arrived.notify_all();
    }

    /// The queue's state; nothing can panic while it is locked, so a poisoned lock is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn taken<T>(queue: &Queue<T>, most: Bounds) -> Vec<T> {
        match queue.take(most, NOW) {
            Taken::Jobs(jobs, _) => jobs,
            Taken::Nothing | Taken::Closed => Vec::new(),
        }
    }

    #[test]
    fn jobs_come_out_in_order_and_no_more_than_fit() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        for job in 1..=4 {
            queue.push(job, 10).unwrap();
        }
        assert_eq!(taken(&queue, Bounds { jobs: 9, bytes: 25 }), [1, 2]);
        assert_eq!(taken(&queue, Bounds { jobs: 1, bytes: 25 }), [3]);
        assert_eq!(taken(&queue, Bounds { jobs: 9, bytes: 5 }), [4]);
    }

    #[test]
    fn a_full_queue_refuses_as_busy_and_takes_more_once_it_is_emptied() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        queue.push('a', 90).unwrap();
        let refused = queue.push('b', 20).unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Busy);
        assert!(refused.is_retryable());
        assert_eq!(taken(&queue, Bounds { jobs: 9, bytes: 100 }), ['a']);
        queue.push('b', 20).unwrap();
    }

    #[test]
    fn a_job_larger_than_the_bound_passes_alone() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        queue.push('a', 1000).unwrap();
        assert_eq!(queue.push('b', 1).unwrap_err().kind(), StoreErrorKind::Busy);
        assert_eq!(taken(&queue, Bounds { jobs: 9, bytes: 10 }), ['a']);
    }

    #[test]
    fn a_closed_queue_gives_out_what_waits_and_takes_nothing_in() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        queue.push('a', 1).unwrap();
        queue.close();
        assert_eq!(queue.push('b', 1).unwrap_err().kind(), StoreErrorKind::Closed);
        assert_eq!(taken(&queue, Bounds { jobs: 9, bytes: 10 }), ['a']);
        assert!(matches!(queue.take(Bounds { jobs: 9, bytes: 10 }, NOW), Taken::Closed));
    }
}
