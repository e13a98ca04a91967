//! Clippy's objections to declarations that the schema decides: names that share a word, variants of unlike size, types
//! of many parts.
//!
//! Each is allowed where it could be raised, with the reason, and nowhere else.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Domain, ErrorKind, Field, Scalar, Type, TypeKind, TypeRef, Variant};

use super::ctx::Ctx;

/// Clippy's default for the difference between the largest and the second largest variant.
const LARGE_VARIANT: usize = 200;

/// Clippy's default for the size of an error.
const LARGE_ERROR: usize = 128;

/// Clippy's default for the parts of a type.
const MOST_COMPLEX: usize = 250;

/// The lints of an enum that the schema declares.
pub(super) fn of_enum(ctx: &Ctx<'_>, ty: &Type, variants: &[Variant]) -> TokenStream {
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.camel()).collect();
    let sizes: Vec<usize> =
        variants.iter().map(|variant| size_of_fields(ctx.domain, &variant.fields, 8)).collect();
    let mut lints = Vec::new();
    if share_a_word(ty.name.camel(), &names) {
        lints.push(quote!(clippy::enum_variant_names));
    }
    if are_unlike(&sizes) {
        lints.push(quote!(clippy::large_enum_variant));
    }
    if variants.iter().flat_map(|variant| &variant.fields).any(|field| is_complex(&field.ty)) {
        lints.push(quote!(clippy::type_complexity));
    }
    allow(&lints, "the schema names and shapes the variants")
}

/// The lints of an event set.
pub(super) fn of_event_set(ctx: &Ctx<'_>, name: &str, events: &[(&str, &[Field])]) -> TokenStream {
    let names: Vec<&str> = events.iter().map(|(name, _)| *name).collect();
    let sizes: Vec<usize> = events.iter().map(|(_, fields)| size_of_fields(ctx.domain, fields, 8)).collect();
    let mut lints = Vec::new();
    if share_a_word(name, &names) {
        lints.push(quote!(clippy::enum_variant_names));
    }
    if are_unlike(&sizes) {
        lints.push(quote!(clippy::large_enum_variant));
    }
    allow(&lints, "each variant is the event of its name")
}

/// The lints of an aggregate's error.
pub(super) fn of_error(ctx: &Ctx<'_>, name: &str, errors: &[&ErrorKind]) -> TokenStream {
    let names: Vec<&str> = errors.iter().map(|error| error.name.camel()).collect();
    let sizes: Vec<usize> = errors.iter().map(|error| size_of_fields(ctx.domain, &error.fields, 8)).collect();
    let mut lints = Vec::new();
    if share_a_word(name, &names) {
        lints.push(quote!(clippy::enum_variant_names));
    }
    if are_unlike(&sizes) {
        lints.push(quote!(clippy::large_enum_variant));
    }
    if errors.iter().flat_map(|error| &error.fields).any(|field| is_complex(&field.ty)) {
        lints.push(quote!(clippy::type_complexity));
    }
    allow(&lints, "the schema names and shapes the refusals")
}

/// The lint of a function that returns an aggregate's error.
pub(super) fn of_result(ctx: &Ctx<'_>, errors: &[&ErrorKind]) -> TokenStream {
    let largest = errors.iter().map(|error| size_of_fields(ctx.domain, &error.fields, 8)).max().unwrap_or(0);
    let lints = if largest >= LARGE_ERROR - 16 { vec![quote!(clippy::result_large_err)] } else { Vec::new() };
    allow(&lints, "a refusal carries what the schema says")
}

/// The lint of a struct whose fields have types of many parts.
pub(super) fn of_fields(fields: &[Field]) -> TokenStream {
    let lints = if fields.iter().any(|field| is_complex(&field.ty)) {
        vec![quote!(clippy::type_complexity)]
    } else {
        Vec::new()
    };
    allow(&lints, "the schema shapes the fields")
}

