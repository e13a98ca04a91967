//! What arithmetic promises, against examples and against the same arithmetic in wider types.

use proptest::prelude::*;

use super::ArithmeticError::{DivisionByZero, NotFinite, NotWholeDays, Overflow};
use super::*;

#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
struct Money(Decimal);
crate::number!(Money(Decimal));

#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
struct Seats(u32);
crate::number!(Seats(u32));

#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
struct Price(Money);
crate::number!(Price(Money));

#[test]
fn a_sum_beyond_its_type_is_an_overflow() {
    assert_eq!(add(u64::MAX, 1), Err(Overflow));
    assert_eq!(sub(0_u32, 1), Err(Overflow));
    assert_eq!(mul(i128::MAX, 2), Err(Overflow));
    assert_eq!(add(Decimal::MAX, Decimal::ONE), Err(Overflow));
    assert_eq!(neg(i8::MIN), Err(Overflow));
    assert_eq!(neg(1_u8), Err(Overflow));
}

#[test]
fn a_division_by_zero_is_named_as_such_in_every_type() {
    assert_eq!(div(1_u8, 0), Err(DivisionByZero));
    assert_eq!(rem(1_i64, 0), Err(DivisionByZero));
    assert_eq!(div(Decimal::ONE, Decimal::ZERO), Err(DivisionByZero));
    assert_eq!(rem(Decimal::ONE, Decimal::ZERO), Err(DivisionByZero));
    assert_eq!(div(1.0_f64, 0.0), Err(DivisionByZero));
    assert_eq!(rem(1.0_f32, -0.0), Err(DivisionByZero));
    assert_eq!(div(SignedDuration::from_secs(1), 0), Err(DivisionByZero));
    assert_eq!(mean(1_u8, 0), Err(DivisionByZero));
}

#[test]
fn the_least_integer_has_no_quotient_by_minus_one() {
    assert_eq!(div(i64::MIN, -1), Err(Overflow));
    assert_eq!(rem(i64::MIN, -1), Err(Overflow));
}

#[test]
fn floats_stay_finite() {
    assert_eq!(mul(f64::MAX, 2.0), Err(NotFinite));
    assert_eq!(add(f32::NAN, 1.0), Err(NotFinite));
    assert_eq!(neg(f64::INFINITY), Err(NotFinite));
}

#[test]
fn an_instant_beyond_the_calendar_is_an_overflow() {
    assert_eq!(add(Timestamp::MAX, SignedDuration::from_secs(1)), Err(Overflow));
    assert_eq!(sub(Timestamp::MIN, SignedDuration::from_secs(1)), Err(Overflow));
    assert_eq!(add(Time::MAX, SignedDuration::from_secs(1)), Err(Overflow));
    assert_eq!(add(Date::MAX, SignedDuration::from_hours(24)), Err(Overflow));
    assert_eq!(mul(SignedDuration::MAX, 2), Err(Overflow));
    assert_eq!(neg(SignedDuration::MIN), Err(Overflow));
}

#[test]
fn a_date_does_not_swallow_a_part_of_a_day() {
    let day = Date::constant(2024, 2, 28);
    assert_eq!(add(day, SignedDuration::from_hours(48)), Ok(Date::constant(2024, 3, 1)));
    assert_eq!(add(day, SignedDuration::from_hours(36)), Err(NotWholeDays));
    assert_eq!(sub(day, SignedDuration::from_nanos(1)), Err(NotWholeDays));
}

#[test]
fn differences_of_points_in_time_are_durations() {
    let (earlier, later) = (Timestamp::constant(10, 0), Timestamp::constant(70, 0));
    assert_eq!(sub(later, earlier), Ok(SignedDuration::from_secs(60)));
    assert_eq!(sub(earlier, later), Ok(SignedDuration::from_secs(-60)));
    let (extreme, other) = (Timestamp::MIN, Timestamp::MAX);
    assert!(sub(extreme, other).is_ok());
}

#[test]
fn a_newtype_counts_with_itself_and_scales_by_its_inner_type() {
    let ten = Money(Decimal::TEN);
    assert_eq!(sub(ten, ten), Ok(Money(Decimal::ZERO)));
    assert_eq!(mul(ten, Decimal::TWO), Ok(Money(Decimal::from(20))));
    assert_eq!(add(Price(ten), Price(ten)), Ok(Price(Money(Decimal::from(20)))));
    assert_eq!(sub(Seats(1), Seats(2)), Err(Overflow));
    assert_eq!(neg(Seats(0)), Ok(Seats(0)));
    assert_eq!(sum([ten, ten]), Ok(Money(Decimal::from(20))));
}

