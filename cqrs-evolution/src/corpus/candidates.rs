//! Values of every type of a shape, as JSON text.
//!
//! A struct's values take the values of its fields side by side, so that each occurs without every combination of them. A
//! type that contains itself is built from the inside out, a few levels deep.

use std::collections::{BTreeMap, BTreeSet};

use super::scalars;
use crate::model::{Definition, Field, Fields, Payload, Shape, Type};

/// How many values are taken of a type, unless it has more variants.
const MOST: usize = 24;

/// How many items are put into a collection.
const ITEMS: usize = 3;

/// How long a value of a part may be, in bytes and in lengths of the shortest one: types that contain themselves would
/// otherwise grow from level to level.
const LONGEST: (usize, usize) = (1024, 4);

/// The values of each named type.
type Known = BTreeMap<String, Vec<String>>;

pub(super) fn of_payload(shape: &Shape) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut payloads = of_fields(&shape.fields, &of_types(shape));
    payloads.retain(|payload| seen.insert(payload.clone()));
    payloads
}

/// Each round finds values that are one level deeper; types that do not contain themselves are complete after as many
/// rounds as there are types.
fn of_types(shape: &Shape) -> Known {
    let mut known: Known = shape.types.keys().map(|name| (name.clone(), Vec::new())).collect();
    for _ in 0..=shape.types.len() {
        let next: Known = shape
            .types
            .iter()
            .map(|(name, definition)| (name.clone(), of_definition(definition, &known)))
            .collect();
        if next == known {
            break;
        }
        known = next;
    }
    known
}

fn of_definition(definition: &Definition, known: &Known) -> Vec<String> {
    match definition {
        Definition::Newtype(inner) => of_type(inner, known),
        Definition::Struct(fields) => bounded(of_fields(fields, known), MOST),
        Definition::Enum(variants) => {
            let each: Vec<_> =
                variants.iter().map(|(name, payload)| of_variant(name, payload, known)).collect();
            let most = MOST.max(variants.len());
            in_turns(&each).into_iter().take(most).collect()
        }
    }
}

fn of_variant(name: &str, payload: &Payload, known: &Known) -> Vec<String> {
    let name = serde_json::Value::from(name).to_string();
    let carried = match payload {
        Payload::Unit => return vec![name],
        Payload::Newtype(inner) => of_type(inner, known),
        Payload::Tuple(items) => {
            let each: Vec<_> = items.iter().map(|item| of_type(item, known)).collect();
            let rows = side_by_side(&each);
            rows.into_iter().map(|row| format!("[{}]", row.join(","))).collect()
        }
        Payload::Struct(fields) => of_fields(fields, known),
    };
    bounded(carried, MOST).into_iter().map(|carried| format!("{{{name}:{carried}}}")).collect()
}

fn of_fields(fields: &Fields, known: &Known) -> Vec<String> {
    let members: Vec<_> = fields.iter().map(|(name, field)| of_field(name, field, known)).collect();
    let rows = side_by_side(&members);
    let objects = rows.into_iter().map(|row| {
        let present: Vec<_> = row.into_iter().filter(|member| !member.is_empty()).collect();
        format!("{{{}}}", present.join(","))
    });
    objects.collect()
}

/// Members of an object; an empty one stands for a field that is lacking.
fn of_field(name: &str, field: &Field, known: &Known) -> Vec<String> {
    let name = serde_json::Value::from(name).to_string();
    let mut members: Vec<_> =
        of_type(&field.ty, known).into_iter().map(|value| format!("{name}:{value}")).collect();
    if field.may_be_absent() {
        members.push(String::new());
    }
    members
}

fn of_type(ty: &Type, known: &Known) -> Vec<String> {
    match ty {
        Type::Scalar(scalar) => scalars::values(*scalar),
        Type::Named(name) => known.get(name).cloned().unwrap_or_default(),
        Type::Optional(inner) => {
            let mut values = of_type(inner, known);
            values.push("null".to_owned());
            values
        }
        Type::List(item) | Type::Set(item) => {
            let items = of_type(item, known);
            let filled = items.chunks(ITEMS).map(|items| format!("[{}]", items.join(",")));
            bounded(filled.chain(["[]".to_owned()]).collect(), MOST)
        }
        Type::Map(key, value) => {
            let keys: Vec<_> = of_type(key, known).iter().filter_map(|key| as_key(key)).collect();
            let values = of_type(value, known);
            let filled = if keys.is_empty() || values.is_empty() { Vec::new() } else { maps(&keys, &values) };
            bounded(filled.into_iter().chain(["{}".to_owned()]).collect(), MOST)
        }
        Type::Extern(_) => Vec::new(),
    }
}

/// Maps that have every key and every value, a few at a time and no key twice.
fn maps(keys: &[String], values: &[String]) -> Vec<String> {
    let count = keys.len().max(values.len());
    let starts = (0..count).step_by(ITEMS.min(keys.len()));
    let map = |start: usize| {
        let entries: Vec<_> = (start..start + ITEMS.min(keys.len()))
            .map(|index| format!("{}:{}", keys[index % keys.len()], values[index % values.len()]))
            .collect();
        format!("{{{}}}", entries.join(","))
    };
    starts.map(map).collect()
}

/// A value as a key of a JSON object: texts as they are, numbers and truths as text; nothing else can be one.
fn as_key(value: &str) -> Option<String> {
    match value.chars().next()? {
        '"' => Some(value.to_owned()),
        '{' | '[' | 'n' => None,
        _ => Some(format!("\"{value}\"")),
    }
}

/// As many rows as the longest column has values, each column beginning anew at its end; none where a column is empty.
fn side_by_side(columns: &[Vec<String>]) -> Vec<Vec<String>> {
    if columns.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let count = columns.iter().map(Vec::len).max().unwrap_or(1);
    let row = |index: usize| columns.iter().map(|column| column[index % column.len()].clone()).collect();
    (0..count).map(row).collect()
}

/// The first of each, then the second of each, and so on.
fn in_turns(each: &[Vec<String>]) -> Vec<String> {
    let longest = each.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|index| each.iter().filter_map(move |of| of.get(index).cloned())).collect()
}

/// The first `most` different values that are not too long.
fn bounded(values: Vec<String>, most: usize) -> Vec<String> {
    let shortest = values.iter().map(String::len).min().unwrap_or(0);
    let longest = LONGEST.0.max(shortest.saturating_mul(LONGEST.1));
    let mut seen = BTreeSet::new();
    let mut kept = values;
    kept.retain(|value| value.len() <= longest && seen.insert(value.clone()));
    kept.truncate(most);
    kept
}
