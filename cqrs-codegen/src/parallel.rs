//! Work on many things at once: on as many threads as the machine has processors, with results in the order of the
//! things, whichever thread was first.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many threads there are at most: more would wait for memory.
const MOST_THREADS: usize = 8;

/// How many things a piece has: enough to be worth a thread's asking for it.
const PIECE: usize = 128;

/// The results of consecutive pieces of `things`, in their order.
pub(crate) fn pieces<T: Sync, R: Send>(things: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let pieces: Vec<&[T]> = things.chunks(PIECE).collect();
    each(&pieces, || (), |(), piece| work(piece))
}

/// The result of each thing, in their order. Each thread makes a desk of its own, which no other sees.
///
/// # Panics
///
/// Panics where the work does.
pub(crate) fn each<T: Sync, D, R: Send>(
    things: &[T],
    desk: impl Fn() -> D + Sync,
    work: impl Fn(&D, &T) -> R + Sync,
) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let share = || {
        let desk = desk();
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(index) else { return done };
            done.push((index, work(&desk, thing)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others = processors.min(MOST_THREADS).min(things.len());
        let others: Vec<_> = (1..others).map(|_| scope.spawn(share)).collect();
        let mut done = share();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_things() {
        let things: Vec<usize> = (0..1_000).collect();
        assert_eq!(each(&things, || (), |(), thing| *thing), things);
        assert_eq!(pieces(&things, <[usize]>::to_vec).concat(), things);
    }

    #[test]
    fn nothing_has_no_pieces() {
        assert!(pieces(&[] as &[usize], <[usize]>::len).is_empty());
    }

    #[test]
    #[should_panic(expected = "the work of one thread")]
    fn a_panic_is_not_lost() {
        each(&[1, 2, 3], || (), |(), thing| assert!(*thing != 2, "the work of one thread"));
    }
}
