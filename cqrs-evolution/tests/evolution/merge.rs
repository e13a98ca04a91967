//! Merging: what a lock says once today's domain is released too.

use cqrs_evolution::difference::between;
use cqrs_evolution::lock::{merge, read, write};
use cqrs_evolution::rules::{Severity, compare};
use proptest::prelude::*;

use crate::domains::{codes, deposited, domain};
use crate::random;

#[test]
fn what_is_new_is_added_and_what_was_released_stays() {
    let released = domain("event A.Paid\nversion 1\nx: i64\nevent A.Voided\nversion 1");
    let today = domain("event A.Paid\nversion 1\nx: i64\nversion 2\ny: i64");
    let merged = merge(&released, &today);
    assert_eq!(
        merged,
        domain("event A.Paid\nversion 1\nx: i64\nversion 2\ny: i64\nevent A.Voided\nversion 1")
    );
    assert_eq!(codes(&released, &merged), ["N1042"]);
}

#[test]
fn a_released_shape_takes_on_what_was_added_to_it_and_nothing_else() {
    let added = deposited("x: i64\ny: i64?");
    assert_eq!(merge(&deposited("x: i64"), &added), added);
    let released = deposited("x: i64");
    assert_eq!(merge(&released, &deposited("x: string\ny: i64?")), released);
}

#[test]
fn a_shape_of_the_past_stays_as_it_was_released() {
    let past =
        |lines: &str| domain(&format!("event A.E\nversion 1\nh: H\nstruct H.x: i64{lines}\nversion 2"));
    assert_eq!(merge(&past(""), &past("\nstruct H.y: i64?")), past(""));
}

#[test]
fn an_event_that_was_renamed_takes_its_history_along() {
    let today = domain("event A.Settled\nversion 1 as Paid\nx: i64\nversion 2\nx: i64");
    assert_eq!(merge(&domain("event A.Paid\nversion 1\nx: i64"), &today), today);
}

#[test]
fn a_contradicted_shape_is_kept_beside_the_one_in_its_place() {
    let released = domain("event A.Paid\nversion 1\nx: i64");
    let merged = merge(&released, &domain("event A.Paid\nversion 1 as Other\nx: i64"));
    assert_eq!(merged.versions().count(), 2);
    assert_eq!(read(&write(&merged)).unwrap().domain, merged);
}

#[test]
fn names_of_types_alone_do_not_change_a_lock() {
    let released = deposited("h: Holder\nstruct Holder.x: i64");
    assert_eq!(merge(&released, &deposited("h: HolderV1\nstruct HolderV1.x: i64")), released);
}

proptest! {
    #[test]
    fn a_merge_never_loses_a_released_shape(released in random::domain(), today in random::domain()) {
        let merged = merge(&released, &today);
        for version in released.versions() {
            let kept = merged.find(&version.stored_as());
            prop_assert!(kept.is_some(), "{} is lost", version);
            let differences = between(&version.version.shape, &kept.unwrap().version.shape);
            prop_assert!(differences.iter().all(|difference| difference.kind.is_addition()), "{differences:?}");
        }
        for version in today.versions() {
            prop_assert!(merged.find(&version.stored_as()).is_some(), "{} is not added", version);
        }
    }

    #[test]
    fn what_was_merged_is_released(today in random::domain()) {
        let merged = merge(&cqrs_evolution::model::Domain::new("test"), &today);
        prop_assert_eq!(compare(&merged, &today), []);
        prop_assert_eq!(merge(&merged, &today), merged);
    }

    #[test]
    fn equal_domains_do_not_differ(domain in random::domain()) {
        prop_assert_eq!(compare(&domain, &domain), []);
    }

    #[test]
    fn a_released_shape_that_lost_a_field_is_found(domain in random::domain(), which in any::<prop::sample::Index>()) {
        let with_fields: Vec<_> =
            domain.versions().filter(|version| !version.version.shape.fields.is_empty()).collect();
        prop_assume!(!with_fields.is_empty());
        let version = with_fields[which.index(with_fields.len())];
        let mut changed = domain.clone();
        let event = changed.aggregates.get_mut(version.aggregate).unwrap().events.get_mut(version.event_name).unwrap();
        let (field, _) = event.versions.get_mut(&version.number).unwrap().shape.fields.pop_first().unwrap();
        let found = compare(&domain, &changed);
        prop_assert!(found.iter().any(|it| it.rule.id == "E1011" && it.subject.path.as_ref() == Some(&field)));
        prop_assert_eq!(found.iter().map(|it| it.severity()).max(), Some(Severity::Error));
    }
}
