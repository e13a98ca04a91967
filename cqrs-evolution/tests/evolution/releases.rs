//! Ten releases of a bank: each allowed step passes and is locked, each forbidden one is refused by its own code, and no
//! shape that was ever released is lost.

use cqrs_evolution::lock::{merge, read, write};
use cqrs_evolution::model::Domain;
use cqrs_evolution::rules::{Severity, compare};

use crate::domains::domain;

/// The releases, each with the step that it takes.
const RELEASES: &[(&str, &str)] = &[
    ("first", "event A.Deposit\nversion 1\ncents: i32\nowner: string\nevent A.Closed\nversion 1"),
    (
        "an optional field added",
        "event A.Deposit\nversion 1\ncents: i32\nowner: string\nnote: string?\nevent A.Closed\nversion 1",
    ),
    (
        "the event renamed",
        "event A.Paid\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\nowner: string\n\
         note: string?\nevent A.Closed\nversion 1",
    ),
    (
        "a field split",
        "event A.Paid\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\nowner: string\n\
         note: string?\nversion 3\ncents: i32\nholder: Holder\nnote: string?\nstruct Holder.first: string\n\
         struct Holder.last: string\nevent A.Closed\nversion 1",
    ),
    (
        "a type widened",
        "event A.Paid\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\nowner: string\n\
         note: string?\nversion 3\ncents: i32\nholder: Holder\nnote: string?\nstruct Holder.first: string\n\
         struct Holder.last: string\nversion 4\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.first: string\n\
         struct Holder.last: string\nevent A.Closed\nversion 1",
    ),
    (
        "the nested struct changed, its shape of those days under another name",
        "event A.Paid\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\nowner: string\n\
         note: string?\nversion 3\ncents: i32\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 4\ncents: i64\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 5\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.full: string\n\
         event A.Closed\nversion 1",
    ),
    (
        "an event split in two: retired",
        "event A.Paid [0] retired\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\n\
         owner: string\nnote: string?\nversion 3\ncents: i32\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 4\ncents: i64\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 5\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.full: string\n\
         event A.Received\nversion 1\ncents: i64\nmethod: Method\nenum Method.Cash\nevent A.Noted\nversion 1\n\
         first: string\nlast: string\nevent A.Closed\nversion 1",
    ),
    (
        "a variant added",
        "event A.Paid [0] retired\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\n\
         owner: string\nnote: string?\nversion 3\ncents: i32\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 4\ncents: i64\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 5\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.full: string\n\
         event A.Received\nversion 1\ncents: i64\nmethod: Method\nenum Method.Cash\nenum Method.Card\nevent A.Noted\nversion 1\n\
         first: string\nlast: string\nevent A.Closed\nversion 1",
    ),
    (
        "two fields merged",
        "event A.Paid [0] retired\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\n\
         owner: string\nnote: string?\nversion 3\ncents: i32\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 4\ncents: i64\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 5\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.full: string\n\
         event A.Received\nversion 1\ncents: i64\nmethod: Method\nenum Method.Cash\nenum Method.Card\nevent A.Noted\nversion 1\n\
         first: string\nlast: string\nversion 2\nname: string\nevent A.Closed\nversion 1",
    ),
    (
        "two names swapped",
        "event A.Paid [0] retired\nversion 1 as Deposit\ncents: i32\nowner: string\nnote: string?\nversion 2\ncents: i32\n\
         owner: string\nnote: string?\nversion 3\ncents: i32\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 4\ncents: i64\nholder: HolderV1\nnote: string?\nstruct HolderV1.first: string\n\
         struct HolderV1.last: string\nversion 5\ncents: i64\nholder: Holder\nnote: string?\nstruct Holder.full: string\n\
         event A.Received\nversion 1\ncents: i64\nmethod: Method\nenum Method.Cash\nenum Method.Card\n\
         event A.Closed\nversion 1 as Noted\nfirst: string\nlast: string\nversion 2 as Noted\nname: string\nversion 3\n\
         name: string\nevent A.Noted\nversion 1 as Closed\nversion 3",
    ),
];

/// The lock after all releases, each having passed.
fn locked() -> Domain {
    let mut lock = Domain::new("test");
    for (step, text) in RELEASES {
        let today = domain(text);
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
    for (step, text) in RELEASES {
        for version in domain(text).versions() {
            assert!(lock.find(&version.stored_as()).is_some(), "{version} of the step `{step}`");
        }
    }
    assert_eq!(lock.versions().count(), 11);
}

#[test]
fn each_version_that_is_deleted_from_the_last_release_is_missed() {
    let lock = locked();
    let last = domain(RELEASES[RELEASES.len() - 1].1);
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
    let last = domain(RELEASES[RELEASES.len() - 1].1);
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
