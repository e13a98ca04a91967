//! Plain values as Rust: what `default`, `value`, `given`, `when` and `then` write.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::model::{Field, TypeId, TypeKind, Value};

use super::ctx::Ctx;
use super::fields::{self, type_default};
use super::names::{camel, snake};

/// A value of exactly the type that it was checked against, owned.
pub(super) fn value(ctx: &Ctx<'_>, value_of: &Value) -> TokenStream {
    let runtime = &ctx.runtime;
    let all = |values: &[Value]| -> Vec<TokenStream> { values.iter().map(|it| value(ctx, it)).collect() };
    match value_of {
        Value::Scalar(scalar, text) => ctx.literal(*scalar, text),
        Value::None => runtime.none.to_token_stream(),
        Value::Some(inner) => {
            let (some, inner) = (&runtime.some, value(ctx, inner));
            quote!(#some(#inner))
        }
        Value::List(items) if items.is_empty() => {
            let vec = &runtime.vec;
            quote!(#vec::new())
        }
        Value::List(items) => {
            let items = all(items);
            quote!(vec![#(#items),*])
        }
        Value::Set(items) if items.is_empty() => {
            let set = &runtime.btree_set;
            quote!(#set::new())
        }
        Value::Set(items) => {
            let (set, items) = (&runtime.btree_set, all(items));
            quote!(#set::from([#(#items),*]))
        }
        Value::Map(entries) if entries.is_empty() => {
            let map = &runtime.btree_map;
            quote!(#map::new())
        }
        Value::Map(entries) => {
            let map = &runtime.btree_map;
            let entries = entries.iter().map(|(key, item)| {
                let (key, item) = (value(ctx, key), value(ctx, item));
                quote!((#key, #item))
            });
            quote!(#map::from([#(#entries),*]))
        }
        Value::Newtype(id, inner) => {
            let (name, inner) = (camel(&ctx.domain.ty(*id).name), value(ctx, inner));
            quote!(#name(#inner))
        }
        Value::Struct(id, values) => {
            let name = camel(&ctx.domain.ty(*id).name);
            let fields = match &ctx.domain.ty(*id).kind {
                TypeKind::Struct(fields) => fields_of(ctx, fields, values),
                _ => TokenStream::new(),
            };
            quote!(#name { #fields })
        }
        Value::Variant(id, index, values) => variant(ctx, *id, *index, values),
        Value::Extern(_, json) => {
            ctx.runtime.shorten(quote!(::cqrs_core::serde_json::from_str(#json).unwrap()))
        }
    }
}

fn variant(ctx: &Ctx<'_>, id: TypeId, index: usize, values: &[Option<Value>]) -> TokenStream {
    let name = camel(&ctx.domain.ty(id).name);
    let TypeKind::Enum(variants) = &ctx.domain.ty(id).kind else { return TokenStream::new() };
    let Some(variant) = variants.get(index) else { return TokenStream::new() };
    let variant_name = camel(&variant.name);
    if variant.fields.is_empty() {
        return quote!(#name::#variant_name);
    }
    let fields = fields_of(ctx, &variant.fields, values);
    quote!(#name::#variant_name { #fields })
}

/// The fields of a literal, each with its value, its default, or its absence.
pub(super) fn fields_of(ctx: &Ctx<'_>, fields: &[Field], values: &[Option<Value>]) -> TokenStream {
    let fields = fields.iter().zip(values).map(|(field, given)| {
        let ident = snake(&field.name);
        let value = match given {
            Some(given) => value(ctx, given),
            None if field.default.is_some() => fields::default_value(ctx, field),
            None => type_default(ctx, &field.ty),
        };
        quote!(#ident: #value)
    });
    quote!(#(#fields),*)
}
