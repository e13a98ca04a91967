//! Chains of versions: what was stored years ago is read as what the code knows today.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use cqrs_core::{DecodeError, Decoded, Event, EventSet, TryUpcast, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposit")]
struct DepositV1 {
    cents: i64,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposited", version = 2, upcast_from = DepositV1)]
struct DepositedV2 {
    euros: i64,
    cents: i64,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3, upcast_from = DepositedV2)]
struct Deposited {
    amount: String,
}

impl Upcast<DepositedV2> for DepositV1 {
    fn upcast(self) -> DepositedV2 {
        DepositedV2 { euros: self.cents / 100, cents: self.cents % 100 }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0} cents make more than a euro")]
struct TooManyCents(i64);

impl TryUpcast<Deposited> for DepositedV2 {
    type Error = TooManyCents;

    fn try_upcast(self) -> Result<Deposited, TooManyCents> {
        if self.cents > 99 {
            return Err(TooManyCents(self.cents));
        }
        Ok(Deposited { amount: format!("{}.{:02}", self.euros, self.cents) })
    }
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Debited {
    account: String,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Credited {
    account: String,
}

/// Once one event, today two; its own older shape still decodes.
#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, upcast_from = TransferredV1)]
struct Transferred {
    from: String,
    to: String,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Transferred")]
struct TransferredV1 {
    #[data_type(opaque = "(String, String)")]
    parties: (String, String),
}

impl Upcast<Transferred> for TransferredV1 {
    fn upcast(self) -> Transferred {
        Transferred { from: self.parties.0, to: self.parties.1 }
    }
}

impl Upcast<Vec<AccountEvent>> for Transferred {
    fn upcast(self) -> Vec<AccountEvent> {
        vec![Debited { account: self.from }.into(), Credited { account: self.to }.into()]
    }
}

/// Never meant anything: its records are read as nothing.
#[derive(Event, Debug, Serialize, Deserialize)]
struct Touched {}

impl Upcast<Vec<AccountEvent>> for Touched {
    fn upcast(self) -> Vec<AccountEvent> {
        Vec::new()
    }
}

/// An older version that no chain leads on from shares its name with today's event.
#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, oldest)]
struct Closed {
    reason: String,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Closed")]
struct ClosedByMistake {
    sure: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("nobody was sure")]
struct Unsure;

impl TryUpcast<Vec<AccountEvent>> for ClosedByMistake {
    type Error = Unsure;

    fn try_upcast(self) -> Result<Vec<AccountEvent>, Unsure> {
        if self.sure { Ok(vec![Closed { reason: "unknown".into() }.into()]) } else { Err(Unsure) }
    }
}

#[derive(EventSet, Debug, PartialEq)]
#[event_set(retired(Transferred, Touched, ClosedByMistake))]
enum AccountEvent {
    Deposited(Deposited),
    Debited(Debited),
    Credited(Credited),
    Closed(Closed),
}

fn read(name: &str, version: u32, payload: &str) -> Result<Decoded<AccountEvent>, DecodeError> {
    AccountEvent::decode(AccountEvent::locate(name, version)?, payload.as_bytes())
}

fn one(event: impl Into<AccountEvent>) -> Decoded<AccountEvent> {
    Decoded::One(event.into())
}

#[test]
fn each_version_of_a_chain_is_read_as_todays_event() {
    let today = || one(Deposited { amount: "2.50".into() });
    assert_eq!(read("Deposit", 1, r#"{"cents": 250}"#).unwrap(), today());
    assert_eq!(read("Deposited", 2, r#"{"euros": 2, "cents": 50}"#).unwrap(), today());
    assert_eq!(read("Deposited", 3, r#"{"amount": "2.50"}"#).unwrap(), today());
}

#[test]
fn a_step_that_refuses_a_value_says_why() {
    let error = read("Deposited", 2, r#"{"euros": 2, "cents": 150}"#).unwrap_err();
    assert_eq!(error.to_string(), "upcasting failed: 150 cents make more than a euro");
}

#[test]
fn a_payload_that_does_not_fit_its_own_version_says_what_is_missing() {
    let error = read("Deposit", 1, r#"{"amount": "2.50"}"#).unwrap_err();
    assert!(error.to_string().contains("missing field `cents`"), "{error}");
}

#[test]
fn a_name_or_a_version_that_is_not_of_the_set_is_refused() {
    let error = read("Deposited", 4, "{}").unwrap_err();
    assert!(matches!(error, DecodeError::UnknownVersion { stored: 4, newest: 3 }), "{error:?}");
    let error = read("Deposited", 1, "{}").unwrap_err();
    assert!(matches!(error, DecodeError::UnknownVersion { stored: 1, newest: 3 }), "{error:?}");
    assert!(matches!(read("Opened", 1, "{}").unwrap_err(), DecodeError::UnknownName));
}

#[test]
fn a_depth_beyond_the_oldest_shape_is_refused() {
    let error = Deposited::decode_at(3, b"{}").unwrap_err();
    assert!(matches!(error, DecodeError::UnknownVersion { stored: 0, newest: 1 }), "{error:?}");
    let error = Closed::decode_at(1, b"{}").unwrap_err();
    assert!(matches!(error, DecodeError::UnknownVersion { stored: 1, newest: 2 }), "{error:?}");
}

#[test]
fn a_retired_event_is_read_as_several() {
    let both =
        Decoded::Many(vec![Debited { account: "a".into() }.into(), Credited { account: "b".into() }.into()]);
    assert_eq!(read("Transferred", 2, r#"{"from": "a", "to": "b"}"#).unwrap(), both);
    assert_eq!(read("Transferred", 1, r#"{"parties": ["a", "b"]}"#).unwrap(), both);
}

#[test]
fn a_retired_event_can_be_read_as_nothing() {
    assert_eq!(read("Touched", 1, "{}").unwrap(), Decoded::Many(Vec::new()));
}

#[test]
fn a_retired_version_may_share_its_name_with_an_event_of_today() {
    assert_eq!(read("Closed", 2, r#"{"reason": "r"}"#).unwrap(), one(Closed { reason: "r".into() }));
    let retired = Decoded::Many(vec![Closed { reason: "unknown".into() }.into()]);
    assert_eq!(read("Closed", 1, r#"{"sure": true}"#).unwrap(), retired);
    let error = read("Closed", 1, r#"{"sure": false}"#).unwrap_err();
    assert_eq!(error.to_string(), "upcasting failed: nobody was sure");
}

#[test]
fn a_descriptor_tells_the_whole_chain() {
    let chain: Vec<_> = Deposited::DESCRIPTOR.chain().map(|shape| shape.describe()).collect();
    assert_eq!(
        chain,
        ["Deposited@3{amount: string}", "Deposited@2{euros: i64, cents: i64}", "Deposit@1{cents: i64}"]
    );
    assert_eq!(AccountEvent::EVENTS.len(), 4);
    assert_eq!(AccountEvent::RETIRED.len(), 3);
    assert_eq!(AccountEvent::from(Closed { reason: String::new() }).descriptor().name, "Closed");
}

#[test]
fn an_event_is_written_as_its_fields() {
    let mut payload = Vec::new();
    AccountEvent::from(Debited { account: "a".into() }).encode(&mut payload).unwrap();
    assert_eq!(payload, br#"{"account":"a"}"#);
}
