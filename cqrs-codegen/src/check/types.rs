//! Rules about types.

use crate::code::{Code, types as code};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Domain, Field, Name, Origin, TypeId, TypeKind, TypeRef, Value};

use super::comparable::{is_exact, is_key};

pub(super) fn types_do_not_contain_themselves(domain: &Domain, ctx: &mut Context) {
    let mut reported: Vec<TypeId> = Vec::new();
    for (id, ty) in domain.types() {
        let Some(circle) = way_back(id, |id| contained(domain, id)) else { continue };
        if circle.iter().any(|id| reported.contains(id)) {
            continue;
        }
        reported.extend(&circle);
        let names: Vec<String> =
            circle.iter().skip(1).map(|id| quote(domain.ty(*id).name.as_str())).collect();
        let name = quote(ty.name.as_str());
        let message = match names.as_slice() {
            [] => format!("the type {name} contains itself"),
            names => format!("the type {name} contains itself, by way of {}", names.join(" and ")),
        };
        let mut diagnostic = Diagnostic::new(&code::CONTAINS_ITSELF, ty.origin.span(), message)
            .help("put a `list<T>` in between, which may be empty");
        for id in circle.iter().skip(1) {
            diagnostic = diagnostic.also(domain.ty(*id).origin.span(), "on the way");
        }
        ctx.report(diagnostic);
    }
}

pub(super) fn optionals_are_not_optional_inside(domain: &Domain, ctx: &mut Context) {
    each_type(domain, ctx, &mut |ty| match ty {
        TypeRef::Optional(inner) if matches!(domain.stored(inner), TypeRef::Optional(_)) => {
            let text = quote(&domain.type_text(inner));
            let message = format!("{text} may be absent by itself, so `?` makes it optional twice");
            Some((&code::OPTIONAL_TWICE, message, "remove the `?` here, or in the declaration of the type"))
        }
        _ => None,
    });
}

pub(super) fn map_keys_can_be_compared(domain: &Domain, ctx: &mut Context) {
    each_type(domain, ctx, &mut |ty| match ty {
        TypeRef::Map(key, _) if !is_key(domain, key) => {
            let text = quote(&domain.type_text(key));
            let help = "take a text, a whole number, a decimal, a date, a `uuid` or an enum without fields";
            Some((&code::MAP_KEY, format!("{text} cannot be the key of a map"), help))
        }
        _ => None,
    });
}

pub(super) fn set_items_can_be_compared(domain: &Domain, ctx: &mut Context) {
    each_type(domain, ctx, &mut |ty| match ty {
        TypeRef::Set(item) if !is_exact(domain, item) => {
            let text = quote(&domain.type_text(item));
            let help = "take `decimal` in the place of a floating-point number, or a `list`";
            Some((
                &code::SET_ITEM,
                format!("{text} cannot be an item of a set: it has no exact equality"),
                help,
            ))
        }
        _ => None,
    });
}

pub(super) fn defaults_are_not_built_on_themselves(domain: &Domain, ctx: &mut Context) {
    let mut reported: Vec<TypeId> = Vec::new();
    for (id, ty) in domain.types() {
        let built_on =
            |id: TypeId| default_fields(domain, id).flat_map(|(_, value)| left_out(domain, value)).collect();
        let Some(circle) = way_back(id, built_on) else { continue };
        if circle.iter().any(|id| reported.contains(id)) {
            continue;
        }
        reported.extend(&circle);
        let origin = default_fields(domain, id)
            .find(|(_, value)| !left_out(domain, value).is_empty())
            .map_or(ty.origin, |(field, _)| field.origin);
        let message = format!("the default is built on the default of {} itself", quote(ty.name.as_str()));
        let help = "write out the field that leads back, as in `[{ children: [] }]`";
        ctx.report(Diagnostic::new(&code::DEFAULT_ENDLESS, origin.span(), message).help(help));
    }
}

/// The way from a type back to itself, where there is one.
fn way_back(start: TypeId, next: impl Fn(TypeId) -> Vec<TypeId>) -> Option<Vec<TypeId>> {
    let mut seen: Vec<TypeId> = Vec::new();
    let mut ways: Vec<Vec<TypeId>> = vec![vec![start]];
    while let Some(way) = ways.pop() {
        let Some(last) = way.last() else { continue };
        for id in next(*last) {
            if id == start {
                return Some(way);
            }
            if !seen.contains(&id) {
                seen.push(id);
                let mut longer = way.clone();
                longer.push(id);
                ways.push(longer);
            }
        }
    }
    None
}

