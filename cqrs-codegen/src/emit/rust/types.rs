//! Types: newtypes, structs, enums, and other names for the user's own.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::expr::facts;
use crate::model::{Domain, ExpressionId, Field, Type, TypeId, TypeKind, TypeRef, Variant};

use super::ctx::{Ctx, blank_line, doc, opening};
use super::fields::{self, Fields, default_functions, is_type_default};
use super::lints;
use super::names::{camel, snake};
use super::rules::{Validate, field_checks, fields_checks, own_rule, part_checks};
use super::traits::Has;

/// The type of an id.
pub(super) struct TypeItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: TypeId,
    /// The newtypes that name aggregates.
    pub(super) ids: &'a BTreeSet<TypeId>,
}

impl ToTokens for TypeItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ty = self.ctx.domain.ty(self.id);
        let name = camel(&ty.name);
        let place = self.ctx.place(ty.origin);
        tokens.extend(match &ty.kind {
            TypeKind::Newtype { inner, check } => self.newtype(ty, &name, inner, *check),
            TypeKind::Struct(fields) => self.structure(ty, &name, fields),
            TypeKind::Enum(variants) => self.enumeration(ty, &name, variants),
            TypeKind::Extern(path) => {
                let doc =
                    doc(ty.doc.as_deref(), || format!("{}, a type written by hand.", opening(&ty.name)));
                // A path that was refused has stopped the compiler before.
                let path: TokenStream = path.parse().unwrap_or_default();
                quote!(#doc #place pub type #name = #path;)
            }
        });
    }
}