/// The lints of checks that look into one part after the other.
pub(super) fn of_nested_checks(checks: &TokenStream) -> TokenStream {
    let text = checks.to_string();
    let patterns = text.matches("if let").count();
    let mut lints = Vec::new();
    if text.contains("for ") && patterns > 0 {
        lints.push(quote!(clippy::manual_flatten));
    }
    if patterns > 1 {
        lints.extend([quote!(clippy::collapsible_if), quote!(clippy::collapsible_match)]);
    }
    allow(&lints, "the checks nest as the types do")
}

fn allow(lints: &[TokenStream], reason: &str) -> TokenStream {
    if lints.is_empty() {
        return TokenStream::new();
    }
    quote!(#[allow(#(#lints),*, reason = #reason)])
}

/// Whether all names, of which there are some, begin or end with the same word, or with the whole of the type's name.
fn share_a_word(of: &str, names: &[&str]) -> bool {
    if names.iter().any(|name| name.starts_with(of) || name.ends_with(of)) {
        return true;
    }
    let Some(first) = names.first().filter(|_| names.len() >= 2) else { return false };
    let words = words(first);
    let shared = |word: Option<&&str>, has: fn(&str, &str) -> bool| {
        word.is_some_and(|word| names.iter().all(|name| has(name, word)))
    };
    shared(words.first(), |name, word| name.starts_with(word))
        || shared(words.last(), |name, word| name.ends_with(word))
}

fn words(name: &str) -> Vec<&str> {
    let mut starts: Vec<usize> =
        name.char_indices().filter(|(_, it)| it.is_uppercase()).map(|(at, _)| at).collect();
    starts.push(name.len());
    starts.windows(2).filter_map(|pair| name.get(pair[0]..pair[1])).collect()
}

fn are_unlike(sizes: &[usize]) -> bool {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    match sorted.as_slice() {
        // Sizes are estimated, so a difference near the limit counts as one beyond it.
        [largest, second, ..] => largest - second >= LARGE_VARIANT - 48,
        _ => false,
    }
}

/// An upper bound of a value's size in bytes, on a machine of 64 bits.
fn size_of(domain: &Domain, ty: &TypeRef, depth: usize) -> usize {
    match ty {
        TypeRef::Scalar(scalar) => match scalar {
            Scalar::Bool | Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 | Scalar::Date => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 | Scalar::Time => 8,
            Scalar::String | Scalar::Bytes => 24,
            Scalar::Json => 32,
            _ => 16,
        },
        TypeRef::Optional(inner) => size_of(domain, inner, depth) + 8,
        TypeRef::List(_) | TypeRef::Set(_) | TypeRef::Map(..) => 24,
        TypeRef::Named(_) if depth == 0 => LARGE_VARIANT,
        TypeRef::Named(id) => match &domain.ty(*id).kind {
            TypeKind::Newtype { inner, .. } => size_of(domain, inner, depth - 1),
            TypeKind::Struct(fields) => size_of_fields(domain, fields, depth - 1),
            TypeKind::Enum(variants) => {
                let sizes = variants.iter().map(|variant| size_of_fields(domain, &variant.fields, depth - 1));
                sizes.max().unwrap_or(0) + 8
            }
            TypeKind::Extern(_) => LARGE_VARIANT,
        },
    }
}

fn size_of_fields(domain: &Domain, fields: &[Field], depth: usize) -> usize {
    fields
        .iter()
        .map(|field| size_of(domain, &field.ty, depth).next_multiple_of(4))
        .sum::<usize>()
        .next_multiple_of(8)
}

/// Whether Clippy counts too many parts in a type: each counts ten times its depth.
fn is_complex(ty: &TypeRef) -> bool {
    fn score(ty: &TypeRef, depth: usize) -> usize {
        let parts = match ty {
            TypeRef::Scalar(_) | TypeRef::Named(_) => 0,
            TypeRef::Optional(inner) | TypeRef::List(inner) | TypeRef::Set(inner) => score(inner, depth + 1),
            TypeRef::Map(key, value) => score(key, depth + 1) + score(value, depth + 1),
        };
        10 * depth + parts
    }
    score(ty, 1) > MOST_COMPLEX
}
