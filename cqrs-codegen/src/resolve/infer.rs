//! The type of a path such as `event.holder.name`: as much of typing as the shape of a row needs.
//!
//! Whole expressions are typed elsewhere, once every row has its fields. A summary's field has the type of what it
//! sums up, so that type must be known before; where it is not a path, the schema declares it.

use crate::model::{Domain, EventId, Scalar, SummaryKind, TypeKind, TypeRef};

/// The type of a path in the scope of each of these events, where it is a path and has the same type in all.
pub(super) fn path_type(domain: &Domain, expression: &syn::Expr, events: &[EventId]) -> Option<TypeRef> {
    let mut types = events.iter().map(|event| one(domain, expression, *event));
    let first = types.next()??;
    types.all(|ty| ty.as_ref() == Some(&first)).then_some(first)
}

fn one(domain: &Domain, expression: &syn::Expr, event: EventId) -> Option<TypeRef> {
    match expression {
        syn::Expr::Paren(inner) => one(domain, &inner.expr, event),
        syn::Expr::Field(access) => {
            let syn::Member::Named(name) = &access.member else { return None };
            let name = plain(name);
            if let syn::Expr::Path(owner) = access.base.as_ref() {
                let owner = plain(owner.path.get_ident()?);
                return match owner.as_str() {
                    "event" => field(&domain.event(event).fields, &name),
                    "meta" => meta(&name),
                    _ => None,
                };
            }
            match one(domain, &access.base, event)? {
                TypeRef::Named(id) => match &domain.ty(id).kind {
                    TypeKind::Struct(fields) => field(fields, &name),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn plain(name: &syn::Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

fn field(fields: &[crate::model::Field], name: &str) -> Option<TypeRef> {
    fields.iter().find(|field| field.name.as_str() == name).map(|field| field.ty.clone())
}

/// The types of what is known of a recorded event.
fn meta(name: &str) -> Option<TypeRef> {
    let scalar = match name {
        "recorded_at" => Scalar::Timestamp,
        "event_id" => Scalar::Uuid,
        "version" | "position" => Scalar::U64,
        "aggregate_id" | "aggregate_type" => Scalar::String,
        "actor" | "tenant" => return Some(TypeRef::Optional(Box::new(TypeRef::Scalar(Scalar::String)))),
        _ => return None,
    };
    Some(TypeRef::Scalar(scalar))
}

/// The type of a summary's field, given the type of what it sums up.
pub(super) fn summary_type(domain: &Domain, kind: SummaryKind, of: &TypeRef) -> TypeRef {
    match kind {
        SummaryKind::Count => TypeRef::Scalar(Scalar::U64),
        SummaryKind::Collect => TypeRef::List(Box::new(of.clone())),
        SummaryKind::Min | SummaryKind::Max | SummaryKind::First | SummaryKind::Last => of.clone(),
        SummaryKind::Sum => match of.required() {
            TypeRef::Scalar(scalar) => TypeRef::Scalar(sum_type(*scalar)),
            other => other.clone(),
        },
        SummaryKind::Avg => match (of.required(), domain.stored(of.required())) {
            (other, TypeRef::Scalar(scalar)) => match scalar.integer() {
                Some(_) => TypeRef::Scalar(Scalar::Decimal),
                None if *other == TypeRef::Scalar(Scalar::F32) => TypeRef::Scalar(Scalar::F64),
                None => other.clone(),
            },
            (other, _) => other.clone(),
        },
    }
}

/// Sums are kept wider than what they add up, so that small numbers do not overflow soon.
fn sum_type(scalar: Scalar) -> Scalar {
    match scalar.integer() {
        Some((true, bits)) if bits < 64 => Scalar::I64,
        Some((false, bits)) if bits < 64 => Scalar::U64,
        None if scalar == Scalar::F32 => Scalar::F64,
        _ => scalar,
    }
}