impl TypeItem<'_> {
    fn newtype(&self, ty: &Type, name: &Ident, inner: &TypeRef, check: Option<ExpressionId>) -> TokenStream {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let has = ctx.traits.of_type(self.id);
        let is_id = self.ids.contains(&self.id);
        let doc = doc(ty.doc.as_deref(), || format!("{}.", opening(&ty.name)));
        let stored = if is_id { &runtime.aggregate_id } else { &runtime.data_type };
        let (derives, inner_type) = (derives(ctx, has, Some(stored)), fields::ty(ctx, inner));
        let rename = rename(ty);
        let (display, from) = if is_id {
            (None, None)
        } else {
            (
                has.display.then(|| self.newtype_display(name)),
                check.is_none().then(|| self.from(name, &inner_type)),
            )
        };
        let number = facts::is_number(ctx.domain, &TypeRef::Named(self.id))
            .then(|| quote!(::cqrs_core::number!(#name(#inner_type));));
        let rule = self.newtype_rule(name, inner, &inner_type, check);
        quote! {
            #doc
            #derives
            #rename
            pub struct #name(pub #inner_type);

            #number
            #rule
            #display
            #from
        }
    }

    fn newtype_rule(
        &self,
        name: &Ident,
        inner: &TypeRef,
        inner_type: &TokenStream,
        check: Option<ExpressionId>,
    ) -> Option<TokenStream> {
        let ctx = self.ctx;
        if !ctx.rules.guard_type(self.id) {
            return None;
        }
        let runtime = &ctx.runtime;
        let (result, ok, invalid) = (&runtime.result, &runtime.ok, &runtime.invalid);
        let own = check.map(|check| own_rule(ctx, check, &quote!(self.0), None));
        let parts = part_checks(ctx, inner, &quote!(&self.0), None, 0);
        let validate = Validate {
            ctx,
            doc: "Checks the rule for values that enter by a command. Stored values are read without it.",
            rules: check.into_iter().collect(),
            checks: quote!(#own #parts),
        };
        let blank = blank_line();
        Some(quote! {
            impl #name {
                /// A value that keeps the rule.
                ///
                /// # Errors
                ///
                /// When it does not.
                pub fn new(value: #inner_type) -> #result<Self, #invalid> {
                    let value = Self(value);
                    value.validate()?;
                    #ok(value)
                }
                #blank
                #validate
            }
        })
    }

    fn newtype_display(&self, name: &Ident) -> TokenStream {
        let fmt = &self.ctx.runtime.fmt;
        quote! {
            impl #fmt::Display for #name {
                fn fmt(&self, formatter: &mut #fmt::Formatter<'_>) -> #fmt::Result {
                    self.0.fmt(formatter)
                }
            }
        }
    }

    fn from(&self, name: &Ident, inner: &TokenStream) -> TokenStream {
        let from = &self.ctx.runtime.from;
        quote! {
            impl #from<#inner> for #name {
                fn from(value: #inner) -> Self {
                    Self(value)
                }
            }
        }
    }

    fn structure(&self, ty: &Type, name: &Ident, fields: &[Field]) -> TokenStream {
        let ctx = self.ctx;
        let has = ctx.traits.of_type(self.id);
        let doc = doc(ty.doc.as_deref(), || format!("{}.", opening(&ty.name)));
        let is_derived = has.default && has_type_defaults(ctx, fields);
        let derives = derives(ctx, Has { default: is_derived, ..has }, Some(&ctx.runtime.data_type));
        let default = (has.default && !is_derived).then(|| default_impl(ctx, name, fields));
        let (rename, allow) = (rename(ty), lints::of_fields(fields));
        let declarations = Fields { ctx, fields, owner: name, public: true, stored: true };
        let inherent = inherent_impl(ctx, name, fields, ctx.rules.guard_fields(fields));
        quote! {
            #doc
            #derives
            #rename
            #allow
            pub struct #name { #declarations }

            #default
            #inherent
        }
    }

    fn enumeration(&self, ty: &Type, name: &Ident, variants: &[Variant]) -> TokenStream {
        let ctx = self.ctx;
        let has = ctx.traits.of_type(self.id);
        let doc = doc(ty.doc.as_deref(), || format!("{}.", opening(&ty.name)));
        let derives = derives(ctx, has, Some(&ctx.runtime.data_type));
        let (rename, allow) = (rename(ty), lints::of_enum(ctx, ty, variants));
        let declarations = variants.iter().map(|variant| {
            let variant_name = camel(&variant.name);
            let stored_name = variant.name.as_str();
            let rename = (variant_name != stored_name).then(|| quote!(#[serde(rename = #stored_name)]));
            let doc = doc_of_variant(variant);
            let fields = (!variant.fields.is_empty()).then(|| {
                let fields =
                    Fields { ctx, fields: &variant.fields, owner: name, public: false, stored: true };
                quote!({ #fields })
            });
            quote!(#doc #rename #variant_name #fields,)
        });
        let display = has.display.then(|| self.enum_display(name, variants));
        let validate = ctx.rules.guard_type(self.id).then(|| self.enum_rule(variants));
        let defaults = variants.iter().flat_map(|variant| default_functions(ctx, &variant.fields));
        let methods = with_blank_lines(defaults.chain(validate));
        let inherent = (!methods.is_empty()).then(|| quote!(impl #name { #methods }));
        quote! {
            #doc
            #derives
            #rename
            #allow
            pub enum #name { #(#declarations)* }

            #inherent
            #display
        }
    }

    fn enum_display(&self, name: &Ident, variants: &[Variant]) -> TokenStream {
        let fmt = &self.ctx.runtime.fmt;
        let arms = variants.iter().map(|variant| {
            let (ident, text) = (camel(&variant.name), variant.name.as_str());
            quote!(Self::#ident => #text,)
        });
        quote! {
            impl #fmt::Display for #name {
                fn fmt(&self, formatter: &mut #fmt::Formatter<'_>) -> #fmt::Result {
                    formatter.write_str(match self {
                        #(#arms)*
                    })
                }
            }
        }
    }

    fn enum_rule(&self, variants: &[Variant]) -> TokenStream {
        let ctx = self.ctx;
        let guarded: Vec<&Variant> =
            variants.iter().filter(|variant| ctx.rules.guard_fields(&variant.fields)).collect();
        let checks = match guarded.as_slice() {
            [only] if variants.len() > 1 => {
                let (pattern, checks) = self.variant_rule(only);
                quote!(if let #pattern = self { #checks })
            }
            _ => {
                let arms = guarded.iter().map(|variant| {
                    let (pattern, checks) = self.variant_rule(variant);
                    quote!(#pattern => { #checks })
                });
                let others = (guarded.len() < variants.len()).then(|| quote!(_ => {}));
                quote!(match self { #(#arms)* #others })
            }
        };
        let rules = variants.iter().flat_map(|variant| &variant.fields).filter_map(|field| field.check);
        Validate {
            ctx,
            doc: "Checks the rules for values that enter by a command. Stored values are read without them.",
            rules: rules.collect(),
            checks,
        }
        .to_token_stream()
    }

    /// The pattern of a variant with the fields that have rules, and the checks of these.
    fn variant_rule(&self, variant: &Variant) -> (TokenStream, TokenStream) {
        let ctx = self.ctx;
        let ident = camel(&variant.name);
        let guarded: Vec<&Field> = (variant.fields.iter())
            .filter(|field| ctx.rules.guard_fields(std::slice::from_ref(field)))
            .collect();
        let names = guarded.iter().map(|field| snake(&field.name));
        let rest = (guarded.len() < variant.fields.len()).then(|| quote!(..));
        let checks = guarded.iter().map(|field| {
            let ident = snake(&field.name);
            field_checks(ctx, field, &quote!((*#ident)), &ident.to_token_stream())
        });
        (quote!(Self::#ident { #(#names,)* #rest }), quote!(#(#checks)*))
    }
}

fn doc_of_variant(variant: &Variant) -> TokenStream {
    doc(None, || format!("`{}`.", variant.name))
}

/// The default functions of a type, and its rules.
pub(super) fn inherent_impl(
    ctx: &Ctx<'_>,
    name: &Ident,
    fields: &[Field],
    is_guarded: bool,
) -> Option<TokenStream> {
    let validate = is_guarded.then(|| {
        Validate {
            ctx,
            doc: "Checks the rules for values that enter by a command. Stored values are read without them.",
            rules: fields.iter().filter_map(|field| field.check).collect(),
            checks: fields_checks(ctx, fields),
        }
        .to_token_stream()
    });
    let methods = with_blank_lines(default_functions(ctx, fields).into_iter().chain(validate));
    (!methods.is_empty()).then(|| quote!(impl #name { #methods }))
}

/// Methods with a blank line between each two.
pub(super) fn with_blank_lines(methods: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let mut all = TokenStream::new();
    for method in methods {
        if !all.is_empty() {
            all.extend(blank_line());
        }
        all.extend(method);
    }
    all
}

/// Whether every field starts as its type does.
pub(super) fn has_type_defaults(ctx: &Ctx<'_>, fields: &[Field]) -> bool {
    fields.iter().all(|field| match &field.default {
        Some(default) => is_type_default(ctx, &field.ty, default),
        None => true,
    })
}

/// `Default` for a struct whose fields start otherwise than their types do.
pub(super) fn default_impl(ctx: &Ctx<'_>, name: &Ident, fields: &[Field]) -> TokenStream {
    let default = &ctx.runtime.default;
    let values = fields.iter().map(|field| {
        let (ident, value) = (snake(&field.name), fields::default_value(ctx, field));
        quote!(#ident: #value)
    });
    quote! {
        impl #default for #name {
            fn default() -> Self {
                Self { #(#values),* }
            }
        }
    }
}

/// The derives of a type that is stored.
pub(super) fn derives(ctx: &Ctx<'_>, has: Has, stored: Option<&super::runtime::Import>) -> TokenStream {
    let runtime = &ctx.runtime;
    let own = own_derives(has);
    let (serialize, deserialize) = (&runtime.serialize, &runtime.deserialize);
    let stored = stored.into_iter();
    quote!(#[derive(#own, #serialize, #deserialize #(, #stored)*)])
}

/// The derives of Rust's own traits.
pub(super) fn own_derives(has: Has) -> TokenStream {
    let copy = has.copy.then(|| quote!(, Copy));
    let eq = has.eq.then(|| quote!(, Eq));
    let order = match (has.partial_ord, has.ord) {
        (true, true) => quote!(, PartialOrd, Ord),
        (true, false) => quote!(, PartialOrd),
        _ => TokenStream::new(),
    };
    let hash = has.hash.then(|| quote!(, Hash));
    let default = has.default.then(|| quote!(, Default));
    quote!(Debug, Clone #copy, PartialEq #eq #order #hash #default)
}

/// The stored name of a type whose name in the schema is not in Rust's case.
fn rename(ty: &Type) -> Option<TokenStream> {
    let stored_name = ty.name.as_str();
    (ty.name.camel() != stored_name).then(|| quote!(#[serde(rename = #stored_name)]))
}

/// The newtypes that name aggregates, those within them included.
pub(super) fn newtypes_of_ids(domain: &Domain) -> BTreeSet<TypeId> {
    let mut ids = BTreeSet::new();
    for aggregate in &domain.aggregates {
        let mut ty = &aggregate.id;
        while let TypeRef::Named(id) = ty
            && let TypeKind::Newtype { inner, .. } = &domain.ty(*id).kind
            && ids.insert(*id)
        {
            ty = inner;
        }
    }
    ids
}
