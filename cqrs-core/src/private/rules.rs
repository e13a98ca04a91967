//! The rules that derived code checks in constants, because they compare what several derives say.
//!
//! A broken rule stops the build with one sentence that names the types, versions and stored names involved.

use super::dispatch::Successor;
use crate::event::{DecodeError, EventDescriptor};
use crate::event_set::EventSet;

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

/// Refuses an event of a set whose records could be taken for those of an event before it.
///
/// `types` are the events' types, for the message: those of the set, then the retired ones.
#[track_caller]
pub const fn stored_name_is_unique<S: EventSet>(set: &str, types: &[&str], index: usize) {
    let mut other = 0;
    while other < index {
        let retired = index >= S::EVENTS.len();
        if let Some(shape) = in_common(event::<S>(index), event::<S>(other), retired) {
            let both = Sentence::new().add("`").add(types[other]).add("` and `").add(types[index]);
            let both = both.add("` of `").add(set).add("` are both stored as `").add(shape.name).add("`");
            refuse(&if retired {
                both.add(" version ").add_number(shape.version).add(", so a record of it could be either")
            } else {
                both.add("; give one of them another name: #[event(name = \"…\")]")
            });
        }
        other += 1;
    }
}

/// The event at an index among those of the set, followed by the retired ones.
const fn event<S: EventSet>(index: usize) -> &'static EventDescriptor {
    if index < S::EVENTS.len() { S::EVENTS[index] } else { S::RETIRED[index - S::EVENTS.len()] }
}

/// A shape of `a` whose name, or whose name and version, some shape of `b` bears too.
const fn in_common(
    a: &'static EventDescriptor,
    b: &'static EventDescriptor,
    by_version: bool,
) -> Option<&'static EventDescriptor> {
    let mut left = Some(a);
    while let Some(shape) = left {
        let mut right = Some(b);
        while let Some(other) = right {
            if (!by_version || shape.version == other.version) && same_text(shape.name, other.name) {
                return left;
            }
            right = other.previous;
        }
        left = shape.previous;
    }
    None
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
