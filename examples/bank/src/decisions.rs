//! What the schema leaves to Rust: the decision on `Close`, and the conversion of cents that an old event needs.

use cqrs_core::Context;
use rust_decimal::Decimal;

use crate::banking::{
    Account, AccountClosed, AccountDecisions, AccountError, AccountEvent, Close, Money, MoneyWithdrawn,
};

impl AccountDecisions for Account {
    /// Whoever closes an account is paid what is left on it.
    fn close(&self, _: &Close, _: &Context) -> Result<Vec<AccountEvent>, AccountError> {
        if !self.open {
            return Err(AccountError::NotOpen);
        }
        let mut events = Vec::new();
        if self.balance > Money::default() {
            events.push(MoneyWithdrawn { amount: self.balance }.into());
        }
        events.push(AccountClosed {}.into());
        Ok(events)
    }
}

impl Money {
    /// So many cents.
    pub fn from_minor(cents: i64) -> Self {
        Self(Decimal::new(cents, 2))
    }
}

#[cfg(test)]
mod tests {
    use cqrs_core::testing::{given, given_stored};
    use uuid::Uuid;

    use super::*;
    use crate::banking::{AccountId, AccountOpened, Currency, Holder, MoneyDeposited};

    fn opened() -> AccountEvent {
        let holder = Holder { name: "Ada".to_owned(), ..Holder::default() };
        AccountOpened { holder, currency: Currency::Eur, branch: None }.into()
    }

    fn deposited(cents: i64) -> AccountEvent {
        let (reference, channel) = ("r".to_owned(), "branch".to_owned());
        MoneyDeposited { amount: Money::from_minor(cents), reference, channel }.into()
    }

    fn close() -> Close {
        Close { account_id: AccountId(Uuid::nil()) }
    }

    #[test]
    fn whoever_closes_an_account_is_paid_what_is_left() {
        let paid = MoneyWithdrawn { amount: Money::from_minor(1250) };
        given::<Account>([opened(), deposited(1250)])
            .when(close())
            .then([AccountEvent::from(paid), AccountClosed {}.into()]);
    }

    #[test]
    fn an_empty_account_is_closed_without_a_payment() {
        given::<Account>([opened()]).when(close()).then([AccountClosed {}]);
    }

    #[test]
    fn an_account_is_closed_once() {
        let closed = AccountClosed {}.into();
        given::<Account>([opened(), closed]).when(close()).then_error(AccountError::NotOpen);
        given::<Account>([]).when(close()).then_error(AccountError::NotOpen);
    }

    #[test]
    fn deposits_that_were_stored_in_cents_still_count() {
        let account = given_stored::<Account>(&[
            ("AccountOpened", 1, r#"{"holder": {"name": "Ada"}, "currency": "EUR"}"#),
            ("Deposit", 1, r#"{"cents": 1234}"#),
            ("MoneyDeposited", 2, r#"{"amount": "0.66", "reference": "r"}"#),
        ]);
        assert_eq!(account.state().balance, Money::from_minor(1300));
    }
}
