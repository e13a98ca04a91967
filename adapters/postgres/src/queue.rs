//! The bounded queue between callers and the writer's task.
//!
//! Putting in never waits: a queue that is full refuses, so that memory does not grow without end. What was put in is taken out in the
//! same order, as much at once as one transaction may carry.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cqrs_core::store::{StoreError, StoreErrorKind};
use tokio::sync::Notify;

/// How much may wait, or be taken at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) jobs: usize,
    pub(crate) bytes: usize,
}

/// A bounded queue of jobs, each with the bytes that it keeps in memory. One task takes out of it.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Notify,
    bounds: Bounds,
}

struct State<T> {
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, closed: false };
        Self { state: Mutex::new(state), arrived: Notify::new(), bounds }
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

    /// Takes what waits, as far as `most` allows but at least one job; waits for the first. `None` when nothing will come any more.
    /// Nothing is lost when the future is dropped.
    pub(crate) async fn take(&self, most: Bounds) -> Option<Vec<T>> {
        loop {
            {
                let mut state = self.lock();
                let jobs = take_from(&mut state, most);
                if !jobs.is_empty() {
                    return Some(jobs);
                }
                if state.closed {
                    return None;
                }
            }
            self.arrived.notified().await;
        }
    }

    /// Refuses whatever comes later; what waits is still taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_one();
    }

    /// Refuses whatever comes later and drops what waits.
    pub(crate) fn abandon(&self) {
        let waiting = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.waiting)
        };
        drop(waiting);
    }

    /// The queue's state; nothing can panic while it is locked, so a poisoned lock is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_from<T>(state: &mut State<T>, most: Bounds) -> Vec<T> {
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
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn jobs_come_out_in_order_and_no_more_than_fit() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        for job in 1..=4 {
            queue.push(job, 10).unwrap();
        }
        assert_eq!(queue.take(Bounds { jobs: 9, bytes: 25 }).await.unwrap(), [1, 2]);
        assert_eq!(queue.take(Bounds { jobs: 1, bytes: 25 }).await.unwrap(), [3]);
        assert_eq!(queue.take(Bounds { jobs: 9, bytes: 5 }).await.unwrap(), [4]);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_as_busy_and_takes_more_once_it_is_emptied() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        queue.push('a', 90).unwrap();
        let refused = queue.push('b', 20).unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Busy);
        assert!(refused.is_retryable());
        assert_eq!(queue.take(Bounds { jobs: 9, bytes: 100 }).await.unwrap(), ['a']);
        queue.push('b', 20).unwrap();
    }

    #[tokio::test]
    async fn a_job_larger_than_the_bound_passes_alone() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        queue.push('a', 1000).unwrap();
        assert_eq!(queue.push('b', 1).unwrap_err().kind(), StoreErrorKind::Busy);
        assert_eq!(queue.take(Bounds { jobs: 9, bytes: 10 }).await.unwrap(), ['a']);
    }

    #[tokio::test]
    async fn a_closed_queue_gives_out_what_waits_and_takes_nothing_in() {
        let queue = Queue::new(Bounds { jobs: 10, bytes: 100 });
        queue.push('a', 1).unwrap();
        queue.close();
        assert_eq!(queue.push('b', 1).unwrap_err().kind(), StoreErrorKind::Closed);
        assert_eq!(queue.take(Bounds { jobs: 9, bytes: 10 }).await.unwrap(), ['a']);
        assert!(queue.take(Bounds { jobs: 9, bytes: 10 }).await.is_none());
    }
}
