//! Given / when / then: what passes, and what a failing expectation shows.

#![allow(missing_docs, reason = "tests are read, not called")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

#[path = "engine/bank.rs"]
#[allow(dead_code, reason = "the domain is shared with the engine's tests, which use more of it")]
mod bank;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bank::{
    Account, AccountError, AccountEvent, Currency, Deposited, Opened, Summary, SummaryKey, Withdrawn,
    deposit, id, open, withdraw,
};
use cqrs_core::StreamId;
use cqrs_core::testing::{given, given_stored, rows_of};

fn opened() -> AccountEvent {
    Opened { holder: "ADA".into(), currency: Currency::Eur }.into()
}

/// The text of the panic that a failing expectation raises.
fn failure(test: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(test)).expect_err("the expectation fails");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn a_command_leads_to_events_and_a_state() {
    given::<Account>([opened(), Deposited { cents: 50 }.into()])
        .when(withdraw("ada", 20))
        .then([Withdrawn { cents: 20 }])
        .then_state(&Account { open: true, cents: 30 });
}

#[test]
fn a_command_is_refused_with_the_domains_error() {
    given::<Account>([opened()]).when(withdraw("ada", 1)).then_error(AccountError::Insufficient { cents: 0 });
}

#[test]
fn what_must_exist_or_not_is_checked_as_the_engine_does() {
    given::<Account>([]).when(withdraw("ada", 1)).then_not_found();
    given::<Account>([opened()]).when(open("ada")).then_already_exists();
    given::<Account>([opened()]).when(deposit("ada", 0)).then_invalid(Some("cents"));
}

#[test]
fn payloads_of_older_versions_can_be_given() {
    let given = given_stored::<Account>(&[
        ("Opened", 1, r#"{"holder": "Ada", "currency": "Eur"}"#),
        ("Deposited", 1, r#"{"euros": 2}"#),
    ]);
    given.then_state(&Account { open: true, cents: 200 });
}

#[test]
fn rows_are_those_that_the_events_fold_to() {
    rows_of::<Summary>()
        .given(&id("bob"), [opened()])
        .given(&id("ada"), [opened(), Deposited { cents: 5 }.into()])
        .given_stored(StreamId::new("Account", "ada"), "Deposited", 1, r#"{"euros": 1}"#)
        .then([
            (
                SummaryKey { account_id: id("ada") },
                Summary { holder: "ADA".into(), cents: 105, movements: 2 },
            ),
            (SummaryKey { account_id: id("bob") }, Summary { holder: "ADA".into(), cents: 0, movements: 0 }),
        ]);
}

#[test]
fn a_failing_expectation_shows_what_differs_line_by_line() {
    let text = failure(|| {
        given::<Account>([opened()]).when(deposit("ada", 5)).then([Deposited { cents: 6 }]);
    });
    let expected = "the outcome differs: - expected, + actual\n  [\n      Deposited(\n          Deposited {\n-             cents: 6,\n+             cents: 5,\n          },\n      ),\n  ]\n";
    assert_eq!(text, expected);
}

#[test]
fn an_unexpected_refusal_is_shown_in_the_place_of_the_events() {
    let text = failure(|| {
        given::<Account>([]).when(deposit("ada", 5)).then([Deposited { cents: 5 }]);
    });
    assert!(text.ends_with("+ refused: NotOpen\n"), "{text}");
}

#[test]
fn a_failing_read_model_shows_the_row() {
    let text = failure(|| {
        rows_of::<Summary>().given(&id("ada"), [opened()]).then([(
            SummaryKey { account_id: id("ada") },
            Summary { holder: "ADA".into(), cents: 1, movements: 0 },
        )]);
    });
    assert!(text.contains("-             cents: 1,\n+             cents: 0,\n"), "{text}");
}
