//! The mean of a sum that was kept beside its count.

use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::{ArithmeticError, CheckedDiv};

/// A sum that has a mean.
pub trait Mean {
    /// The type of the mean: [`Decimal`] for integers, so that nothing is cut off.
    type Output;

    /// The mean of `count` items with this sum.
    ///
    /// # Errors
    ///
    /// When `count` is zero, or the mean is out of the range of its type.
    fn mean(self, count: u64) -> Result<Self::Output, ArithmeticError>;
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl Mean for $ty {
            type Output = Decimal;

            fn mean(self, count: u64) -> Result<Decimal, ArithmeticError> {
                Decimal::from(self).mean(count)
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 u8 u16 u32 u64 }

macro_rules! wide_integers {
    ($($ty:ty)*) => {$(
        impl Mean for $ty {
            type Output = Decimal;

            fn mean(self, count: u64) -> Result<Decimal, ArithmeticError> {
                let sum = i128::try_from(self).ok().and_then(|it| Decimal::try_from_i128_with_scale(it, 0).ok());
                sum.ok_or(ArithmeticError::Overflow)?.mean(count)
            }
        }
    )*};
}

wide_integers! { i128 u128 }

impl Mean for Decimal {
    type Output = Self;

    fn mean(self, count: u64) -> Result<Self, ArithmeticError> {
        CheckedDiv::checked_div(self, Self::from(count))
    }
}

// Counts beyond 2^53 lose their last digits as floats, far below the precision of such a mean.
#[expect(clippy::cast_precision_loss)]
impl Mean for f64 {
    type Output = Self;

    fn mean(self, count: u64) -> Result<Self, ArithmeticError> {
        CheckedDiv::checked_div(self, count as Self)
    }
}

#[expect(clippy::cast_precision_loss)]
impl Mean for f32 {
    type Output = Self;

    fn mean(self, count: u64) -> Result<Self, ArithmeticError> {
        CheckedDiv::checked_div(self, count as Self)
    }
}

impl Mean for SignedDuration {
    type Output = Self;

    fn mean(self, count: u64) -> Result<Self, ArithmeticError> {
        let count = i64::try_from(count).map_err(|_| ArithmeticError::Overflow)?;
        CheckedDiv::checked_div(self, count)
    }
}
