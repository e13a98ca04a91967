//! Stored events of older versions, read by generated code.

use cqrs_core::rust_decimal::Decimal;
use cqrs_core::testing::{given_stored, rows_of};
use cqrs_core::{Decoded, Downcast, EventSet, StreamId, TryDowncast, TryUpcast, Upcast};

use crate::{banking, obstacle_course, ticketing};

#[test]
fn an_event_of_the_oldest_shape_is_brought_to_todays() {
    let stored = [
        ("AccountOpened", 1, r#"{"holder": {"name": "Ada"}, "currency": "EUR"}"#),
        ("Deposit", 1, r#"{"cents": 1050}"#),
        ("MoneyDeposited", 2, r#"{"amount": "2", "reference": "r"}"#),
    ];
    let account = given_stored::<banking::Account>(&stored);
    assert_eq!(account.state().balance, banking::Money(Decimal::new(1250, 2)));
}

#[test]
fn a_rule_never_makes_a_stored_event_unreadable() {
    let stored = [("MoneyWithdrawn", 1, r#"{"amount": "-5"}"#)];
    let account = given_stored::<banking::Account>(&stored);
    assert_eq!(account.state().balance, banking::Money(Decimal::from(5)));
}

#[test]
fn a_retired_event_is_read_as_what_replaces_it() {
    let route = ticketing::ShowEvent::locate("SeatSwapped", 1).unwrap();
    let payload = br#"{"from": "A1", "to": "B2", "by": "ada", "until": "2030-01-01T00:00:00Z"}"#;
    let Decoded::Many(events) = ticketing::ShowEvent::decode(route, payload).unwrap() else {
        panic!("a retired event is none of today's");
    };
    let seat = |name: &str| ticketing::Seat(name.to_owned());
    let [ticketing::ShowEvent::HoldReleased(released), ticketing::ShowEvent::SeatHeld(held)] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!((&released.seat, &held.seat), (&seat("A1"), &seat("B2")));
    assert_eq!(held.by, ticketing::CustomerId("ada".to_owned()));
}

#[test]
fn a_dropped_event_is_read_as_nothing() {
    let route = ticketing::ShowEvent::locate("SeatBlocked", 1).unwrap();
    let decoded = ticketing::ShowEvent::decode(route, br#"{"seat": "A1"}"#).unwrap();
    assert_eq!(decoded, Decoded::Many(Vec::new()));
}

#[test]
fn a_chain_goes_through_a_step_in_rust_and_a_calculated_one() {
    let route = obstacle_course::MatchEvent::locate("Ancient", 1).unwrap();
    let decoded = obstacle_course::MatchEvent::decode(route, br#"{"struct": 7, "cents": 250}"#).unwrap();
    let Decoded::One(obstacle_course::MatchEvent::Move(event)) = decoded else { panic!("{decoded:?}") };
    assert_eq!((event.r#struct, event.amount), (7, Decimal::from(500)));
    assert_eq!((event.note.as_deref(), event.kind), (Some(""), obstacle_course::Vec::Shouted));
}

#[test]
fn a_step_that_refuses_names_its_reason() {
    let route = obstacle_course::MatchEvent::locate("Ancient", 1).unwrap();
    let error = obstacle_course::MatchEvent::decode(route, br#"{"struct": 7, "cents": -1}"#).unwrap_err();
    assert!(error.to_string().contains("out of range integral type"), "{error}");
}

#[test]
fn a_downcast_gives_back_the_version_that_was_brought_up() {
    let seat = ticketing::Seat("A1".to_owned());
    let old = ticketing::SeatSoldV1 { seat, to: ticketing::CustomerId("ada".to_owned()) };
    let today: ticketing::SeatSold = old.clone().upcast();
    let again: ticketing::SeatSoldV1 = today.downcast();
    assert_eq!(again, old);
}

#[test]
fn a_downcast_that_calculates_is_undone_by_the_upcast() {
    let note = "n".to_owned();
    let old = obstacle_course::MoveV3 {
        r#struct: 7,
        amount: Decimal::from(250),
        note: note.clone(),
        kind: obstacle_course::Vec::Shouted,
    };
    let today: obstacle_course::Move = old.clone().try_upcast().unwrap();
    assert_eq!(today.amount, Decimal::from(500));
    let again: obstacle_course::MoveV3 = today.try_downcast().unwrap();
    assert_eq!(again, old);
    let older: obstacle_course::MoveV2 = again.downcast();
    assert_eq!(older, obstacle_course::MoveV2 { r#struct: 7, amount: Decimal::from(250), note });
}

#[test]
fn a_fold_that_overflows_is_a_poison_event() {
    let stream = StreamId::new("Account", "00000000-0000-0000-0000-000000000000");
    let opened = r#"{"holder": {"name": "Ada"}, "currency": "EUR"}"#;
    let all = format!(r#"{{"amount": "{}", "reference": "r", "channel": "c"}}"#, Decimal::MAX);
    let rows = rows_of::<banking::AccountSummary>()
        .given_stored(stream.clone(), "AccountOpened", 1, opened)
        .given_stored(stream.clone(), "MoneyDeposited", 3, &all);
    let again = || rows.given_stored(stream, "MoneyDeposited", 3, &all);
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(again));
    let message = refused.err().and_then(|error| error.downcast::<String>().ok()).unwrap();
    assert!(message.contains("out of range"), "{message}");
}

#[test]
fn a_payload_that_lacks_a_field_with_a_default_has_it() {
    let route = obstacle_course::MatchEvent::locate("Enum", 1).unwrap();
    let payload = br#"{"type": {"camelCase": 1, "union": 2}, "me": "x"}"#;
    let decoded = obstacle_course::MatchEvent::decode(route, payload).unwrap();
    let Decoded::One(obstacle_course::MatchEvent::Enum(event)) = decoded else { panic!("{decoded:?}") };
    assert_eq!((event.default, event.r#type.camel_case, event.r#type.a_u8), (4, 1, 255));
    assert_eq!(event.r#type.a_struct.text, "t");
    // Stored under the names that the schema has, not under Rust's.
    let written = serde_json::to_string(&event).unwrap();
    assert!(written.contains(r#""camelCase":1"#) && written.contains(r#""Default":4"#), "{written}");
}
