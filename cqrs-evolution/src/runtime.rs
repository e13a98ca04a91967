//! Locks for event sets written by hand: the model from their descriptors, and the test that holds a build against it.

mod check;
mod descriptors;

pub use check::{Check, CheckError, Mode};

use std::collections::BTreeMap;

use cqrs_core::{Aggregate, EventSet};

use crate::model::{self, Domain};

impl Domain {
    /// The domain with this aggregate too, as its event set's descriptors say.
    ///
    /// Nothing is known of whether an event is published.
    #[must_use]
    pub fn with<A: Aggregate>(mut self) -> Self {
        let entry = self.aggregates.entry(A::TYPE.to_owned()).or_default();
        entry.events.extend(events::<A::Event>());
        self
    }
}

fn events<S: EventSet>() -> BTreeMap<String, model::Event> {
    let mut events: BTreeMap<_, _> =
        S::EVENTS.iter().map(|event| (event.name.to_owned(), descriptors::event(event, false))).collect();
    for event in S::RETIRED {
        let mut name = event.name.to_owned();
        // An event of today may have the name, with later versions.
        while events.contains_key(&name) {
            name.push_str(" (retired)");
        }
        events.insert(name, descriptors::event(event, true));
    }
    events
}

/// Holds aggregates against a lock and its corpus, in a test of the crate that defines them.
///
/// ```no_run
/// # use cqrs_core::{Aggregate, Apply, Event, EventSet};
/// # #[derive(Event, Debug, serde::Serialize, serde::Deserialize)]
/// # struct Opened {}
/// # #[derive(EventSet, Debug)]
/// # enum DoorEvent { Opened(Opened) }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(id = String, events = DoorEvent, error = std::convert::Infallible)]
/// # struct Door {}
/// # impl Apply<Opened> for Door { fn apply(&mut self, _: &Opened) {} }
/// # fn every_released_event_can_still_be_read() {
/// // In a `#[test]`:
/// cqrs_evolution::assert_locked!("door.lock", [Door]);
/// # }
/// # every_released_event_can_still_be_read()
/// ```
///
/// The path is relative to the crate's folder; the corpus stands beside the lock, in `door.corpus.jsonl`. The test fails
/// where a released shape is contradicted, where the lock or the corpus lacks something, and where a sample of the corpus
/// cannot be decoded. `CQRS_LOCK=update cargo test` writes both files, unless a released shape is contradicted. Give
/// waivers and the day's date to [`Check::waive`](crate::runtime::Check::waive).
#[macro_export]
macro_rules! assert_locked {
    ($lock:expr, [$($aggregate:ty),+ $(,)?]) => {
        $crate::runtime::Check::new(::std::path::Path::new(::core::env!("CARGO_MANIFEST_DIR")).join($lock))
            $(.with::<$aggregate>())+
            .assert()
    };
}

/// Decodes every sample beside a lock through these aggregates, in a test of the crate that has a schema compiled.
///
/// That the schema agrees with its lock is for `cqrs check` and the build to see; only the user's own binary has the code
/// that decodes. The path is relative to the crate's folder. For hand-written event sets there is
/// [`assert_locked!`](crate::assert_locked).
#[macro_export]
macro_rules! assert_readable {
    ($lock:expr, [$($aggregate:ty),+ $(,)?]) => {
        $crate::runtime::Check::new(::std::path::Path::new(::core::env!("CARGO_MANIFEST_DIR")).join($lock))
            $(.with::<$aggregate>())+
            .assert_readable()
    };
}
