//! The one step from an older event shape to the next, and the one back: a move from type to type.
//!
//! A step that always succeeds implements [`Upcast`] or [`Downcast`]; one that may refuse a value implements
//! [`TryUpcast`] or [`TryDowncast`], which the others are too, as with `From` and `TryFrom`.

use std::convert::Infallible;
use std::error::Error;

/// Brings an older event shape to the next one, or a retired event to what replaces it today.
///
/// For a retired event the target is a `Vec` of the event set: empty drops the record, several split it.
#[diagnostic::on_unimplemented(
    message = "there is no way from `{Self}` to `{To}`",
    label = "the step from `{Self}` is missing",
    note = "write it: impl Upcast<{To}> for {Self} {{ fn upcast(self) -> {To} {{ … }} }}",
    note = "a step that can refuse a value implements `TryUpcast<{To}>` instead"
)]
pub trait Upcast<To>: Sized {
    /// The value in the newer shape.
    fn upcast(self) -> To;
}

/// Brings an older event shape to the next one, or says why a stored value cannot be.
///
/// A refused value is reported as an undecodable event with its stream, version and the error's text; it is never
/// skipped in silence.
#[diagnostic::on_unimplemented(
    message = "there is no way from `{Self}` to `{To}`",
    label = "the step from `{Self}` is missing",
    note = "write it: impl Upcast<{To}> for {Self} {{ fn upcast(self) -> {To} {{ … }} }}",
    note = "a step that can refuse a value implements `TryUpcast<{To}>` instead"
)]
pub trait TryUpcast<To>: Sized {
    /// Why a value may be refused.
    type Error: Error + Send + Sync + 'static;

    /// The value in the newer shape.
    ///
    /// # Errors
    ///
    /// When this value has no counterpart in the newer shape.
    fn try_upcast(self) -> Result<To, Self::Error>;
}

impl<From: Upcast<To>, To> TryUpcast<To> for From {
    type Error = Infallible;

    fn try_upcast(self) -> Result<To, Infallible> {
        Ok(self.upcast())
    }
}

/// Brings an event back to the version before it, for a consumer that knows no newer one.
///
/// Nothing of the library calls it: stored events are read forwards alone. Whoever publishes events does, for as long as a
/// consumer reads the older version.
///
/// ```
/// use cqrs_core::Downcast;
///
/// struct DepositedV1 {
///     cents: i64,
/// }
///
/// struct Deposited {
///     cents: i64,
///     channel: String,
/// }
///
/// impl Downcast<DepositedV1> for Deposited {
///     fn downcast(self) -> DepositedV1 {
///         DepositedV1 { cents: self.cents }
///     }
/// }
///
/// let deposited = Deposited { cents: 250, channel: "branch".to_owned() };
/// let old: DepositedV1 = deposited.downcast();
/// assert_eq!(old.cents, 250);
/// ```
#[diagnostic::on_unimplemented(
    message = "there is no way back from `{Self}` to `{Older}`",
    label = "the step from `{Self}` back is missing",
    note = "write it: impl Downcast<{Older}> for {Self} {{ fn downcast(self) -> {Older} {{ … }} }}",
    note = "in a schema, `downcast` under the older version of a published event generates it"
)]
pub trait Downcast<Older>: Sized {
    /// The value in the older shape.
    fn downcast(self) -> Older;
}

/// Brings an event back to the version before it, or says why its value cannot be.
#[diagnostic::on_unimplemented(
    message = "there is no way back from `{Self}` to `{Older}`",
    label = "the step from `{Self}` back is missing",
    note = "write it: impl Downcast<{Older}> for {Self} {{ fn downcast(self) -> {Older} {{ … }} }}",
    note = "in a schema, `downcast` under the older version of a published event generates it"
)]
pub trait TryDowncast<Older>: Sized {
    /// Why a value may be refused.
    type Error: Error + Send + Sync + 'static;

    /// The value in the older shape.
    ///
    /// # Errors
    ///
    /// When this value has no counterpart in the older shape.
    fn try_downcast(self) -> Result<Older, Self::Error>;
}

impl<From: Downcast<Older>, Older> TryDowncast<Older> for From {
    type Error = Infallible;

    fn try_downcast(self) -> Result<Older, Infallible> {
        Ok(self.downcast())
    }
}
