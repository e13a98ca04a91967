//! Ten releases of a bank: each allowed step passes and is locked, each forbidden one is refused by its own code, and no
//! shape that was ever released is lost.

use cqrs_evolution::lock::{merge, read, write};
use cqrs_evolution::model::Domain;
use cqrs_evolution::rules::{Severity, compare};

use crate::domains::domain;

/// A payment as it was before the event had its second name.
const PAID_1: &str = "cents: i32\nowner: string\nnote: string?\n";

/// The versions of a payment, the holder of version 3 and 4 being of this type.
fn paid(newest: u32, holder: &str) -> String {
    let names = format!("struct {holder}.first: string\nstruct {holder}.last: string\n");
    let versions = [
        format!("version 1 as Deposit\n{PAID_1}"),
        format!("version 2\n{PAID_1}"),
        format!("version 3\ncents: i32\nholder: {holder}\nnote: string?\n{names}"),
        format!("version 4\ncents: i64\nholder: {holder}\nnote: string?\n{names}"),
        "version 5\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.full: string\n".to_owned(),
    ];
    versions.into_iter().take(newest as usize).collect()
}

/// The releases, each with the step that it takes.
fn releases() -> Vec<(&'static str, Domain)> {
    const CLOSED: &str = "event A.Closed\nversion 1\n";
    const RECEIVED: &str = "event A.Received\nversion 1\ncents: i64\nmethod: Method\nenum Method.Cash\n";
    const NOTED: &str = "first: string\nlast: string\n";
    let living = |newest, holder| format!("event A.Paid\n{}{CLOSED}", paid(newest, holder));
    let retired = format!("event A.Paid [0] retired\n{}{RECEIVED}", paid(5, "HolderV1"));
    let with_card = format!("{retired}enum Method.Card\n");
    let steps = [
        ("first", format!("event A.Deposit\nversion 1\ncents: i32\nowner: string\n{CLOSED}")),
        ("an optional field added", format!("event A.Deposit\nversion 1\n{PAID_1}{CLOSED}")),
        ("the event renamed", living(2, "Holder")),
        ("a field split", living(3, "Holder")),
        ("a type widened", living(4, "Holder")),
        ("a nested struct changed", living(5, "HolderV1")),
        ("an event split in two", format!("{retired}event A.Noted\nversion 1\n{NOTED}{CLOSED}")),
        ("a variant added", format!("{with_card}event A.Noted\nversion 1\n{NOTED}{CLOSED}")),
        (
            "two fields merged",
            format!("{with_card}event A.Noted\nversion 1\n{NOTED}version 2\nname: string\n{CLOSED}"),
        ),
        (
            "two names swapped",
            format!(
                "{with_card}event A.Closed\nversion 1 as Noted\n{NOTED}version 2 as Noted\nname: string\nversion 3\n\
                 name: string\nevent A.Noted\nversion 1 as Closed\nversion 3"
            ),
        ),
    ];
    steps.into_iter().map(|(step, text)| (step, domain(&text))).collect()
}

fn last() -> Domain {
    releases().pop().unwrap().1
}

/// The lock after all releases, each having passed.
fn locked() -> Domain {
    let mut lock = Domain::new("test");
    for (step, today) in releases() {
        let found = compare(&lock, &today);
        assert!(found.iter().all(|finding| finding.severity() < Severity::Error), "{step}: {found:#?}");
        assert!(!found.is_empty(), "{step}");
        lock = read(&write(&merge(&lock, &today))).unwrap().domain;
        assert_eq!(compare(&lock, &today), [], "{step}");
    }
    lock
}

#[test]
fn ten_releases_pass_and_no_shape_is_lost() {
    let lock = locked();
    for (step, release) in releases() {
        for version in release.versions() {
            assert!(lock.find(&version.stored_as()).is_some(), "{version} of the step `{step}`");
        }
    }
    assert_eq!((lock.versions().count(), last().versions().count()), (11, 11));
}

#[test]
fn each_version_that_is_deleted_from_the_last_release_is_missed() {
    let lock = locked();
    let last = last();
    for version in lock.versions() {
        let mut without = last.clone();
        for aggregate in without.aggregates.values_mut() {
            for event in aggregate.events.values_mut() {
                event
                    .versions
                    .retain(|number, it| (*number, &it.name) != (version.number, &version.version.name));
            }
        }
        let found = compare(&lock, &without);
        assert!(found.iter().any(|finding| finding.severity() == Severity::Error), "{version}");
    }
}

#[test]
fn each_field_that_is_deleted_from_the_last_release_is_missed() {
    let lock = locked();
    let last = last();
    for version in last.versions() {
        for field in version.version.shape.fields.keys() {
            let mut without = last.clone();
            let event = without.aggregates.get_mut("A").unwrap().events.get_mut(version.event_name).unwrap();
            event.versions.get_mut(&version.number).unwrap().shape.fields.remove(field);
            let found = compare(&lock, &without);
            assert!(found.iter().any(|finding| finding.rule.id == "E1011"), "{field} of {version}");
        }
    }
}
