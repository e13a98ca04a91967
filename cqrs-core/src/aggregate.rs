//! Aggregates: state folded from one stream of events, and the ids that name them.

use std::borrow::Cow;
use std::error::Error;
use std::hash::Hash;

use uuid::Uuid;

use crate::data_type::DataType;
use crate::event_set::EventSet;
use crate::shape::Fingerprint;

/// State that is folded from one stream of events and that decides on commands.
///
/// Derive it on the state; `Default` is the state before the first event:
///
/// ```
/// use cqrs_core::{Aggregate, Apply, Event, EventSet};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Debug, Serialize, Deserialize)]
/// struct Opened {}
///
/// #[derive(EventSet, Debug)]
/// enum DoorEvent {
///     Opened(Opened),
/// }
///
/// #[derive(Aggregate, Default)]
/// #[aggregate(id = String, events = DoorEvent, error = std::convert::Infallible)]
/// struct Door {
///     open: bool,
/// }
///
/// impl Apply<Opened> for Door {
///     fn apply(&mut self, _: &Opened) {
///         self.open = true;
///     }
/// }
///
/// assert_eq!(Door::TYPE, "Door");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "derive it: #[derive(Aggregate, Default)] with #[aggregate(id = …, events = …, error = …)]"
)]
pub trait Aggregate: Default + Send + Sync + 'static {
    /// The name under which the aggregate's streams are stored.
    const TYPE: &'static str;

    /// The type of its ids.
    type Id: AggregateId;

    /// The events that it records.
    type Event: EventSet;

    /// Why it refuses commands.
    type Error: Error + Send + Sync + 'static;

    /// Folds one event into the state.
    ///
    /// # Errors
    ///
    /// When the event's [`TryApply`] refuses it. The state is then undefined and must be dropped.
    fn apply_event(&mut self, event: &Self::Event) -> Result<(), ApplyError>;

    /// How the state is kept as snapshots; [`None`] when it is always folded from all events.
    fn snapshots() -> Option<Snapshots<Self>> {
        None
    }
}

/// How an aggregate's state is kept as snapshots.
pub struct Snapshots<A> {
    /// A snapshot is written each time the version passes a multiple of this.
    pub every: u64,
    /// Changes with the state's full type and with the events' shapes; a snapshot of another one is ignored.
    pub fingerprint: Fingerprint,
    /// Writes the state.
    pub encode: fn(&A) -> Result<Vec<u8>, serde_json::Error>,
    /// Reads a state that was written under the same fingerprint.
    pub decode: fn(&[u8]) -> Result<A, serde_json::Error>,
}

/// A fold of one event into the state: pure, total, and the only way in which state changes.
///
/// A fold that can fail, as one with checked arithmetic, implements [`TryApply`] instead.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how `{E}` changes it",
    label = "`Apply<{E}>` is missing",
    note = "write it: impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: &{E}) {{ … }} }}",
    note = "an event that leaves the state as it is still needs an empty `apply`"
)]
pub trait Apply<E> {
    /// Changes the state by an event that happened.
    fn apply(&mut self, event: &E);
}

/// A fold of one event into the state that may refuse it.
///
/// Every [`Apply`] is one. An event that is refused while a command is decided refuses that command; one that is
/// refused while a stream is loaded is reported as an undecodable event with its place.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how `{E}` changes it",
    label = "`Apply<{E}>` is missing",
    note = "write it: impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: &{E}) {{ … }} }}",
    note = "an event that leaves the state as it is still needs an empty `apply`"
)]
pub trait TryApply<E> {
    /// Changes the state by an event that happened.
    ///
    /// # Errors
    ///
    /// When the event cannot be folded, as when a sum overflows.
    fn try_apply(&mut self, event: &E) -> Result<(), ApplyError>;
}

impl<A: Apply<E>, E> TryApply<E> for A {
    fn try_apply(&mut self, event: &E) -> Result<(), ApplyError> {
        self.apply(event);
        Ok(())
    }
}

/// Why an event could not be folded into a state or a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ApplyError {
    /// What went wrong, as one sentence for a person.
    pub reason: String,
}

impl ApplyError {
    /// An error with a reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// An id that names one aggregate among those of its type.
///
/// Implemented for `String`, [`Uuid`] and the integers of 64 bits. Derive it for a newtype of one of them, which then
/// also has `Display`, `FromStr`, `From` and [`DataType`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an aggregate's id",
    label = "not an id",
    note = "derive it on a newtype: #[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]",
    note = "floating-point numbers cannot be ids, for they have no exact equality"
)]
pub trait AggregateId: DataType + Clone + Eq + Hash + Send + Sync + 'static {
    /// The id as the text that names the stream; the same id always gives the same text.
    fn to_stream_id(&self) -> Cow<'_, str>;

    /// The id that such a text stands for.
    ///
    /// # Errors
    ///
    /// When the text is not one that [`to_stream_id`](Self::to_stream_id) writes.
    fn from_stream_id(text: &str) -> Result<Self, IdError>;
}

/// A text that is not an id of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct IdError {
    /// The text.
    pub text: String,
    /// What was expected, with its article: "a UUID".
    pub expected: &'static str,
}

impl AggregateId for String {
    fn to_stream_id(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn from_stream_id(text: &str) -> Result<Self, IdError> {
        Ok(text.to_owned())
    }
}

macro_rules! ids {
    ($($ty:ty => $expected:literal),*) => {$(
        impl AggregateId for $ty {
            fn to_stream_id(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }

            fn from_stream_id(text: &str) -> Result<Self, IdError> {
                text.parse().map_err(|_| IdError { text: text.to_owned(), expected: $expected })
            }
        }
    )*};
}

ids! {
    Uuid => "a UUID", i8 => "an integer", i16 => "an integer", i32 => "an integer", i64 => "an integer",
    i128 => "an integer", u8 => "an unsigned integer", u16 => "an unsigned integer", u32 => "an unsigned integer",
    u64 => "an unsigned integer", u128 => "an unsigned integer"
}
