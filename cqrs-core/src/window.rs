//! Windows: the stretches of time that rows of a read model are kept apart by.
//!
//! Each function gives the starts of the windows in which an instant lies. Calendar windows are those of UTC; windows of a fixed
//! length are counted from 1970. Nothing here knows of events or rows.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The start of the one window of this length in which the instant lies.
///
/// A length below one second counts as one second.
///
/// ```
/// use cqrs_core::window::tumbling;
/// use cqrs_core::jiff::{SignedDuration, Timestamp};
///
/// let at: Timestamp = "2024-05-17T10:47:12Z".parse().unwrap();
/// assert_eq!(tumbling(at, SignedDuration::from_hours(1)).to_string(), "2024-05-17T10:00:00Z");
/// ```
pub fn tumbling(at: Timestamp, size: SignedDuration) -> Timestamp {
    let seconds = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
    start(seconds.div_euclid(whole_seconds(size)), whole_seconds(size))
}

/// The starts of all windows of this length in which the instant lies, when one begins `every` so often; the earliest first.
///
/// Lengths below one second count as one second. Where windows begin less often than they end, an instant may lie in none.
///
/// ```
/// use cqrs_core::window::hopping;
/// use cqrs_core::jiff::{SignedDuration, Timestamp};
///
/// let at: Timestamp = "2024-05-17T10:47:12Z".parse().unwrap();
/// let starts = hopping(at, SignedDuration::from_hours(1), SignedDuration::from_mins(30));
/// let starts: Vec<_> = starts.iter().map(ToString::to_string).collect();
/// assert_eq!(starts, ["2024-05-17T10:00:00Z", "2024-05-17T10:30:00Z"]);
/// ```
pub fn hopping(at: Timestamp, size: SignedDuration, every: SignedDuration) -> Vec<Timestamp> {
    let seconds = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
    let (size, every) = (whole_seconds(size), whole_seconds(every));
    let last = seconds.div_euclid(every);
    // A window that begins at `hop * every` still covers the instant when it ends after it.
    let first = (seconds - size).div_euclid(every) + 1;
    (first..=last).map(|hop| start(hop, every)).collect()
}

/// Midnight of the instant's day, in UTC.
pub fn day(at: Timestamp) -> Timestamp {
    midnight(date(at), at)
}

/// Midnight of the Monday of the instant's week, in UTC.
pub fn week(at: Timestamp) -> Timestamp {
    let date = date(at);
    let days = date.weekday().since(Weekday::Monday);
    let monday = date.checked_sub(SignedDuration::from_hours(24 * i64::from(days)));
    midnight(monday.unwrap_or(date), at)
}

/// Midnight of the first of the instant's month, in UTC.
pub fn month(at: Timestamp) -> Timestamp {
    midnight(date(at).first_of_month(), at)
}

/// Midnight of the first of January of the instant's year, in UTC.
pub fn year(at: Timestamp) -> Timestamp {
    midnight(date(at).first_of_year(), at)
}

fn whole_seconds(length: SignedDuration) -> i64 {
    length.as_secs().max(1)
}

/// The start of the window of this number; the earliest instant that there is where it lies before that.
fn start(number: i64, size: i64) -> Timestamp {
    Timestamp::from_second(number.saturating_mul(size)).unwrap_or(Timestamp::MIN)
}

fn date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The first instant of a day; the instant itself where that lies before all that can be told.
fn midnight(date: Date, at: Timestamp) -> Timestamp {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let start = at("2024-05-17T10:00:00Z");
        assert_eq!(tumbling(start, hours(1)), start);
        assert_eq!(tumbling(at("2024-05-17T10:59:59.999999999Z"), hours(1)), start);
        assert_eq!(tumbling(at("2024-05-17T11:00:00Z"), hours(1)), at("2024-05-17T11:00:00Z"));
    }

    #[test]
    fn an_instant_before_1970_lies_in_the_window_that_begins_before_it() {
        assert_eq!(tumbling(at("1969-12-31T23:59:59.5Z"), hours(1)), at("1969-12-31T23:00:00Z"));
        assert_eq!(tumbling(at("1969-12-31T22:59:59.5Z"), hours(1)), at("1969-12-31T22:00:00Z"));
        assert_eq!(hopping(at("1969-12-31T23:59:59.5Z"), hours(2), hours(1)).len(), 2);
    }

    #[test]
    fn an_instant_lies_in_every_hopping_window_that_covers_it() {
        let starts = hopping(at("2024-05-17T10:00:00Z"), hours(3), hours(1));
        let expected = ["2024-05-17T08:00:00Z", "2024-05-17T09:00:00Z", "2024-05-17T10:00:00Z"].map(at);
        assert_eq!(starts, expected);
    }

    #[test]
    fn a_hop_longer_than_the_window_leaves_gaps() {
        assert_eq!(hopping(at("1970-01-01T00:30:00Z"), hours(1), hours(2)), [at("1970-01-01T00:00:00Z")]);
        assert_eq!(hopping(at("1970-01-01T01:30:00Z"), hours(1), hours(2)), []);
    }

    #[test]
    fn calendar_windows_begin_at_midnight_in_utc() {
        let instant = at("2024-02-29T23:59:59.9Z");
        assert_eq!(day(instant), at("2024-02-29T00:00:00Z"));
        assert_eq!(week(instant), at("2024-02-26T00:00:00Z"));
        assert_eq!(month(instant), at("2024-02-01T00:00:00Z"));
        assert_eq!(year(instant), at("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn a_monday_begins_its_own_week_and_a_week_may_begin_last_year() {
        assert_eq!(week(at("2024-05-13T00:00:00Z")), at("2024-05-13T00:00:00Z"));
        assert_eq!(week(at("2025-01-01T12:00:00Z")), at("2024-12-30T00:00:00Z"));
    }

    #[test]
    fn the_ends_of_time_have_windows_too() {
        for function in [day, week, month, year] {
            assert_eq!(function(Timestamp::MIN), Timestamp::MIN);
            assert!(Timestamp::MAX.duration_since(function(Timestamp::MAX)) < hours(366 * 24));
        }
        assert_eq!(tumbling(Timestamp::MIN, hours(1)), Timestamp::MIN);
        assert_eq!(hopping(Timestamp::MAX, hours(2), hours(1)).len(), 2);
    }
}
