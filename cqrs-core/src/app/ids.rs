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

/// A new id, of the same millisecond as the id that this thread made last, if `id` is that one: it saves a look at the clock.
pub(super) fn after(id: Uuid) -> Uuid {
    match LAST.get() {
        (millisecond, last) if last == id.as_u128() && last & RANDOM_BITS != RANDOM_BITS => {
            LAST.set((millisecond, last + 1));
            Uuid::from_u128(last + 1)
        }
        _ => next(),
    }
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
    fn an_id_after_the_newest_one_follows_it_and_any_other_is_new() {
        let first = next();
        let second = after(first);
        assert_eq!(second.as_u128(), first.as_u128() + 1);
        assert!(after(Uuid::max()) > second);
        assert!(after(first) > second);
        assert!(next() > second);
    }

    #[test]
    fn ids_of_several_threads_are_distinct() {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| (0..5_000).map(|_| next()).collect::<Vec<_>>())).collect();
        let ids: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }
}
