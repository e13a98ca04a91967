//! `#[derive(DataType)]`: the shape of a type, and its way into one cell of a table and back.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, GenericParam, Generics, LitStr, Type, parse_quote};

use crate::errors::Errors;
use crate::input::Core;
use crate::keys::{self, Once};
use crate::shape;
use crate::stored::{self, Form, Stored, VariantKind};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let (mut core, mut opaque) = (Core::default(), Once::<LitStr>::default());
    keys::read(&input.attrs, "data_type", errors, |key, input| match key.name().as_str() {
        "opaque" => opaque.set(key, key.text(input, "path::to::Type")?),
        "crate" => core.set(key, input),
        _ => Err(key.unknown(&["opaque", "crate"], errors)),
    });
    let stored = if borrows(&input.generics, errors) {
        Stored::refused(input)
    } else {
        stored::read(input, opaque.get(), errors)
    };
    implement(&core, input, &stored)
}

/// The impl of `DataType` for a type with this stored form.
pub(crate) fn implement(core: &Core, input: &DeriveInput, stored: &Stored) -> TokenStream {
    let name = &input.ident;
    let parameters: Vec<_> = input.generics.type_params().map(|parameter| &parameter.ident).collect();
    let shape = shape::of_type(core, stored, &parameters);
    let (to_value, from_value) = conversions(core, input, stored);
    let generics = bounded(core, &input.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #core::DataType for #name #ty_generics #where_clause {
            const SHAPE: #core::Shape = #shape;

            fn to_value(&self) -> ::core::result::Result<#core::Value, #core::ValueError> {
                #to_value
            }

            fn from_value(
                value: #core::Value,
            ) -> ::core::result::Result<Self, #core::ValueError> {
                #from_value
            }
        }
    }
}

fn conversions(core: &Core, input: &DeriveInput, stored: &Stored) -> (TokenStream, TokenStream) {
    match &stored.form {
        Form::Newtype(member, part) => {
            let (ty, span) = (&part.ty, part.span());
            let (to, from) = match part.opaque {
                Some(_) => json(core, ty, span),
                None => {
                    let core = core.at(span);
                    let data_type = quote_spanned!(span=> <#ty as #core::DataType>);
                    (quote!(#data_type::to_value), quote!(#data_type::from_value))
                }
            };
            (quote!(#to(&self.#member)), quote!(#from(value).map(|inner| Self { #member: inner })))
        }
        Form::Through { ty, fallible } => through(core, &stored.name, ty, *fallible),
        Form::Enum(variants) if variants.iter().all(|variant| matches!(variant.kind, VariantKind::Unit)) => {
            let core = core.at(input.ident.span());
            let json = quote_spanned!(input.ident.span()=> <Self as #core::private::Json>);
            (quote!(#json::to_name(self)), quote!(#json::from_name(value)))
        }
        Form::Enum(_) | Form::Struct(_) | Form::Opaque(_) => {
            let span = input.ident.span();
            let (to, from) = json(core, &quote_spanned!(span=> Self), span);
            (quote!(#to(self)), quote!(#from(value)))
        }
        Form::Refused => (quote!(::core::unreachable!()), quote!(::core::unreachable!())),
    }
}

/// The conversions of a value that serde writes as JSON.
pub(crate) fn json(core: &Core, ty: &TokenStream, span: Span) -> (TokenStream, TokenStream) {
    let core = core.at(span);
    let json = quote_spanned!(span=> <#ty as #core::private::Json>);
    (quote!(#json::to_json), quote!(#json::from_json))
}

/// The conversions of a type that serde stores as another one.
fn through(core: &Core, name: &str, ty: &Type, fallible: bool) -> (TokenStream, TokenStream) {
    let from = if fallible {
        quote! {
            ::core::convert::TryFrom::try_from(stored)
                .map_err(|error| #core::ValueError::unreadable(#name, error))
        }
    } else {
        quote!(::core::result::Result::Ok(::core::convert::From::from(stored)))
    };
    let to = quote! {
        let stored: #ty = ::core::convert::Into::into(::core::clone::Clone::clone(self));
        #core::DataType::to_value(&stored)
    };
    let from = quote! {
        let stored = <#ty as #core::DataType>::from_value(value)?;
        #from
    };
    (to, from)
}

/// The parameters, each bound by what its values need to be stored.
fn bounded(core: &Core, generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            param.bounds.push(parse_quote!(#core::DataType));
            param.bounds.push(parse_quote!(#core::private::serde::Serialize));
            param.bounds.push(parse_quote!(#core::private::serde::de::DeserializeOwned));
        }
    }
    generics
}

/// Whether the type borrows its parts, which is refused.
fn borrows(generics: &Generics, errors: &Errors) -> bool {
    for lifetime in generics.lifetimes() {
        errors.at(lifetime, "what is stored owns its parts: write `String` in the place of `&str`");
    }
    generics.lifetimes().next().is_some()
}
