//! The operations of Rust's numbers and of [`Decimal`].

use rust_decimal::Decimal;

use super::{ArithmeticError, CheckedAdd, CheckedDiv, CheckedMul, CheckedNeg, CheckedRem, CheckedSub};

/// Implements operations of two numbers of one type, each as a function from both to the result.
macro_rules! closed {
    ($ty:ty: $($name:ident $method:ident = $body:expr;)*) => {$(
        impl $name for $ty {
            type Output = Self;

            fn $method(self, other: Self) -> Result<Self, ArithmeticError> {
                let operation: fn(Self, Self) -> Result<Self, ArithmeticError> = $body;
                operation(self, other)
            }
        }
    )*};
}

/// Implements all operations by the checked methods of the type itself.
macro_rules! by_checked_methods {
    ($($ty:ty, $zero:expr;)*) => {$(
        closed! { $ty:
            CheckedAdd checked_add = |a, b| a.checked_add(b).ok_or(ArithmeticError::Overflow);
            CheckedSub checked_sub = |a, b| a.checked_sub(b).ok_or(ArithmeticError::Overflow);
            CheckedMul checked_mul = |a, b| a.checked_mul(b).ok_or(ArithmeticError::Overflow);
            CheckedDiv checked_div = |a, b| match b == $zero {
                true => Err(ArithmeticError::DivisionByZero),
                false => a.checked_div(b).ok_or(ArithmeticError::Overflow),
            };
            CheckedRem checked_rem = |a, b| match b == $zero {
                true => Err(ArithmeticError::DivisionByZero),
                false => a.checked_rem(b).ok_or(ArithmeticError::Overflow),
            };
        }
    )*};
}

by_checked_methods! {
    i8, 0; i16, 0; i32, 0; i64, 0; i128, 0;
    u8, 0; u16, 0; u32, 0; u64, 0; u128, 0;
    Decimal, Decimal::ZERO;
}

macro_rules! integer_signs {
    ($($ty:ty)*) => {$(
        impl CheckedNeg for $ty {
            fn checked_neg(self) -> Result<Self, ArithmeticError> {
                self.checked_neg().ok_or(ArithmeticError::Overflow)
            }
        }
    )*};
}

integer_signs! { i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 }

impl CheckedNeg for Decimal {
    fn checked_neg(self) -> Result<Self, ArithmeticError> {
        Ok(-self)
    }
}

macro_rules! floats {
    ($($ty:ty)*) => {$(
        closed! { $ty:
            CheckedAdd checked_add = |a, b| finite!(a + b);
            CheckedSub checked_sub = |a, b| finite!(a - b);
            CheckedMul checked_mul = |a, b| finite!(a * b);
            CheckedDiv checked_div = |a, b| match b == 0.0 {
                true => Err(ArithmeticError::DivisionByZero),
                false => finite!(a / b),
            };
            CheckedRem checked_rem = |a, b| match b == 0.0 {
                true => Err(ArithmeticError::DivisionByZero),
                false => finite!(a % b),
            };
        }

        impl CheckedNeg for $ty {
            fn checked_neg(self) -> Result<Self, ArithmeticError> {
                finite!(-self)
            }
        }
    )*};
}

macro_rules! finite {
    ($result:expr) => {{
        let result = $result;
        if result.is_finite() { Ok(result) } else { Err(ArithmeticError::NotFinite) }
    }};
}

floats! { f32 f64 }