/// The types whose values lie inside a value of this type, without a collection in between.
fn contained(domain: &Domain, id: TypeId) -> Vec<TypeId> {
    let direct = |ty: &TypeRef| match ty.required() {
        TypeRef::Named(id) => Some(*id),
        _ => None,
    };
    match &domain.ty(id).kind {
        TypeKind::Newtype { inner, .. } => direct(inner).into_iter().collect(),
        TypeKind::Struct(fields) => fields.iter().filter_map(|field| direct(&field.ty)).collect(),
        TypeKind::Enum(variants) => variants
            .iter()
            .flat_map(|variant| &variant.fields)
            .filter_map(|field| direct(&field.ty))
            .collect(),
        TypeKind::Extern(_) => Vec::new(),
    }
}

fn default_fields(domain: &Domain, id: TypeId) -> impl Iterator<Item = (&Field, &Value)> {
    fields(&domain.ty(id).kind).into_iter().filter_map(|field| Some((field, field.default.as_ref()?)))
}

fn fields(kind: &TypeKind) -> Vec<&Field> {
    match kind {
        TypeKind::Struct(fields) => fields.iter().collect(),
        TypeKind::Enum(variants) => variants.iter().flat_map(|variant| &variant.fields).collect(),
        TypeKind::Newtype { .. } | TypeKind::Extern(_) => Vec::new(),
    }
}

/// The types of which a value leaves out a field that has a default.
fn left_out(domain: &Domain, value: &Value) -> Vec<TypeId> {
    match value {
        Value::Scalar(..) | Value::None | Value::Extern(..) => Vec::new(),
        Value::Some(inner) | Value::Newtype(_, inner) => left_out(domain, inner),
        Value::List(items) | Value::Set(items) => {
            items.iter().flat_map(|item| left_out(domain, item)).collect()
        }
        Value::Map(entries) => entries.iter().flat_map(|(_, value)| left_out(domain, value)).collect(),
        Value::Struct(id, values) | Value::Variant(id, _, values) => {
            let declared: Vec<&Field> = match (&domain.ty(*id).kind, value) {
                (TypeKind::Enum(variants), Value::Variant(_, index, _)) => {
                    variants.get(*index).map(|variant| variant.fields.iter().collect()).unwrap_or_default()
                }
                (kind, _) => fields(kind),
            };
            let mut types: Vec<TypeId> =
                values.iter().flatten().flat_map(|it| left_out(domain, it)).collect();
            let leaves_out =
                values.iter().zip(declared).any(|(it, field)| it.is_none() && field.default.is_some());
            types.extend(leaves_out.then_some(*id));
            types
        }
    }
}

/// What is wrong with a type: the code, the message, the way out.
type Fault = Option<(&'static Code, String, &'static str)>;

/// Looks at every type that the schema writes, parts included, and reports at the name of what has it.
fn each_type(domain: &Domain, ctx: &mut Context, look: &mut dyn FnMut(&TypeRef) -> Fault) {
    for (name, origin, ty) in written_types(domain) {
        let mut parts = vec![ty];
        while let Some(part) = parts.pop() {
            if let Some((code, message, help)) = look(part) {
                let label =
                    format!("the type of {} is {}", quote(name.as_str()), quote(&domain.type_text(ty)));
                ctx.report(Diagnostic::new(code, origin.span(), message).label(label).help(help));
            }
            match part {
                TypeRef::Optional(inner) | TypeRef::List(inner) | TypeRef::Set(inner) => parts.push(inner),
                TypeRef::Map(key, value) => parts.extend([key.as_ref(), value.as_ref()]),
                TypeRef::Scalar(_) | TypeRef::Named(_) => {}
            }
        }
    }
}

/// Every type that is written, with the name of what has it.
pub(super) fn written_types(domain: &Domain) -> Vec<(&Name, Origin, &TypeRef)> {
    let mut written: Vec<(&Name, Origin, &TypeRef)> = Vec::new();
    for ty in &domain.types {
        if let TypeKind::Newtype { inner, .. } = &ty.kind {
            written.push((&ty.name, ty.origin, inner));
        }
        written.extend(fields(&ty.kind).into_iter().map(typed));
    }
    written.extend(member_fields(domain).map(typed));
    written
}

/// The fields of everything but types.
pub(super) fn member_fields(domain: &Domain) -> impl Iterator<Item = &Field> {
    let state = domain.aggregates.iter().flat_map(|it| &it.state);
    let events = domain
        .events
        .iter()
        .flat_map(|it| it.fields.iter().chain(it.history.iter().flat_map(|it| &it.fields)));
    let errors = domain.errors.iter().flat_map(|it| &it.fields);
    let commands = domain.commands.iter().flat_map(|it| it.fields.iter().skip(1));
    let rows =
        domain.projections.iter().flat_map(|it| it.key.iter().chain(it.fields.iter().map(|row| &row.field)));
    state.chain(events).chain(errors).chain(commands).chain(rows)
}

fn typed(field: &Field) -> (&Name, Origin, &TypeRef) {
    (&field.name, field.origin, &field.ty)
}
