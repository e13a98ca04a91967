//! The customer: the aggregate whose stream holds every purchase of one customer.

use std::convert::Infallible;

use cqrs_core::arithmetic::add;
use cqrs_core::{
    Aggregate, AggregateId, ApplyError, Command, Context, Decide, Event, EventSet, Invalid, TryApply,
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The name under which the shop knows a customer.
#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct CustomerId(String);

/// A request to record one purchase.
#[derive(Command, Debug, Clone, PartialEq)]
#[command(aggregate = Customer, id = customer, validate = Self::check)]
pub(crate) struct RecordPurchase {
    pub(crate) customer: CustomerId,
    pub(crate) date: Date,
    pub(crate) quantity: u32,
    pub(crate) amount: Decimal,
}

impl RecordPurchase {
    fn check(&self) -> Result<(), Invalid> {
        if self.quantity == 0 {
            return Err(Invalid::field("quantity", "is 0, a purchase has at least one item"));
        }
        if self.amount < Decimal::ZERO {
            return Err(Invalid::field("amount", format!("is {}, less than nothing", self.amount)));
        }
        Ok(())
    }
}

/// Somebody bought something.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PurchaseRecorded {
    pub(crate) date: Date,
    pub(crate) quantity: u32,
    pub(crate) amount: Decimal,
}

/// What happens to a customer.
#[derive(EventSet, Debug, Clone, PartialEq)]
pub(crate) enum CustomerEvent {
    PurchaseRecorded(PurchaseRecorded),
}

/// One customer, as far as decisions go.
#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(id = CustomerId, events = CustomerEvent, error = Infallible)]
pub(crate) struct Customer {
    spent: Decimal,
}

impl TryApply<PurchaseRecorded> for Customer {
    fn try_apply(&mut self, purchase: &PurchaseRecorded) -> Result<(), ApplyError> {
        self.spent = add(self.spent, purchase.amount)?;
        Ok(())
    }
}

impl Decide<RecordPurchase> for Customer {
    fn decide(&self, purchase: &RecordPurchase, _: &Context) -> Result<Vec<CustomerEvent>, Infallible> {
        let RecordPurchase { date, quantity, amount, .. } = *purchase;
        Ok(vec![PurchaseRecorded { date, quantity, amount }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_core::testing::given;
    use jiff::civil::date;

    use super::*;

    fn purchase(quantity: u32, cents: i64) -> RecordPurchase {
        let customer = CustomerId("ada".to_owned());
        RecordPurchase { customer, date: date(2025, 3, 14), quantity, amount: Decimal::new(cents, 2) }
    }

    #[test]
    fn a_purchase_is_recorded_as_it_was_made() {
        given::<Customer>([])
            .when(purchase(2, 1177))
            .then([PurchaseRecorded { date: date(2025, 3, 14), quantity: 2, amount: Decimal::new(1177, 2) }])
            .then_state(&Customer { spent: Decimal::new(1177, 2) });
    }

    #[test]
    fn a_gift_is_a_purchase_but_nothing_and_a_negative_amount_are_not() {
        assert_eq!(given::<Customer>([]).when(purchase(1, 0)).events().len(), 1);
        given::<Customer>([]).when(purchase(0, 100)).then_invalid(Some("quantity"));
        given::<Customer>([]).when(purchase(1, -1)).then_invalid(Some("amount"));
    }
}
