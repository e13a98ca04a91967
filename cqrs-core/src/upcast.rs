//! The one step from an older event shape to the next: a move from type to type.
//!
//! A step that always succeeds implements [`Upcast`]; one that may refuse a value implements [`TryUpcast`], which
//! every `Upcast` is too, as with `From` and `TryFrom`.

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
