//! Samples from shapes alone: deterministic, and with every edge.

use cqrs_evolution::corpus::{generate, merge, payloads, read, unsampled, write};
use cqrs_evolution::model::{Domain, Shape};
use proptest::prelude::*;

use crate::domains::{deposited, domain};
use crate::random;

fn samples(lines: &str) -> Vec<String> {
    let domain = deposited(lines);
    let shape: &Shape = &domain.versions().next().unwrap().version.shape;
    payloads(shape)
}

#[test]
fn an_event_without_fields_has_one_sample() {
    assert_eq!(samples(""), ["{}"]);
}

#[test]
fn every_variant_occurs_in_every_form() {
    let method = "method: Method\nenum Method.Cash\nenum Method.Card.debit: bool\nenum Method.Gift(bool)\nenum Method.Two(bool, bool)";
    assert_eq!(
        samples(method),
        [
            r#"{"method":{"Card":{"debit":true}}}"#,
            r#"{"method":"Cash"}"#,
            r#"{"method":{"Gift":true}}"#,
            r#"{"method":{"Two":[true,true]}}"#,
            r#"{"method":{"Card":{"debit":false}}}"#,
            r#"{"method":{"Gift":false}}"#,
            r#"{"method":{"Two":[false,false]}}"#,
        ]
    );
}

#[test]
fn an_optional_field_is_there_null_and_lacking() {
    assert_eq!(samples("x: u8?"), [r#"{"x":1}"#, r#"{"x":0}"#, r#"{"x":255}"#, r#"{"x":null}"#, "{}"]);
}

#[test]
fn a_field_with_a_default_is_there_and_lacking() {
    assert_eq!(samples("x: bool = default"), [r#"{"x":true}"#, r#"{"x":false}"#, "{}"]);
}

#[test]
fn collections_are_filled_and_empty() {
    assert_eq!(samples("x: list<bool>"), [r#"{"x":[true,false]}"#, r#"{"x":[]}"#]);
    assert_eq!(samples("x: map<u8, bool>"), [r#"{"x":{"1":true,"0":false,"255":true}}"#, r#"{"x":{}}"#]);
}

#[test]
fn the_widest_integers_are_exact() {
    let all = samples("x: u128");
    assert!(all.contains(&format!(r#"{{"x":{}}}"#, u128::MAX)), "{all:?}");
    let all = samples("x: i128");
    assert!(all.contains(&format!(r#"{{"x":{}}}"#, i128::MIN)), "{all:?}");
}

#[test]
fn a_type_that_contains_itself_is_a_few_levels_deep() {
    let all = samples("tree: Tree\nstruct Tree.children: list<Tree>");
    assert!(all.contains(&r#"{"tree":{"children":[{"children":[]}]}}"#.to_owned()), "{all:?}");
    assert_eq!(samples("loop: Loop\nstruct Loop.next: Loop"), [""; 0]);
}

#[test]
fn types_that_contain_each_other_many_times_stay_small() {
    let mut lines = "t: T0".to_owned();
    for index in 0..30 {
        for part in 0..6 {
            lines.push_str(&format!("\nstruct T{index}.p{part}: list<T{}>", (index + part + 1) % 30));
        }
    }
    let size: usize = samples(&lines).iter().map(String::len).sum();
    assert!(size < 1_000_000, "{size}");
}

#[test]
fn a_value_of_the_users_own_type_cannot_be_made_up() {
    let domain = deposited("at: extern<Point>");
    assert_eq!(generate(&domain), []);
    assert_eq!(unsampled(&domain).len(), 1);
    assert_eq!(samples("at: extern<Point>?"), [r#"{"at":null}"#, "{}"]);
}

#[test]
fn the_file_has_a_line_a_sample_and_is_only_added_to() {
    let old = generate(&deposited("x: bool"));
    let text = write(&old).unwrap();
    assert_eq!(
        text,
        "{\"aggregate\":\"Account\",\"event\":\"Deposited\",\"version\":1,\"payload\":{\"x\":true}}\n\
         {\"aggregate\":\"Account\",\"event\":\"Deposited\",\"version\":1,\"payload\":{\"x\":false}}\n"
    );
    assert_eq!(read(&text).unwrap(), old);
    let two =
        domain("event Account.Closed\nversion 1\nevent Account.Deposited\nversion 1\nx: bool\ny: bool?");
    let merged = merge(&old, &generate(&two));
    assert!(old.iter().all(|sample| merged.contains(sample)));
    assert_eq!(merged.len(), 6, "one of the five new ones is an old one");
    assert_eq!(merged.first().unwrap().stored.name, "Closed");
    assert_eq!(merge(&merged, &generate(&two)), merged);
}

#[test]
fn a_line_that_is_no_sample_is_reported_with_its_number() {
    let error = read("\n{\"aggregate\":\"A\"}\n").unwrap_err();
    assert_eq!(error.line, 2);
}

proptest! {
    #[test]
    fn samples_are_json_objects_and_survive_the_file(domain in random::domain()) {
        let samples = generate(&domain);
        for sample in &samples {
            let value: serde_json::Value = serde_json::from_str(&sample.payload).unwrap_or_default();
            prop_assert!(value.is_object(), "{}", sample.payload);
        }
        prop_assert_eq!(read(&write(&samples).unwrap()).unwrap(), samples);
    }

    #[test]
    fn samples_are_the_same_every_time(domain in random::domain()) {
        let again: Domain = domain.clone();
        prop_assert_eq!(generate(&domain), generate(&again));
    }
}
