//! The rules that derived code checks in constants, because they compare what several derives say.
//!
//! A broken rule stops the build with one sentence that names the types, versions and stored names involved.

use super::dispatch::Successor;
use crate::event::{DecodeError, EventDescriptor};
use crate::event_set::EventSet;
use crate::shape::Fingerprint;

/// An event shape as the chain of its versions sees it: the version is known before any chain is followed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: #[derive(Event, Serialize, Deserialize)]"
)]
pub trait Versioned: Sized {
    /// The version, from 1.
    const VERSION: u32;

    /// As [`Event::DESCRIPTOR`](crate::Event::DESCRIPTOR).
    const DESCRIPTOR: &'static EventDescriptor;

    /// As [`Event::decode_at`](crate::Event::decode_at).
    ///
    /// # Errors
    ///
    /// As there.
    fn decode_at(depth: u16, payload: &[u8]) -> Result<Self, DecodeError>;
}

/// Whether a shape is the version after the shape that it is upcast from.
pub(super) const fn follows<E: Successor>() -> bool {
    <E::Previous as Versioned>::VERSION.saturating_add(1) == E::VERSION
}

/// Refuses a version that is not the one after the version that it is upcast from.
#[track_caller]
pub const fn versions_follow<E: Successor>(event: &str, previous: &str) {
    let (version, before) = (E::VERSION, <E::Previous as Versioned>::VERSION);
    if follows::<E>() {
        return;
    }
    let sentence =
        Sentence::new().add("`").add(event).add("` is version ").add_number(version).add(", but `");
    let sentence = sentence.add(previous).add("`, which it is upcast from, is version ").add_number(before);
    refuse(&if before < version {
        sentence.add(": the versions between them are missing")
    } else {
        sentence.add(": it must be the version before")
    });
}

/// A name and a version under which records of a set's event may be stored.
pub struct StoredShape {
    name: &'static str,
    version: u32,
    /// Equal for equal names: with hundreds of events, comparing each with each letter by letter takes its time.
    hash: Fingerprint,
    /// The event's index among those of the set, followed by the retired ones.
    slot: usize,
}

/// How many shapes records of a set may have.
pub const fn count_stored_shapes<S: EventSet>() -> usize {
    let (mut count, mut slot) = (0, 0);
    while slot < S::EVENTS.len() + S::RETIRED.len() {
        let mut shape = Some(event::<S>(slot));
        while let Some(descriptor) = shape {
            count += 1;
            shape = descriptor.previous;
        }
        slot += 1;
    }
    count
}

/// The shapes that records of a set may have, event by event.
pub const fn stored_shapes<S: EventSet, const COUNT: usize>() -> [StoredShape; COUNT] {
    let mut shapes =
        [const { StoredShape { name: "", version: 0, hash: Fingerprint::of(""), slot: 0 } }; COUNT];
    let (mut count, mut slot) = (0, 0);
    while slot < S::EVENTS.len() + S::RETIRED.len() {
        let mut shape = Some(event::<S>(slot));
        while let Some(EventDescriptor { name, version, previous, .. }) = shape {
            shapes[count] = StoredShape { name, version: *version, hash: Fingerprint::of(name), slot };
            count += 1;
            shape = *previous;
        }
        slot += 1;
    }
    shapes
}

/// Refuses an event of a set whose records could be taken for those of an event before it.
///
/// `types` are the events' types, for the message: those of the set, then the retired ones.
#[track_caller]
pub const fn stored_name_is_unique<S: EventSet>(
    shapes: &[StoredShape],
    set: &str,
    types: &[&str],
    slot: usize,
) {
    let is_retired = slot >= S::EVENTS.len();
    let mut own = 0;
    while own < shapes.len() && shapes[own].slot <= slot {
        let mut other = 0;
        while shapes[own].slot == slot && shapes[other].slot < slot {
            let (a, b) = (&shapes[other], &shapes[own]);
            if a.hash.to_bits() == b.hash.to_bits() && a.version == b.version && same_text(a.name, b.name) {
                let both = Sentence::new().add("`").add(types[a.slot]).add("` and `").add(types[slot]);
                let both = both.add("` of `").add(set).add("` are both stored as `").add(b.name).add("`");
                let both =
                    both.add(" version ").add_number(b.version).add(", so a record of it could be either");
                refuse(&if is_retired {
                    both
                } else {
                    both.add("; give one of them another name: #[event(name = \"…\")]")
                });
            }
            other += 1;
        }
        own += 1;
    }
}

/// The event at an index among those of the set, followed by the retired ones.
const fn event<S: EventSet>(index: usize) -> &'static EventDescriptor {
    if index < S::EVENTS.len() { S::EVENTS[index] } else { S::RETIRED[index - S::EVENTS.len()] }
}

const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Stops the build with a sentence.
#[track_caller]
pub(super) const fn refuse(sentence: &Sentence) -> ! {
    match std::str::from_utf8(sentence.bytes.split_at(sentence.length).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("a rule of cqrs-core is broken; its names are too long to be shown"),
    }
}

/// A sentence put together in a constant, where there is no `format!`.
pub(super) struct Sentence {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl Sentence {
    const MOST: usize = 1024;

    pub(super) const fn new() -> Self {
        Self { bytes: [0; Self::MOST], length: 0 }
    }

    /// Adds text; what is beyond the most that a sentence holds is cut off.
    pub(super) const fn add(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.length < Self::MOST {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    pub(super) const fn add_number(self, number: u32) -> Self {
        const DIGITS: &str = "0123456789";
        let before = if number >= 10 { self.add_number(number / 10) } else { self };
        before.add(DIGITS.split_at((number % 10) as usize).1.split_at(1).0)
    }
}
