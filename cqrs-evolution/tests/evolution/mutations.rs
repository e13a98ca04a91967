//! A change that was made is found, under its own code and no other: for random domains, each kind of change.

use std::collections::BTreeSet;

use cqrs_evolution::model::{Aggregate, Domain, Event, Field, Scalar, Shape, StoredAs, Type, Version};
use cqrs_evolution::rules::compare;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::random;

/// A kind of change.
#[derive(Debug, Clone, Copy)]
enum Change {
    RemoveAggregate,
    RemoveEvent,
    RemoveVersion,
    RenameInPlace,
    RemoveField,
    AddRequired,
    AddOptional,
    MakeOptional,
    MakeRequired,
    Retype,
    DropDefault,
    Retire,
    AddVersion,
    AddEvent,
}

const CHANGES: &[Change] = &[
    Change::RemoveAggregate,
    Change::RemoveEvent,
    Change::RemoveVersion,
    Change::RenameInPlace,
    Change::RemoveField,
    Change::AddRequired,
    Change::AddOptional,
    Change::MakeOptional,
    Change::MakeRequired,
    Change::Retype,
    Change::DropDefault,
    Change::Retire,
    Change::AddVersion,
    Change::AddEvent,
];

/// A name that no random domain has.
const NEW: &str = "Newcomer";

/// Makes the change at one version, and gives the codes that must be found; nothing where it cannot be made there.
fn make(change: Change, domain: &mut Domain, at: &StoredAs, event: &str) -> Option<Vec<&'static str>> {
    let is_written = domain.find(at)?.is_written();
    let aggregate = domain.aggregates.get_mut(&at.aggregate)?;
    match change {
        Change::RemoveAggregate => {
            domain.aggregates.remove(&at.aggregate);
            Some(vec!["E1001"])
        }
        Change::RemoveEvent => {
            aggregate.events.remove(event);
            Some(vec!["E1002"])
        }
        Change::AddEvent => {
            let version =
                Version { name: NEW.to_owned(), shape: Shape::default(), step: Some(BTreeSet::new()) };
            let added = Event { versions: [(1, version)].into(), ..Event::default() };
            aggregate.events.insert(NEW.to_owned(), added);
            Some(vec!["N1041"])
        }
        _ => in_event(change, aggregate, at, event, is_written),
    }
}

fn in_event(
    change: Change,
    aggregate: &mut Aggregate,
    at: &StoredAs,
    event: &str,
    is_written: bool,
) -> Option<Vec<&'static str>> {
    let event = aggregate.events.get_mut(event)?;
    match change {
        Change::RemoveVersion => {
            event.versions.remove(&at.version);
            Some(vec![if event.versions.is_empty() { "E1002" } else { "E1003" }])
        }
        Change::RenameInPlace => {
            event.versions.get_mut(&at.version)?.name = NEW.to_owned();
            Some(if event.versions.len() == 1 { vec!["E1004", "N1041"] } else { vec!["E1004", "N1042"] })
        }
        Change::Retire => {
            let is_new = !std::mem::replace(&mut event.retired, true);
            Some(if is_new { vec!["N1045"] } else { Vec::new() })
        }
        Change::AddVersion => {
            let newest = event.newest();
            let version =
                Version { name: NEW.to_owned(), shape: Shape::default(), step: Some(BTreeSet::new()) };
            event.versions.insert(newest + 1, version);
            Some(vec!["N1042"])
        }
        _ => in_shape(change, &mut event.versions.get_mut(&at.version)?.shape, is_written)
            .map(|code| vec![code]),
    }
}

fn in_shape(change: Change, shape: &mut Shape, is_written: bool) -> Option<&'static str> {
    let string = || Type::Scalar(Scalar::String);
    match change {
        Change::AddRequired => {
            shape.fields.insert(NEW.to_owned(), Field::new(string()));
            return Some("E1012");
        }
        Change::AddOptional => {
            shape.fields.insert(NEW.to_owned(), Field::new(Type::Optional(Box::new(string()))));
            return Some(if is_written { "N1043" } else { "E1024" });
        }
        Change::RemoveField => {
            shape.fields.pop_first()?;
            return Some("E1011");
        }
        _ => {}
    }
    let (name, field) = shape.fields.first_key_value()?;
    let (name, field) = (name.clone(), field.clone());
    let stored = shape.stored(&field.ty).clone();
    let (changed, code) = match (change, stored) {
        (Change::MakeOptional, Type::Optional(_)) => return None,
        (Change::MakeOptional, _) => (Type::Optional(Box::new(field.ty.clone())), "E1017"),
        (Change::MakeRequired, Type::Optional(inner)) => (*inner, "E1016"),
        (Change::Retype, Type::Extern(_) | Type::Optional(_)) => return None,
        (Change::Retype, Type::List(_)) => (string(), "E1013"),
        (Change::Retype, _) => (Type::List(Box::new(string())), "E1013"),
        (Change::DropDefault, _) if field.default && !matches!(field.ty, Type::Optional(_)) => {
            shape.fields.insert(name, Field { default: false, ..field });
            return Some("E1018");
        }
        _ => return None,
    };
    shape.fields.insert(name, Field { ty: changed, ..field });
    Some(code)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn a_change_is_found_under_its_own_code(
        domain in random::domain(),
        which in any::<Index>(),
        change in prop::sample::select(CHANGES),
    ) {
        let versions: Vec<_> = domain.versions().collect();
        prop_assume!(!versions.is_empty());
        let version = versions[which.index(versions.len())];
        let mut changed = domain.clone();
        let expected = make(change, &mut changed, &version.stored_as(), version.event_name);
        prop_assume!(expected.is_some());
        let found: Vec<_> = compare(&domain, &changed).iter().map(|finding| finding.rule.id).collect();
        prop_assert_eq!(found, expected.unwrap());
    }
}
