//! What the account does, in given / when / then; no store takes part.

use cqrs_core::testing::{given, given_stored, rows_of};

use super::*;

fn ada() -> AccountId {
    AccountId("ada".to_owned())
}

fn money(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

fn deposited(cents: i64) -> AccountEvent {
    Deposited { amount: money(cents) }.into()
}

#[test]
fn the_first_deposit_opens_an_account() {
    given::<Account>([])
        .when(Deposit { account_id: ada(), amount: money(500) })
        .then([Deposited { amount: money(500) }])
        .then_state(&Account { balance: money(500) });
}

#[test]
fn nothing_is_withdrawn_from_an_account_that_nobody_opened() {
    given::<Account>([]).when(Withdraw { account_id: ada(), amount: money(1) }).then_not_found();
}

#[test]
fn a_withdrawal_takes_what_is_there() {
    given::<Account>([deposited(500)])
        .when(Withdraw { account_id: ada(), amount: money(500) })
        .then([Withdrawn { amount: money(500) }])
        .then_state(&Account { balance: money(0) });
}

#[test]
fn a_withdrawal_beyond_the_balance_is_refused_with_both_numbers() {
    let refusal = Refusal::InsufficientFunds { balance: money(500), amount: money(501) };
    assert_eq!(refusal.to_string(), "the balance is 5.00, less than 5.01");
    given::<Account>([deposited(500)])
        .when(Withdraw { account_id: ada(), amount: money(501) })
        .then_error(refusal);
}

#[test]
fn an_amount_that_is_not_positive_or_too_large_is_refused() {
    for amount in [money(0), money(-1), money(100_000_001)] {
        let past = || given::<Account>([deposited(500)]);
        past().when(Deposit { account_id: ada(), amount }).then_error(Refusal::NotMovable(amount));
        past().when(Withdraw { account_id: ada(), amount }).then_error(Refusal::NotMovable(amount));
    }
}

#[test]
fn deposits_that_were_stored_in_cents_still_count() {
    given_stored::<Account>(&[
        ("Deposited", 1, r#"{"cents": 1234}"#),
        ("Deposited", 2, r#"{"amount": "0.66"}"#),
    ])
    .then_state(&Account { balance: money(1300) });
}

#[test]
fn the_summary_follows_every_movement() {
    let withdrawn = Withdrawn { amount: money(200) }.into();
    let rows = rows_of::<AccountSummary>().given(&ada(), [deposited(500), withdrawn]).rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].key.account_id, ada());
    assert_eq!(rows[0].row, AccountSummary { balance: money(300), movements: 2 });
}
