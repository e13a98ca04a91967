//! Arithmetic for newtypes of numbers, in one line each.

/// Gives a newtype of a number the arithmetic of [`arithmetic`](crate::arithmetic).
///
/// It is calculated with itself, and multiplied and divided by a plain number of the type inside. Its mean is
/// that of the number inside. The newtype's field is its first, as in `struct Money(Decimal);`.
///
/// ```
/// use cqrs_core::arithmetic::{Decimal, add, mul};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// struct Money(Decimal);
/// cqrs_core::number!(Money(Decimal));
///
/// let price = Money(Decimal::new(1999, 2));
/// assert_eq!(mul(price, Decimal::from(3)), Ok(Money(Decimal::new(5997, 2))));
/// assert_eq!(add(price, price), Ok(Money(Decimal::new(3998, 2))));
/// ```
#[macro_export]
macro_rules! number {
    ($newtype:ident($inner:ty)) => {
        $crate::number!(@closed $newtype, $inner:
            CheckedAdd checked_add, CheckedSub checked_sub, CheckedMul checked_mul, CheckedDiv checked_div,
            CheckedRem checked_rem);
        $crate::number!(@scaled $newtype, $inner: CheckedMul checked_mul, CheckedDiv checked_div);

        #[automatically_derived]
        impl $crate::arithmetic::CheckedNeg for $newtype {
            fn checked_neg(self) -> ::core::result::Result<Self, $crate::ArithmeticError> {
                ::core::result::Result::map($crate::arithmetic::CheckedNeg::checked_neg(self.0), Self)
            }
        }

        #[automatically_derived]
        impl $crate::arithmetic::Mean for $newtype {
            type Output = <$inner as $crate::arithmetic::Mean>::Output;

            fn mean(self, count: u64) -> ::core::result::Result<Self::Output, $crate::ArithmeticError> {
                $crate::arithmetic::Mean::mean(self.0, count)
            }
        }
    };
    (@closed $newtype:ident, $inner:ty: $($operation:ident $method:ident),*) => {$(
        #[automatically_derived]
        impl $crate::arithmetic::$operation for $newtype {
            type Output = Self;

            fn $method(self, other: Self) -> ::core::result::Result<Self, $crate::ArithmeticError> {
                ::core::result::Result::map($crate::arithmetic::$operation::$method(self.0, other.0), Self)
            }
        }
    )*};
    (@scaled $newtype:ident, $inner:ty: $($operation:ident $method:ident),*) => {$(
        #[automatically_derived]
        impl $crate::arithmetic::$operation<$inner> for $newtype {
            type Output = Self;

            fn $method(self, other: $inner) -> ::core::result::Result<Self, $crate::ArithmeticError> {
                ::core::result::Result::map($crate::arithmetic::$operation::$method(self.0, other), Self)
            }
        }
    )*};
}
