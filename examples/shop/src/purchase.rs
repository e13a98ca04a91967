//! A purchase as files and the made-up year tell it: on a day, of an item that may have no name.

use cqrs_core::rust_decimal::Decimal;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use shop::domain::{CustomerId, Item, Money, RecordPurchase};

/// The item of a purchase that does not say what was bought.
pub(crate) const UNNAMED: &str = "unnamed";

/// The command that records a purchase; nothing on the last day of the calendar, whose midnight no timestamp can hold.
pub(crate) fn purchase(
    customer: &str,
    item: &str,
    on: Date,
    qty: u32,
    amount: Decimal,
) -> Option<RecordPurchase> {
    let at = on.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let (customer_id, item) = (CustomerId(customer.to_owned()), Item(item.to_owned()));
    Some(RecordPurchase { customer_id, item, on, at, qty, amount: Money(amount) })
}
