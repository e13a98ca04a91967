//! Arithmetic that neither wraps nor panics: every operation gives its result or says why there is none.
//!
//! Generated code calls these functions where a schema writes `+`, `-`, `*`, `/` and `%`; hand-written decisions and folds may
//! as well. They cover Rust's numbers, [`Decimal`], and jiff's instants, dates, times and durations; [`number!`](crate::number)
//! gives them to a newtype. Nothing here rounds an integer or lets a floating-point result leave the finite numbers.

mod error;
mod mean;
mod newtype;
mod number;
mod time;

pub use error::ArithmeticError;
pub use jiff::civil::{Date, Time};
pub use jiff::{SignedDuration, Timestamp};
pub use mean::Mean;
pub use rust_decimal::Decimal;

/// The sum.
///
/// # Errors
///
/// When it is out of the range of its type.
///
/// ```
/// use cqrs_core::arithmetic::{ArithmeticError, add};
///
/// assert_eq!(add(2_u8, 3), Ok(5));
/// assert_eq!(add(250_u8, 10), Err(ArithmeticError::Overflow));
/// ```
pub fn add<A: CheckedAdd<B>, B>(a: A, b: B) -> Result<A::Output, ArithmeticError> {
    a.checked_add(b)
}

/// The difference.
///
/// # Errors
///
/// When it is out of the range of its type.
pub fn sub<A: CheckedSub<B>, B>(a: A, b: B) -> Result<A::Output, ArithmeticError> {
    a.checked_sub(b)
}

/// The product.
///
/// # Errors
///
/// When it is out of the range of its type.
pub fn mul<A: CheckedMul<B>, B>(a: A, b: B) -> Result<A::Output, ArithmeticError> {
    a.checked_mul(b)
}

/// The quotient; that of integers is cut off at the point, as Rust's is.
///
/// # Errors
///
/// When `b` is zero, or the quotient is out of the range of its type.
pub fn div<A: CheckedDiv<B>, B>(a: A, b: B) -> Result<A::Output, ArithmeticError> {
    a.checked_div(b)
}

/// What is left over by a division, with the sign of `a`.
///
/// # Errors
///
/// When `b` is zero.
pub fn rem<A: CheckedRem<B>, B>(a: A, b: B) -> Result<A::Output, ArithmeticError> {
    a.checked_rem(b)
}

/// The number of the other sign.
///
/// # Errors
///
/// When the type has no such number.
pub fn neg<A: CheckedNeg>(a: A) -> Result<A, ArithmeticError> {
    a.checked_neg()
}

/// The sum of all items; of none, the default.
///
/// # Errors
///
/// When it leaves the range of its type on the way.
///
/// ```
/// use cqrs_core::arithmetic::sum;
///
/// assert_eq!(sum([1_u32, 2, 3]), Ok(6));
/// ```
pub fn sum<T: CheckedAdd<Output = T> + Default>(
    items: impl IntoIterator<Item = T>,
) -> Result<T, ArithmeticError> {
    items.into_iter().try_fold(T::default(), CheckedAdd::checked_add)
}

/// The sum of items that are calculated on the way.
///
/// # Errors
///
/// When an item has no result, or the sum leaves the range of its type.
pub fn try_sum<T: CheckedAdd<Output = T> + Default>(
    items: impl IntoIterator<Item = Result<T, ArithmeticError>>,
) -> Result<T, ArithmeticError> {
    items.into_iter().try_fold(T::default(), |sum, item| sum.checked_add(item?))
}

/// The mean of `count` items with this sum. That of integers is a [`Decimal`].
///
/// # Errors
///
/// When `count` is zero, or the sum has no counterpart among the decimals.
///
/// ```
/// use cqrs_core::arithmetic::{Decimal, mean};
///
/// assert_eq!(mean(5_u32, 2), Ok(Decimal::new(25, 1)));
/// ```
pub fn mean<T: Mean>(sum: T, count: u64) -> Result<T::Output, ArithmeticError> {
    sum.mean(count)
}

macro_rules! operations {
    ($($doc:literal $name:ident $method:ident;)*) => {$(
        #[doc = $doc]
        pub trait $name<Rhs = Self>: Sized {
            /// The type of the result.
            type Output;

            /// The result.
            ///
            /// # Errors
            ///
            /// When there is none in the type of the result.
            fn $method(self, other: Rhs) -> Result<Self::Output, ArithmeticError>;
        }
    )*};
}

operations! {
    "`+` that says when it overflows." CheckedAdd checked_add;
    "`-` that says when it overflows." CheckedSub checked_sub;
    "`*` that says when it overflows." CheckedMul checked_mul;
    "`/` that says when it overflows or divides by zero." CheckedDiv checked_div;
    "`%` that says when it divides by zero." CheckedRem checked_rem;
}

/// The sign turned round, where that is possible.
pub trait CheckedNeg: Sized {
    /// The number of the other sign.
    ///
    /// # Errors
    ///
    /// When the type has no such number, as an unsigned one has for all but zero.
    fn checked_neg(self) -> Result<Self, ArithmeticError>;
}

#[cfg(test)]
mod tests;
