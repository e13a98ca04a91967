//! Ids for events and commands: UUIDv7, one random start a millisecond and thread, counted up from there.
//!
//! This is the monotonic random method of RFC 9562, section 6.2. It saves a call for random bytes at each id, which costs
//! more than everything else that an event needs. Ids order and tell apart; they are not secrets.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// The low bits of a UUIDv7 that are random, below the variant.
const RANDOM_BITS: u128 = (1 << 62) - 1;

thread_local! {
    static LAST: Cell<(u128, u128)> = const { Cell::new((0, 0)) };
}

/// A new id, greater than every id that this thread made before, unless the clock was set back.
pub(super) fn next() -> Uuid {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let (millisecond, last) = LAST.get();
    let id = if millisecond == now && last & RANDOM_BITS != RANDOM_BITS {
        last + 1
    } else {
        Uuid::now_v7().as_u128()
    };
    LAST.set((now, id));
    Uuid::from_u128(id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_of_one_thread_grow_and_are_of_version_seven() {
        let ids: Vec<_> = (0..10_000).map(|_| next()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }

    #[test]
    fn ids_of_several_threads_are_distinct() {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| (0..5_000).map(|_| next()).collect::<Vec<_>>())).collect();
        let ids: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }
}
