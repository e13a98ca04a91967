//! A command written by hand, to the aggregate that the schema declares.
//!
//! Interest is rounded to whole cents, which the schema's expressions do not do. The command joins the generated ones: it has
//! an aggregate, a role and a rule of its own, and what it records are the schema's events.

use cqrs_core::{Command, Context, Decide, Invalid};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::banking::{Account, AccountError, AccountEvent, AccountId, Money, MoneyDeposited};

/// Credits an account with a part of its balance.
#[derive(Debug, Clone, PartialEq, Command)]
#[command(aggregate = Account, id = account_id, existing, roles("teller"), validate = Self::validate)]
pub struct CreditInterest {
    /// The account.
    pub account_id: AccountId,
    /// How much of a hundred, up to all of it.
    pub percent: Decimal,
    /// What it is for.
    pub reference: String,
}

impl CreditInterest {
    fn validate(&self) -> Result<(), Invalid> {
        let within = self.percent >= Decimal::ZERO && self.percent <= Decimal::ONE_HUNDRED;
        if within { Ok(()) } else { Err(Invalid::field("percent", "lies outside of 0 to 100")) }
    }
}

impl Decide<CreditInterest> for Account {
    fn decide(&self, command: &CreditInterest, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        if !self.open {
            return Err(AccountError::NotOpen);
        }
        // At most the whole balance, so it is never too large for its type.
        let interest = self.balance.0 * (command.percent / Decimal::ONE_HUNDRED);
        let interest = interest.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
        if interest.is_zero() {
            return Ok(Vec::new());
        }
        let (amount, reference) = (Money(interest), command.reference.clone());
        Ok(vec![MoneyDeposited { amount, reference, channel: "interest".to_owned() }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_core::Caller;
    use cqrs_core::testing::{Given, given};
    use uuid::Uuid;

    use super::*;
    use crate::banking::{AccountOpened, Currency, Holder, Role};

    fn account_with(cents: i64) -> Given<Account> {
        let opened = AccountOpened { holder: Holder::default(), currency: Currency::Eur, branch: None };
        let (reference, channel) = ("r".to_owned(), "branch".to_owned());
        let deposited = MoneyDeposited { amount: Money::from_minor(cents), reference, channel };
        given([opened.into(), deposited.into()]).by(Caller::named("tom").with_role(Role::TELLER))
    }

    fn percent(percent: Decimal) -> CreditInterest {
        CreditInterest { account_id: AccountId(Uuid::nil()), percent, reference: "2026".to_owned() }
    }

    fn interest(cents: i64) -> MoneyDeposited {
        let (reference, channel) = ("2026".to_owned(), "interest".to_owned());
        MoneyDeposited { amount: Money::from_minor(cents), reference, channel }
    }

    #[test]
    fn interest_is_rounded_to_cents_and_half_a_cent_to_the_even_one() {
        account_with(1000).when(percent(Decimal::new(25, 1))).then([interest(25)]);
        account_with(100).when(percent(Decimal::new(25, 1))).then([interest(2)]);
        account_with(300).when(percent(Decimal::new(25, 1))).then([interest(8)]);
    }

    #[test]
    fn interest_of_less_than_a_cent_records_nothing() {
        account_with(10).when(percent(Decimal::ONE)).then_nothing();
    }

    #[test]
    fn interest_below_nothing_and_above_everything_is_not_valid() {
        account_with(100).when(percent(Decimal::NEGATIVE_ONE)).then_invalid(Some("percent"));
        account_with(100).when(percent(Decimal::from(101))).then_invalid(Some("percent"));
    }

    #[test]
    fn the_largest_balance_has_interest_too() {
        let account = Account { balance: Money(Decimal::MAX), open: true, ..Account::default() };
        let context = Context::at(cqrs_core::jiff::Timestamp::UNIX_EPOCH);
        let events = account.decide(&percent(Decimal::ONE_HUNDRED), &context).unwrap();
        assert_eq!(events, [MoneyDeposited { amount: Money(Decimal::MAX), ..interest(0) }.into()]);
    }
}
