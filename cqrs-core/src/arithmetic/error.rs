//! Why a calculation has no result.

use crate::aggregate::ApplyError;
use crate::command::Invalid;

/// Why a calculation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ArithmeticError {
    /// The result is beyond what its type can hold.
    #[error("the result of a calculation is out of range")]
    Overflow,
    /// Something is divided by zero.
    #[error("something is divided by zero")]
    DivisionByZero,
    /// A floating-point result is infinite or not a number.
    #[error("the result of a calculation is not a finite number")]
    NotFinite,
    /// A date is moved by a duration that ends within a day.
    #[error("a date moves by whole days only")]
    NotWholeDays,
}

impl From<ArithmeticError> for ApplyError {
    fn from(error: ArithmeticError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<ArithmeticError> for Invalid {
    fn from(error: ArithmeticError) -> Self {
        Self::whole(error.to_string())
    }
}
