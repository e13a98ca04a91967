//! What Rust will know of a type of the schema: whether it is copied, ordered, calculated with, or has a default.
//!
//! Expressions are checked by these facts and rendered by them, so the derives of the generated types must agree.

use crate::model::{Domain, Scalar, TypeKind, TypeRef};

/// Whether values are copied and never cloned: numbers, dates, UUIDs, newtypes of these, and enums of plain names.
#[must_use]
pub fn is_copy(domain: &Domain, ty: &TypeRef) -> bool {
    match domain.stored(ty) {
        TypeRef::Scalar(scalar) => !matches!(scalar, Scalar::String | Scalar::Bytes | Scalar::Json),
        TypeRef::Optional(inner) => is_copy(domain, inner),
        TypeRef::Named(id) => match &domain.ty(*id).kind {
            TypeKind::Enum(variants) => variants.iter().all(|variant| variant.fields.is_empty()),
            TypeKind::Newtype { .. } | TypeKind::Struct(_) | TypeKind::Extern(_) => false,
        },
        TypeRef::List(_) | TypeRef::Set(_) | TypeRef::Map(..) => false,
    }
}

/// Whether one value can be less than another: numbers, texts, points in time, newtypes of these, and enums of plain
/// names, which are ordered as they are listed. Such a type is `PartialOrd`.
#[must_use]
pub fn is_ordered(domain: &Domain, ty: &TypeRef) -> bool {
    match domain.stored(ty) {
        TypeRef::Scalar(scalar) => !matches!(scalar, Scalar::Bool | Scalar::Bytes | Scalar::Json),
        named @ TypeRef::Named(_) => is_copy(domain, named),
        TypeRef::Optional(_) | TypeRef::List(_) | TypeRef::Set(_) | TypeRef::Map(..) => false,
    }
}

/// Whether it is a number, or a newtype of one, so that it is calculated with.
#[must_use]
pub fn is_number(domain: &Domain, ty: &TypeRef) -> bool {
    matches!(domain.stored(ty), TypeRef::Scalar(scalar) if scalar.is_number())
}

/// Whether the type has a default of its own: the entry of a map that is not there yet.
///
/// Dates, instants and UUIDs have none that anyone could mean; the user's own types are left to rustc.
#[must_use]
pub fn has_default(domain: &Domain, ty: &TypeRef) -> bool {
    has_default_within(domain, ty, domain.types.len())
}

/// Like [`has_default`], through at most `depth` structs; one that contains itself is reported elsewhere.
fn has_default_within(domain: &Domain, ty: &TypeRef, depth: usize) -> bool {
    match domain.stored(ty) {
        TypeRef::Optional(_) | TypeRef::List(_) | TypeRef::Set(_) | TypeRef::Map(..) => true,
        TypeRef::Scalar(scalar) => {
            !matches!(scalar, Scalar::Date | Scalar::Time | Scalar::Timestamp | Scalar::Uuid)
        }
        TypeRef::Named(id) => match &domain.ty(*id).kind {
            TypeKind::Struct(fields) => fields.iter().all(|field| {
                field.default.is_some() || depth > 0 && has_default_within(domain, &field.ty, depth - 1)
            }),
            TypeKind::Extern(_) => true,
            TypeKind::Newtype { .. } | TypeKind::Enum(_) => false,
        },
    }
}
