//! What may be added to released events, and what is said of it.

use cqrs_evolution::rules::{Class, Severity, Tier};

use crate::domains::{codes, deposited, domain, only};

#[test]
fn a_field_that_may_be_absent_is_a_note() {
    let found = only(&deposited(""), &deposited("note: string?"));
    assert_eq!((found.rule.id, found.severity(), found.class()), ("N1043", Severity::Note, Class::Safe));
    assert_eq!(codes(&deposited(""), &deposited("count: u32 = default")), ["N1043"]);
}

#[test]
fn a_default_for_a_released_field_is_a_note() {
    assert_eq!(codes(&deposited("note: string"), &deposited("note: string = default")), ["N1044"]);
}

#[test]
fn a_variant_is_a_warning_to_whoever_runs_an_older_build() {
    let old = deposited("method: Method\nenum Method.Cash");
    let found = only(&old, &deposited("method: Method\nenum Method.Cash\nenum Method.Card"));
    assert_eq!((found.rule.id, found.hurts.as_slice()), ("W1031", [Tier::RunningBinary].as_slice()));
}

#[test]
fn an_event_that_is_new_is_one_note() {
    let old = deposited("");
    let new = domain(
        "event Account.Deposited\nversion 1\nevent Account.Withdrawn\nversion 1\nversion 2\namount: i64",
    );
    let found = only(&old, &new);
    assert_eq!((found.rule.id, found.message.as_str()), ("N1041", "event `Account.Withdrawn` is new"));
    assert_eq!(found.hurts, [Tier::RunningBinary]);
}

#[test]
fn a_version_that_is_new_is_a_note() {
    let old = deposited("cents: i64");
    let found =
        only(&old, &domain("event Account.Deposited\nversion 1\ncents: i64\nversion 2\namount: decimal"));
    assert_eq!((found.rule.id, found.message.as_str()), ("N1042", "Account.Deposited version 2 is new"));
}

#[test]
fn an_event_that_is_retired_is_a_note() {
    let old = deposited("amount: i64");
    let new = domain("event Account.Deposited [1] retired\nversion 1\namount: i64");
    assert_eq!(codes(&old, &new), ["N1045"]);
}

#[test]
fn an_event_with_another_name_that_keeps_its_history_is_a_note_to_callers() {
    let old = domain("event Account.Deposit\nversion 1\ncents: i64");
    let new =
        domain("event Account.MoneyDeposited\nversion 1 as Deposit\ncents: i64\nversion 2\namount: decimal");
    assert_eq!(codes(&old, &new), ["N1046", "N1042"]);
}

#[test]
fn two_events_may_swap_their_names_with_new_versions() {
    let old = domain("event A.In\nversion 1\nx: i64\nevent A.Out\nversion 1\ny: i64");
    let new = domain(
        "event A.In\nversion 1 as Out\ny: i64\nversion 2\ny: i64\n\
         event A.Out\nversion 1 as In\nx: i64\nversion 2\nx: i64",
    );
    assert!(codes(&old, &new).iter().all(|code| !code.starts_with('E')), "{:?}", codes(&old, &new));
}
