//! Named fields, wherever they stand: their declarations, their types, and what they are where nothing is said.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::model::{Field, Scalar, TypeRef, Value};

use super::ctx::{Ctx, doc, words};
use super::names::{camel, snake};
use super::value;

/// The declarations of fields, with serde's attributes where the stored form asks for them.
pub(super) struct Fields<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) fields: &'a [Field],
    /// The type that they belong to: its functions give the defaults.
    pub(super) owner: &'a Ident,
    /// A variant's fields have no visibility of their own.
    pub(super) public: bool,
    /// Whether serde reads and writes them.
    pub(super) stored: bool,
}

impl ToTokens for Fields<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { ctx, fields, public, .. } = self;
        let visibility = public.then(|| quote!(pub));
        for field in *fields {
            let ident = snake(&field.name);
            let doc = doc(field.doc.as_deref(), || match field.ty {
                TypeRef::Scalar(Scalar::Bool) => format!("Whether {}.", words(&field.name)),
                _ => format!("The {}.", words(&field.name)),
            });
            let attributes = if self.stored { self.serde(field) } else { TokenStream::new() };
            let ty = ty(ctx, &field.ty);
            tokens.extend(quote!(#doc #attributes #visibility #ident: #ty,));
        }
    }
}

impl Fields<'_> {
    fn serde(&self, field: &Field) -> TokenStream {
        let stored_name = field.name.as_str();
        let rename = (field.name.snake() != stored_name).then(|| quote!(rename = #stored_name));
        let default = field.default.as_ref().map(|default| {
            if is_type_default(self.ctx, &field.ty, default) {
                quote!(default)
            } else {
                let path = format!("{}::{}", self.owner, default_function(field));
                quote!(default = #path)
            }
        });
        let keys: Vec<TokenStream> = rename.into_iter().chain(default).collect();
        if keys.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#keys),*)]) }
    }
}

/// The functions that give the defaults of stored fields where the type's own default is another one.
pub(super) fn default_functions(ctx: &Ctx<'_>, fields: &[Field]) -> Vec<TokenStream> {
    let functions = fields.iter().filter_map(|field| {
        let default = field.default.as_ref().filter(|default| !is_type_default(ctx, &field.ty, default))?;
        let (name, ty, value) = (default_function(field), ty(ctx, &field.ty), value::value(ctx, default));
        let place = ctx.place(field.origin);
        Some(quote! {
            #place
            fn #name() -> #ty { #value }
        })
    });
    functions.collect()
}

fn default_function(field: &Field) -> Ident {
    format_ident!("default_{}", field.name.snake())
}

/// What a field is where nothing is said: its own default, or that of its type.
pub(super) fn default_value(ctx: &Ctx<'_>, field: &Field) -> TokenStream {
    match &field.default {
        Some(default) if !is_type_default(ctx, &field.ty, default) => value::value(ctx, default),
        _ => type_default(ctx, &field.ty),
    }
}

/// The default of a type.
pub(super) fn type_default(ctx: &Ctx<'_>, ty: &TypeRef) -> TokenStream {
    let runtime = &ctx.runtime;
    match ty {
        TypeRef::Optional(_) => runtime.none.to_token_stream(),
        TypeRef::List(_) => {
            let vec = &runtime.vec;
            quote!(#vec::new())
        }
        TypeRef::Set(_) => {
            let set = &runtime.btree_set;
            quote!(#set::new())
        }
        TypeRef::Map(..) => {
            let map = &runtime.btree_map;
            quote!(#map::new())
        }
        TypeRef::Named(id) => {
            let name = camel(&ctx.domain.ty(*id).name);
            quote!(#name::default())
        }
        TypeRef::Scalar(scalar) => match scalar {
            Scalar::String => {
                let string = &runtime.string;
                quote!(#string::new())
            }
            Scalar::Bool => quote!(false),
            Scalar::F32 | Scalar::F64 => quote!(0.0),
            scalar if scalar.integer().is_some() => quote!(0),
            scalar => {
                let ty = scalar_type(ctx, *scalar);
                quote!(#ty::default())
            }
        },
    }
}

/// Whether a value is what its type has by itself.
pub(super) fn is_type_default(ctx: &Ctx<'_>, ty: &TypeRef, value: &Value) -> bool {
    match value {
        Value::None => true,
        Value::Some(_) | Value::Variant(..) | Value::Extern(..) => false,
        Value::List(items) | Value::Set(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Newtype(id, inner) => match &ctx.domain.ty(*id).kind {
            crate::model::TypeKind::Newtype { inner: ty, .. } => is_type_default(ctx, ty, inner),
            _ => false,
        },
        Value::Struct(..) => false,
        Value::Scalar(scalar, text) => match scalar {
            Scalar::String | Scalar::Bytes => text.is_empty(),
            Scalar::Bool => text == "false",
            Scalar::Json => text == "null",
            scalar if scalar.is_number() => {
                // `0.00` is another decimal than `0` in what is stored.
                matches!(ty, TypeRef::Scalar(_))
                    && matches!((scalar, text.as_str()), (_, "0") | (Scalar::F32 | Scalar::F64, "0.0"))
            }
            _ => false,
        },
    }
}

/// A type as a field names it.
pub(super) fn ty(ctx: &Ctx<'_>, ty_ref: &TypeRef) -> TokenStream {
    let runtime = &ctx.runtime;
    match ty_ref {
        TypeRef::Scalar(scalar) => scalar_type(ctx, *scalar),
        TypeRef::Named(id) => camel(&ctx.domain.ty(*id).name).to_token_stream(),
        TypeRef::Optional(inner) => {
            let (option, inner) = (&runtime.option, ty(ctx, inner));
            quote!(#option<#inner>)
        }
        TypeRef::List(item) => {
            let (vec, item) = (&runtime.vec, ty(ctx, item));
            quote!(#vec<#item>)
        }
        TypeRef::Set(item) => {
            let (set, item) = (&runtime.btree_set, ty(ctx, item));
            quote!(#set<#item>)
        }
        TypeRef::Map(key, value) => {
            let (map, key, value) = (&runtime.btree_map, ty(ctx, key), ty(ctx, value));
            quote!(#map<#key, #value>)
        }
    }
}

/// The Rust type of a scalar.
pub(super) fn scalar_type(ctx: &Ctx<'_>, scalar: Scalar) -> TokenStream {
    let runtime = &ctx.runtime;
    match scalar {
        Scalar::String => runtime.string.to_token_stream(),
        Scalar::Decimal => runtime.decimal.to_token_stream(),
        Scalar::Uuid => runtime.uuid.to_token_stream(),
        Scalar::Date => runtime.date.to_token_stream(),
        Scalar::Time => runtime.time.to_token_stream(),
        Scalar::Timestamp => runtime.timestamp.to_token_stream(),
        Scalar::Duration => runtime.signed_duration.to_token_stream(),
        Scalar::Bytes => runtime.bytes.to_token_stream(),
        Scalar::Json => runtime.json.to_token_stream(),
        // The rest are called in Rust as they are in the schema language.
        primitive => format_ident!("{}", primitive.name()).to_token_stream(),
    }
}