#[test]
fn a_sum_of_calculated_items_stops_at_the_first_without_a_result() {
    assert_eq!(try_sum([mul(2_u8, 3), add(1_u8, 1)]), Ok(8));
    assert_eq!(try_sum([div(1_u8, 0), Ok(1)]), Err(DivisionByZero));
    assert_eq!(try_sum([Ok(200_u8), Ok(100)]), Err(Overflow));
}

#[test]
fn the_mean_of_integers_keeps_its_fraction() {
    assert_eq!(mean(1_u64, 4), Ok(Decimal::new(25, 2)));
    assert_eq!(mean(Seats(3), 2), Ok(Decimal::new(15, 1)));
    assert_eq!(mean(i128::MAX, 2), Err(Overflow));
    assert_eq!(mean(u128::MAX, 2), Err(Overflow));
    assert_eq!(mean(3.0_f64, 2), Ok(1.5));
    assert_eq!(mean(SignedDuration::from_secs(3), 2), Ok(SignedDuration::from_millis(1500)));
}

#[test]
fn an_error_of_arithmetic_refuses_an_event_and_a_command_with_its_reason() {
    assert_eq!(crate::ApplyError::from(Overflow).reason, "the result of a calculation is out of range");
    assert_eq!(crate::Invalid::from(DivisionByZero).reason, "something is divided by zero");
}

/// Compares an operation with the same one in a type so wide that it cannot overflow.
macro_rules! as_in_a_wider_type {
    ($($test:ident $ty:ty, $wide:ty;)*) => {$(
        proptest! {
            #[test]
            fn $test(a: $ty, b: $ty) {
                let (wide_a, wide_b) = (<$wide>::from(a), <$wide>::from(b));
                let narrow = |wide: $wide| <$ty>::try_from(wide).map_err(|_| Overflow);
                prop_assert_eq!(add(a, b), narrow(wide_a + wide_b));
                prop_assert_eq!(mul(a, b), narrow(wide_a * wide_b));
                match b {
                    0 => prop_assert_eq!((div(a, b), rem(a, b)), (Err(DivisionByZero), Err(DivisionByZero))),
                    _ => prop_assert_eq!(div(a, b), narrow(wide_a / wide_b)),
                }
                if wide_a >= wide_b {
                    prop_assert_eq!(sub(a, b), narrow(wide_a - wide_b));
                }
            }
        }
    )*};
}

as_in_a_wider_type! {
    bytes_count_as_wider_integers_do u8, i64;
    signed_bytes_count_as_wider_integers_do i8, i64;
    words_count_as_wider_integers_do i32, i128;
    unsigned_words_count_as_wider_integers_do u64, u128;
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>(), 0..=28_u32)
        .prop_map(|(lo, mid, hi, negative, scale)| Decimal::from_parts(lo, mid, hi, negative, scale))
}

proptest! {
    #[test]
    fn decimals_never_panic_and_sums_can_be_taken_back(a in any_decimal(), b in any_decimal()) {
        let _ = (mul(a, b), div(a, b), rem(a, b), neg(a), mean(a, 3));
        // A sum may round its last digits where both scales do not fit, never by more than a unit of the larger scale.
        if let (Ok(sum), true) = (add(a, b), a.scale() == b.scale())
            && sum.scale() == a.scale()
        {
            prop_assert_eq!(sub(sum, b), Ok(a));
        }
    }

    #[test]
    fn floats_are_finite_or_refused(a: f64, b: f64) {
        for result in [add(a, b), sub(a, b), mul(a, b), div(a, b), rem(a, b)] {
            prop_assert!(result.is_err() || result.is_ok_and(f64::is_finite));
        }
    }

    #[test]
    fn durations_never_panic_and_scale_back(seconds: i64, nanoseconds in 0..1_000_000_000_i32, times: i64) {
        let duration = SignedDuration::new(seconds / 2, nanoseconds);
        let _ = (div(duration, times), neg(duration), add(duration, duration), sub(duration, duration));
        if let (Ok(product), true) = (mul(duration, times), times != 0) {
            prop_assert_eq!(div(product, times), Ok(duration));
        }
    }

    #[test]
    fn an_instant_moved_there_and_back_is_where_it_was(seconds in -377_705_023_201..253_402_207_200_i64, by: i64) {
        let (at, by) = (Timestamp::constant(seconds, 0), SignedDuration::from_secs(by));
        if let Ok(moved) = add(at, by) {
            prop_assert_eq!(sub(moved, by), Ok(at));
            prop_assert_eq!(sub(moved, at), Ok(by));
        }
    }
}
