//! The totals: one table by customer, one by month, and the questions to them.

use cqrs_core::arithmetic::add;
use cqrs_core::{ApplyError, Meta, Projection, Query, Row, TryProject};
use rust_decimal::Decimal;

use crate::customer::{CustomerId, PurchaseRecorded};

/// What one customer bought.
#[derive(Projection, Debug, Default, Clone, PartialEq)]
#[projection(key(customer: CustomerId), on(PurchaseRecorded), index(amount))]
pub(crate) struct CustomerTotals {
    pub(crate) purchases: u32,
    pub(crate) quantity: i64,
    pub(crate) amount: Decimal,
}

impl TryProject<PurchaseRecorded> for CustomerTotals {
    fn try_project(row: &mut Row<Self>, event: &PurchaseRecorded, _: &Meta) -> Result<(), ApplyError> {
        let row = row.or_default();
        row.purchases = add(row.purchases, 1)?;
        row.quantity = add(row.quantity, i64::from(event.quantity))?;
        row.amount = add(row.amount, event.amount)?;
        Ok(())
    }
}

/// What was bought in one month.
#[derive(Projection, Debug, Default, Clone, PartialEq)]
#[projection(key(month: String), on(PurchaseRecorded(key = month_of)))]
pub(crate) struct MonthTotals {
    pub(crate) purchases: u32,
    pub(crate) quantity: i64,
    pub(crate) amount: Decimal,
}

fn month_of(event: &PurchaseRecorded, _: &Meta) -> MonthTotalsKey {
    MonthTotalsKey { month: format!("{:04}-{:02}", event.date.year(), event.date.month()) }
}

impl TryProject<PurchaseRecorded> for MonthTotals {
    fn try_project(row: &mut Row<Self>, event: &PurchaseRecorded, _: &Meta) -> Result<(), ApplyError> {
        let row = row.or_default();
        row.purchases = add(row.purchases, 1)?;
        row.quantity = add(row.quantity, i64::from(event.quantity))?;
        row.amount = add(row.amount, event.amount)?;
        Ok(())
    }
}

/// The customers who spent most.
#[derive(Query)]
#[query(from = CustomerTotals, order_by(amount desc))]
pub(crate) struct TopCustomers {}

/// All months, one after the other.
#[derive(Query)]
#[query(from = MonthTotals, order_by(month), limit = 120)]
pub(crate) struct Months {}

#[cfg(test)]
mod tests {
    use cqrs_core::testing::rows_of;
    use jiff::civil::{Date, date};

    use super::*;
    use crate::customer::CustomerEvent;

    fn bought(day: Date, quantity: u32, cents: i64) -> CustomerEvent {
        PurchaseRecorded { date: day, quantity, amount: Decimal::new(cents, 2) }.into()
    }

    #[test]
    fn each_customer_has_one_row_of_totals() {
        let (ada, bob) = (CustomerId::from("ada".to_owned()), CustomerId::from("bob".to_owned()));
        let rows = rows_of::<CustomerTotals>()
            .given(&ada, [bought(date(1997, 1, 1), 1, 1177), bought(date(1997, 6, 30), 2, 23)])
            .given(&bob, [bought(date(1997, 1, 1), 5, 0)])
            .rows();
        let totals = |purchases, quantity, cents| CustomerTotals {
            purchases,
            quantity,
            amount: Decimal::new(cents, 2),
        };
        assert_eq!((&rows[0].key.customer, &rows[0].row), (&ada, &totals(2, 3, 1200)));
        assert_eq!((&rows[1].key.customer, &rows[1].row), (&bob, &totals(1, 5, 0)));
    }

    #[test]
    fn each_month_has_one_row_whoever_bought() {
        let customer = |name: &str| CustomerId::from(name.to_owned());
        let rows = rows_of::<MonthTotals>()
            .given(&customer("ada"), [bought(date(1997, 1, 31), 1, 100), bought(date(1997, 2, 1), 1, 10)])
            .given(&customer("bob"), [bought(date(1997, 1, 1), 2, 1)])
            .rows();
        let months: Vec<_> = rows.iter().map(|row| (row.key.month.as_str(), row.quantity)).collect();
        assert_eq!(months, [("1997-01", 3), ("1997-02", 1)]);
        assert_eq!(rows[0].amount, Decimal::new(101, 2));
    }
}
