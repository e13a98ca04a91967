//! Event sets: the closed set of events that one aggregate records, as an enum.
//!
//! The set is where a stored record finds its type: [`EventSet::locate`] once for each stored name and version,
//! [`EventSet::decode`] for each record, which is a jump to the right type and a chain of moves.

use crate::aggregate::ApplyError;
use crate::event::{DecodeError, EncodeError, Event, EventDescriptor};
use crate::shape::Fingerprint;

/// The closed set of events that one aggregate records.
///
/// Derive it on an enum with one variant an event, each holding that event's type. Events that are no longer written but may be
/// stored are named in `#[event_set(retired(Transferred))]`, with an
/// [`Upcast<Vec<Self>>`](crate::Upcast) that says what they are read as.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    label = "not an event set",
    note = "derive it on an enum with one variant for each event: #[derive(EventSet)]"
)]
pub trait EventSet: Sized + Send + Sync + 'static {
    /// The events of the set, in the order of the variants.
    const EVENTS: &'static [&'static EventDescriptor];

    /// The events that are no longer written; records of them decode to events of the set, or to none.
    const RETIRED: &'static [&'static EventDescriptor];

    /// The descriptor of this value's event.
    fn descriptor(&self) -> &'static EventDescriptor;

    /// Appends this value's payload to a buffer.
    ///
    /// # Errors
    ///
    /// When serde refuses the value.
    fn encode(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Decodes a payload along a route that [`locate`](Self::locate) found for its stored name and version.
    ///
    /// # Errors
    ///
    /// When the payload does not fit its shape, or a step of the chain refuses it.
    fn decode(route: Route, payload: &[u8]) -> Result<Decoded<Self>, DecodeError>;

    /// Finds the way from a stored name and version to an event of today.
    ///
    /// # Errors
    ///
    /// When no shape of the set bears that name, or none of that version.
    fn locate(name: &str, version: u32) -> Result<Route, DecodeError> {
        let descriptors = || Self::EVENTS.iter().chain(Self::RETIRED);
        for (slot, descriptor) in (0..).zip(descriptors()) {
            if let Some(depth) = descriptor.depth_of(name, version) {
                return Ok(Route { slot, depth });
            }
        }
        let newest = descriptors()
            .flat_map(|descriptor| descriptor.chain())
            .filter(|shape| shape.name == name)
            .map(|shape| shape.version)
            .max();
        match newest {
            Some(newest) => Err(DecodeError::UnknownVersion { stored: version, newest }),
            None => Err(DecodeError::UnknownName),
        }
    }

    /// A number that changes with any shape of the set, old and retired ones included.
    fn fingerprint() -> Fingerprint {
        let mut text = String::new();
        for descriptor in Self::EVENTS.iter().chain(Self::RETIRED) {
            text.push_str(&descriptor.fingerprint().to_string());
        }
        Fingerprint::of(&text)
    }
}

/// An event set whose every event changes a given aggregate; derived with the set.
///
/// It holds for each aggregate that implements [`Apply`](crate::Apply) or [`TryApply`](crate::TryApply) for all events of the set.
#[diagnostic::on_unimplemented(
    message = "not every event of `{Self}` can be applied to `{A}`",
    label = "`{A}` cannot fold all of these events"
)]
pub trait ApplyTo<A>: EventSet {
    /// Folds this event into an aggregate's state.
    ///
    /// # Errors
    ///
    /// When the event's [`TryApply`](crate::TryApply) refuses it. The state is then undefined and must be dropped.
    fn apply_to(&self, aggregate: &mut A) -> Result<(), ApplyError>;
}

/// The way of a stored shape into an event set: which event, and how many versions ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The event's index among [`EventSet::EVENTS`], followed by [`EventSet::RETIRED`].
    pub slot: u16,
    /// How many upcasts lie between the stored shape and the event's newest one.
    pub depth: u16,
}

/// What one stored record is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded<S> {
    /// One event.
    One(S),
    /// Several events, or none: the record is of a retired event.
    Many(Vec<S>),
}

impl<S> Decoded<S> {
    /// The events in order.
    pub fn as_slice(&self) -> &[S] {
        match self {
            Self::One(event) => std::slice::from_ref(event),
            Self::Many(events) => events,
        }
    }
}

/// An event that belongs to an event set. Derived with the set.
///
/// An event belongs to one set, as it is recorded by one aggregate.
#[diagnostic::on_unimplemented(
    message = "event `{Self}` belongs to no event set",
    label = "not a variant of any event set",
    note = "add a variant that holds `{Self}` to the enum of the aggregate that records it"
)]
pub trait Member: Event {
    /// The set.
    type Set: EventSet + From<Self>;

    /// This event, when the set's value is one.
    fn of(event: &Self::Set) -> Option<&Self>;
}
