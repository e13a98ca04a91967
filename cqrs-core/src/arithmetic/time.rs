//! The operations of instants, dates, times of day and durations.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::{ArithmeticError, CheckedAdd, CheckedDiv, CheckedMul, CheckedNeg, CheckedSub};

impl CheckedAdd for SignedDuration {
    type Output = Self;

    fn checked_add(self, other: Self) -> Result<Self, ArithmeticError> {
        self.checked_add(other).ok_or(ArithmeticError::Overflow)
    }
}

impl CheckedSub for SignedDuration {
    type Output = Self;

    fn checked_sub(self, other: Self) -> Result<Self, ArithmeticError> {
        self.checked_sub(other).ok_or(ArithmeticError::Overflow)
    }
}

impl CheckedNeg for SignedDuration {
    fn checked_neg(self) -> Result<Self, ArithmeticError> {
        self.checked_neg().ok_or(ArithmeticError::Overflow)
    }
}

impl CheckedMul<i64> for SignedDuration {
    type Output = Self;

    fn checked_mul(self, times: i64) -> Result<Self, ArithmeticError> {
        let nanoseconds = self.as_nanos().checked_mul(i128::from(times));
        nanoseconds.and_then(Self::try_from_nanos_i128).ok_or(ArithmeticError::Overflow)
    }
}

impl CheckedDiv<i64> for SignedDuration {
    type Output = Self;

    fn checked_div(self, parts: i64) -> Result<Self, ArithmeticError> {
        if parts == 0 {
            return Err(ArithmeticError::DivisionByZero);
        }
        let nanoseconds = self.as_nanos().checked_div(i128::from(parts));
        nanoseconds.and_then(Self::try_from_nanos_i128).ok_or(ArithmeticError::Overflow)
    }
}

macro_rules! points_in_time {
    ($($ty:ty, $moved_by:expr;)*) => {$(
        impl CheckedAdd<SignedDuration> for $ty {
            type Output = Self;

            fn checked_add(self, duration: SignedDuration) -> Result<Self, ArithmeticError> {
                let moved_by: fn(SignedDuration) -> Result<SignedDuration, ArithmeticError> = $moved_by;
                Self::checked_add(self, moved_by(duration)?).map_err(|_| ArithmeticError::Overflow)
            }
        }

        impl CheckedSub<SignedDuration> for $ty {
            type Output = Self;

            fn checked_sub(self, duration: SignedDuration) -> Result<Self, ArithmeticError> {
                let moved_by: fn(SignedDuration) -> Result<SignedDuration, ArithmeticError> = $moved_by;
                Self::checked_sub(self, moved_by(duration)?).map_err(|_| ArithmeticError::Overflow)
            }
        }

        impl CheckedSub for $ty {
            type Output = SignedDuration;

            fn checked_sub(self, earlier: Self) -> Result<SignedDuration, ArithmeticError> {
                Ok(self.duration_since(earlier))
            }
        }
    )*};
}

points_in_time! {
    Timestamp, Ok;
    Date, whole_days;
    Time, Ok;
}

/// The duration, where a date can be moved by it; jiff itself drops what is left over of a day.
fn whole_days(duration: SignedDuration) -> Result<SignedDuration, ArithmeticError> {
    const DAY: i64 = 24 * 60 * 60;
    match duration.as_secs() % DAY == 0 && duration.subsec_nanos() == 0 {
        true => Ok(duration),
        false => Err(ArithmeticError::NotWholeDays),
    }
}
