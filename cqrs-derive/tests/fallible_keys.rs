//! An event whose way to its rows may fail is a poison event, and says why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]
#![allow(missing_docs)]

use cqrs_core::testing::rows_of;
use cqrs_core::{Aggregate, Apply, ApplyError, Event, EventSet, Meta, Project, Projection, Row};
use serde::{Deserialize, Serialize};

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
struct Sold {
    day: i32,
}

#[derive(EventSet, Debug, Clone)]
enum SaleEvent {
    Sold(Sold),
}

#[derive(Aggregate, Default)]
#[aggregate(id = String, events = SaleEvent, error = std::convert::Infallible)]
struct Sale {}

impl Apply<Sold> for Sale {
    fn apply(&mut self, _: &Sold) {}
}

#[derive(Projection, Debug, Clone, Default, PartialEq)]
#[projection(key(week: i32), on(Sold(try_keys = Self::weeks_of)))]
struct WeekTotals {
    sales: u32,
}

impl WeekTotals {
    fn weeks_of(event: &Sold, _: &Meta) -> Result<Vec<WeekTotalsKey>, ApplyError> {
        let day = event.day.checked_sub(1).ok_or_else(|| ApplyError::new("there is no day before that"))?;
        Ok(vec![WeekTotalsKey { week: day / 7 }])
    }
}

impl Project<Sold> for WeekTotals {
    fn project(row: &mut Row<Self>, _: &Sold, _: &Meta) {
        row.or_default().sales += 1;
    }
}

#[test]
fn a_function_that_may_fail_names_the_rows() {
    let sold = |day| SaleEvent::from(Sold { day });
    rows_of::<WeekTotals>().given(&"1".to_owned(), [sold(1), sold(7), sold(8)]).then([
        (WeekTotalsKey { week: 0 }, WeekTotals { sales: 2 }),
        (WeekTotalsKey { week: 1 }, WeekTotals { sales: 1 }),
    ]);
}

#[test]
#[should_panic(expected = "there is no day before that")]
fn an_event_without_rows_is_refused_with_the_reason() {
    let _ = rows_of::<WeekTotals>().given(&"1".to_owned(), [SaleEvent::from(Sold { day: i32::MIN })]);
}
