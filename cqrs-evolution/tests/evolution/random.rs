//! Random domains.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_evolution::model::{
    Aggregate, Definition, Domain, Event, Field, Fields, Payload, Scalar, Shape, Type, Version,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// Names, plain ones and such that need quotes.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-z][a-z_]{0,5}",
        1 => select(vec!["list", "string", "version", "a b", "", "x.y", "é\"\n", "9", "# no"]).prop_map(str::to_owned),
    ]
}

fn ty(names: Vec<String>) -> impl Strategy<Value = Type> {
    let scalar = select(Scalar::ALL).prop_map(Type::Scalar);
    let leaf = if names.is_empty() {
        prop_oneof![4 => scalar, 1 => name().prop_map(Type::Extern)].boxed()
    } else {
        prop_oneof![4 => scalar, 3 => select(names).prop_map(Type::Named), 1 => name().prop_map(Type::Extern)]
            .boxed()
    };
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|ty| match ty {
                Type::Optional(_) => ty,
                ty => Type::Optional(Box::new(ty)),
            }),
            inner.clone().prop_map(|ty| Type::List(Box::new(ty))),
            inner.clone().prop_map(|ty| Type::Set(Box::new(ty))),
            (inner.clone(), inner).prop_map(|(key, value)| Type::Map(Box::new(key), Box::new(value))),
        ]
    })
}

fn fields(names: Vec<String>) -> impl Strategy<Value = Fields> {
    let field = (ty(names), any::<bool>()).prop_map(|(ty, default)| Field { ty, default });
    btree_map(name(), field, 0..4)
}

fn payload(names: Vec<String>) -> impl Strategy<Value = Payload> {
    prop_oneof![
        Just(Payload::Unit),
        ty(names.clone()).prop_map(Payload::Newtype),
        vec(ty(names.clone()), 0..3)
            .prop_filter("one alone is a newtype", |items| items.len() != 1)
            .prop_map(Payload::Tuple),
        fields(names).prop_map(Payload::Struct),
    ]
}

fn definition(names: Vec<String>) -> impl Strategy<Value = Definition> {
    prop_oneof![
        // A newtype holds no named type here, so that none contains itself.
        ty(Vec::new()).prop_map(Definition::Newtype),
        fields(names.clone()).prop_map(Definition::Struct),
        btree_map(name(), payload(names), 0..3).prop_map(Definition::Enum),
    ]
}

pub(crate) fn shape() -> impl Strategy<Value = Shape> {
    btree_set(name(), 0..3).prop_flat_map(|names| {
        let names: Vec<String> = names.into_iter().collect();
        let definitions: Vec<_> =
            names.iter().map(|name| (Just(name.clone()), definition(names.clone()))).collect();
        (fields(names), definitions)
            .prop_map(|(fields, types)| Shape { fields, types: BTreeMap::from_iter(types) })
    })
}

fn event(event: String) -> impl Strategy<Value = Event> {
    let stored = prop_oneof![3 => Just(None), 1 => "[A-Z]{3}".prop_map(Some)];
    let version = (stored, shape(), btree_set(name(), 0..3));
    (any::<bool>(), any::<bool>(), vec(version, 1..4), 1..3_u32).prop_map(
        move |(retired, published, versions, oldest)| {
            let version = |(stored, shape, step): (Option<String>, Shape, BTreeSet<String>)| Version {
                name: stored.map_or_else(|| event.clone(), |stored| format!("{stored} {event}")),
                shape,
                step: Some(step),
            };
            let versions = (oldest..).zip(versions.into_iter().map(version)).collect();
            Event { retired, published, versions }
        },
    )
}

/// Domains whose stored names are unambiguous.
pub(crate) fn domain() -> impl Strategy<Value = Domain> {
    let events = btree_set(name(), 1..4).prop_flat_map(|names| {
        names.into_iter().map(|name| (Just(name.clone()), event(name))).collect::<Vec<_>>()
    });
    let aggregate = events.prop_map(|events| Aggregate { events: events.into_iter().collect() });
    (name(), btree_map(name(), aggregate, 0..3)).prop_map(|(name, aggregates)| Domain {
        name,
        aggregates,
        surface: None,
    })
}
