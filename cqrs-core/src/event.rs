//! Events: facts with a stored name, a version and a shape, and the chain of older shapes that still decode.
//!
//! An [`Event`] is one shape of one fact. Older shapes are types of their own, linked by
//! [`Upcast`](crate::Upcast); nothing here goes through a generic JSON tree.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shape::{FieldShape, Fingerprint, describe_fields};

/// A fact that happened, in one shape.
///
/// Derive it; the derive writes the descriptor, and the dispatch from each stored version to this one:
///
/// ```
/// use cqrs_core::{Event, Upcast};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "Deposited", version = 1)]
/// struct DepositedV1 {
///     cents: i64,
/// }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(version = 2, upcast_from = DepositedV1)]
/// struct Deposited {
///     cents: i64,
///     reference: String,
/// }
///
/// impl Upcast<Deposited> for DepositedV1 {
///     fn upcast(self) -> Deposited {
///         Deposited { cents: self.cents, reference: String::new() }
///     }
/// }
///
/// let depth = Deposited::DESCRIPTOR.depth_of("Deposited", 1).unwrap();
/// let event = Deposited::decode_at(depth, br#"{"cents": 5}"#).unwrap();
/// assert_eq!((event.cents, event.reference.as_str()), (5, ""));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: #[derive(Event, Serialize, Deserialize)]"
)]
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The event's stored name, version and fields, and the shape before this one.
    const DESCRIPTOR: &'static EventDescriptor;

    /// Decodes a payload that was stored `depth` versions ago and brings it to this shape.
    ///
    /// Depth 0 is this type's own shape; [`EventDescriptor::depth_of`] finds it for a stored name and version.
    ///
    /// # Errors
    ///
    /// When the payload does not fit the shape at that depth, when a step of the chain refuses it, or when the
    /// chain is shorter than `depth`.
    fn decode_at(depth: u16, payload: &[u8]) -> Result<Self, DecodeError>;
}

/// What is known of one event shape at compile time.
#[derive(Debug, Clone, Copy)]
pub struct EventDescriptor {
    /// The name under which records of this shape are stored.
    pub name: &'static str,
    /// The version of this shape, from 1.
    pub version: u32,
    /// The payload's fields.
    pub fields: &'static [FieldShape],
    /// The shape before this one, which records of older versions are decoded with.
    pub previous: Option<&'static EventDescriptor>,
}

impl EventDescriptor {
    /// How many versions before this one a stored name and version lie, or `None` when they are not of this chain.
    pub fn depth_of(&self, name: &str, version: u32) -> Option<u16> {
        self.chain()
            .position(|shape| shape.version == version && shape.name == name)
            .and_then(|depth| depth.try_into().ok())
    }

    /// This shape and all older ones, newest first.
    pub fn chain(&self) -> impl Iterator<Item = &EventDescriptor> {
        std::iter::successors(Some(self), |shape| shape.previous)
    }

    /// A number that changes with this shape or any older one, nested types included.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut text = String::new();
        for shape in self.chain() {
            text.push_str(&shape.describe());
            text.push('\n');
        }
        Fingerprint::of(&text)
    }

    /// The shape as canonical text: `name@version{field: type, …}`.
    pub fn describe(&self) -> String {
        format!("{}@{}{}", self.name, self.version, describe_fields(self.fields))
    }
}

/// Why a stored payload could not become an event of today.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The event's name is not one that the code knows.
    #[error("no event of that name is known to this build")]
    UnknownName,
    /// The name is known, the version is not; a higher one comes from a newer build.
    #[error("version {stored} is not known to this build, whose newest is {newest}")]
    UnknownVersion {
        /// The stored version.
        stored: u32,
        /// The newest version that the code knows under that name.
        newest: u32,
    },
    /// The payload does not have the shape that its version declares.
    #[error("the payload does not fit its shape: {0}")]
    Payload(#[from] serde_json::Error),
    /// A conversion to a newer shape refused the value.
    #[error("upcasting failed: {0}")]
    Upcast(Box<dyn std::error::Error + Send + Sync>),
    /// The event was decoded, but the state cannot take it.
    #[error("it cannot be applied: {0}")]
    Apply(String),
}

/// Why an event could not be written.
#[derive(Debug, thiserror::Error)]
#[error("event `{event}` cannot be written as JSON: {source}")]
pub struct EncodeError {
    /// The event's stored name.
    pub event: &'static str,
    /// What serde said.
    pub source: serde_json::Error,
}

/// Appends an event's payload, as JSON, to a buffer.
///
/// # Errors
///
/// When serde refuses the value, as it does a map whose keys are not text.
pub fn encode<E: Event>(event: &E, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
    serde_json::to_writer(buffer, event).map_err(|source| EncodeError { event: E::DESCRIPTOR.name, source })
}
