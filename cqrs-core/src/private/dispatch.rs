//! The steps of derived event sets and chains of versions, written once for all of them.
//!
//! Each step asks for one trait that the derive implements without conditions, so that a mistake in an event is one error at
//! the event and none at each place that uses it.

use std::error::Error;

use serde::de::DeserializeOwned;

use super::rules::Versioned;
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

/// The link from a shape to the one before it; cut where the versions do not follow, so that no cycle is ever followed.
pub struct Link<const FOLLOWS: bool, E>(std::marker::PhantomData<E>);

impl<E: Successor> Link<true, E> {
    /// The shape before `E`.
    pub const PREVIOUS: Option<&'static EventDescriptor> = Some(<E::Previous as Event>::DESCRIPTOR);
}

impl<E> Link<false, E> {
    /// No shape.
    pub const PREVIOUS: Option<&'static EventDescriptor> = None;
}

/// Decodes a payload of the first shape of a chain.
///
/// # Errors
///
/// When the payload does not fit, or lies further back than the chain reaches.
pub fn decode_first<E: Versioned>(depth: u16, payload: &[u8]) -> Result<E, DecodeError> {
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
pub fn decode_later<E: Successor>(depth: u16, payload: &[u8]) -> Result<E, DecodeError> {
    match depth.checked_sub(1) {
        None => decode(payload),
        Some(depth) => E::Previous::decode_at(depth, payload)?.try_upcast().map_err(refused),
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
    serde_json::from_slice(payload).map_err(DecodeError::Payload)
}

fn refused(error: impl Error + Send + Sync + 'static) -> DecodeError {
    DecodeError::Upcast(Box::new(error))
}
