//! Which types can be compared, ordered and hashed.

use crate::model::{Domain, Scalar, TypeKind, TypeRef};

/// Whether values of the type can be keys: of a map, a row or an index.
///
/// Of the user's own types nothing is known; Rust decides.
pub(super) fn is_key(domain: &Domain, ty: &TypeRef) -> bool {
    match domain.stored(ty) {
        TypeRef::Scalar(scalar) => !scalar.is_float() && *scalar != Scalar::Json,
        TypeRef::Named(id) => match &domain.ty(*id).kind {
            TypeKind::Enum(variants) => variants.iter().all(|variant| variant.fields.is_empty()),
            TypeKind::Extern(_) => true,
            TypeKind::Struct(_) | TypeKind::Newtype { .. } => false,
        },
        TypeRef::Optional(_) | TypeRef::List(_) | TypeRef::Set(_) | TypeRef::Map(..) => false,
    }
}

/// Whether values of the type have exact equality, whatever they consist of.
pub(super) fn is_exact(domain: &Domain, ty: &TypeRef) -> bool {
    exact(domain, ty, &mut Vec::new())
}

fn exact<'a>(domain: &'a Domain, ty: &'a TypeRef, open: &mut Vec<&'a TypeRef>) -> bool {
    if open.contains(&ty) {
        return true;
    }
    open.push(ty);
    let is_exact = match ty {
        TypeRef::Scalar(scalar) => !scalar.is_float() && *scalar != Scalar::Json,
        TypeRef::Optional(inner) | TypeRef::List(inner) | TypeRef::Set(inner) => exact(domain, inner, open),
        TypeRef::Map(key, value) => exact(domain, key, open) && exact(domain, value, open),
        TypeRef::Named(id) => match &domain.ty(*id).kind {
            TypeKind::Newtype { inner, .. } => exact(domain, inner, open),
            TypeKind::Struct(fields) => fields.iter().all(|field| exact(domain, &field.ty, open)),
            TypeKind::Enum(variants) => variants
                .iter()
                .flat_map(|variant| &variant.fields)
                .all(|field| exact(domain, &field.ty, open)),
            TypeKind::Extern(_) => true,
        },
    };
    open.pop();
    is_exact
}

/// Whether a column of the type can be compared for equality in a table.
pub(super) fn is_column(domain: &Domain, ty: &TypeRef) -> bool {
    let ty = ty.required();
    is_key(domain, ty) || matches!(domain.stored(ty), TypeRef::Scalar(scalar) if scalar.is_float())
}

/// Whether values of the type have an order that a table can sort by.
pub(super) fn is_ordered(domain: &Domain, ty: &TypeRef) -> bool {
    match domain.stored(ty.required()) {
        TypeRef::Scalar(scalar) => !matches!(scalar, Scalar::Json | Scalar::Bytes),
        TypeRef::Named(id) => match &domain.ty(*id).kind {
            TypeKind::Enum(variants) => variants.iter().all(|variant| variant.fields.is_empty()),
            TypeKind::Extern(_) => true,
            TypeKind::Struct(_) | TypeKind::Newtype { .. } => false,
        },
        _ => false,
    }
}
