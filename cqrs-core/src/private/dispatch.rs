//! The steps of derived event sets and chains of versions, written once for all of them.
//!
//! Each step asks for one trait that the derive implements without conditions, so that a mistake in an event is one
//! error at the event and none at each place that uses it.

use std::error::Error;

use serde::de::DeserializeOwned;

use super::rules::{Versioned, follows};
use crate::event::{DecodeError, EncodeError, Event, EventDescriptor};
use crate::event_set::{Decoded, Member, Route};
use crate::upcast::TryUpcast;

/// An event shape that has another one before it.
pub trait Successor: Versioned {
    /// The shape before this one.
    type Previous: Versioned + TryUpcast<Self>;
}

/// An event that is no longer written, and what its records are read as.
pub trait RetiredFrom<S>: Event + TryUpcast<Vec<S>> {}

/// The shape before `E`, where the versions follow; a link that breaks that rule is cut, so that no cycle is ever
/// followed.
pub const fn previous<E: Successor>() -> Option<&'static EventDescriptor> {
    // A constant is evaluated wherever it is mentioned, a function only where it is called.
    const fn link<E: Successor>() -> &'static EventDescriptor {
        <E::Previous as Versioned>::DESCRIPTOR
    }
    if follows::<E>() { Some(link::<E>()) } else { None }
}

/// Decodes a payload of the first shape of a chain.
///
/// # Errors
///
/// When the payload does not fit, or lies further back than the chain reaches.
pub fn decode_first<E: Event + Versioned>(depth: u16, payload: &[u8]) -> Result<E, DecodeError> {
    match depth {
        0 => decode(payload),
        _ => Err(DecodeError::UnknownVersion {
            stored: E::VERSION.saturating_sub(u32::from(depth)),
            newest: E::VERSION,
        }),
    }
}

/// Decodes a payload of a shape or of one before it, and brings it to this one.
///
/// # Errors
///
/// When the payload does not fit, or a step refuses the value.
pub fn decode_later<E: Event + Successor>(depth: u16, payload: &[u8]) -> Result<E, DecodeError> {
    match depth.checked_sub(1) {
        None => decode(payload),
        Some(depth) => <E::Previous as Versioned>::decode_at(depth, payload)?.try_upcast().map_err(refused),
    }
}

/// Decodes a payload to an event of its set.
///
/// # Errors
///
/// As [`Event::decode_at`].
pub fn decode_member<E: Member>(route: Route, payload: &[u8]) -> Result<Decoded<E::Set>, DecodeError> {
    E::decode_at(route.depth, payload).map(|event| Decoded::One(event.into()))
}

/// Decodes a payload to what a retired event is read as.
///
/// # Errors
///
/// As [`Event::decode_at`], and when the last step refuses the value.
pub fn decode_retired<S, E: RetiredFrom<S>>(route: Route, payload: &[u8]) -> Result<Decoded<S>, DecodeError> {
    E::decode_at(route.depth, payload)?.try_upcast().map(Decoded::Many).map_err(refused)
}

/// Appends an event's payload to a buffer.
///
/// # Errors
///
/// When serde refuses the value.
pub fn encode_member<E: Member>(event: &E, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
    crate::event::encode(event, buffer)
}

/// The descriptor of an event of a set.
pub const fn member<E: Member>() -> &'static EventDescriptor {
    E::DESCRIPTOR
}

/// The descriptor of an event that is no longer written.
pub const fn retired<S, E: RetiredFrom<S>>() -> &'static EventDescriptor {
    E::DESCRIPTOR
}

fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T, DecodeError> {
    // Checking the whole once is faster than each of its strings.
    match std::str::from_utf8(payload) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(payload),
    }
    .map_err(DecodeError::Payload)
}

fn refused(error: impl Error + Send + Sync + 'static) -> DecodeError {
    DecodeError::Upcast(Box::new(error))
}
