//! `#[derive(AggregateId)]`: an id of its own type, stored and shown as the value that it wraps.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, Type};

use crate::data_type;
use crate::errors::Errors;
use crate::input::{Core, is_float, is_one_type};
use crate::keys;
use crate::stored::{self, Form, Stored};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let mut core = Core::default();
    keys::read(&input.attrs, "aggregate_id", errors, |key, input| match key.name().as_str() {
        "crate" => core.set(key, input),
        _ => Err(key.unknown(&["crate"], errors)),
    });
    if !is_one_type(input, "an id", errors) {
        return TokenStream::new();
    }
    let Some(inner) = newtype(input, errors) else { return fallback(&core, input) };
    if is_float(inner) {
        errors.at(inner, "a floating-point number cannot name an aggregate; use an integer, a UUID or text");
        return data_type::implement(&core, input, &Stored::refused(input));
    }
    let mut stored = stored::read(input, None, errors);
    if let Form::Through { ty, .. } = &stored.form {
        errors.at(ty, "an id is stored as the value that it wraps");
        stored = Stored::refused(input);
    }
    let data_type = data_type::implement(&core, input, &stored);
    let id = implement(&core, input, inner);
    let conversions = conversions(input, inner);
    quote!(#data_type #id #conversions)
}

/// The type that the id wraps.
fn newtype<'a>(input: &'a DeriveInput, errors: &Errors) -> Option<&'a Type> {
    let name = &input.ident;
    if let Data::Struct(item) = &input.data
        && let Fields::Unnamed(fields) = &item.fields
        && let Some(field) = fields.unnamed.first()
        && fields.unnamed.len() == 1
    {
        return Some(&field.ty);
    }
    errors.at(name, format!("an id is a newtype of one value: struct {name}(String);"));
    None
}

/// The impls that show and read the id as the value that it wraps.
fn implement(core: &Core, input: &DeriveInput, inner: &Type) -> TokenStream {
    let name = &input.ident;
    let there = core.at(inner.span());
    let inner_id = quote_spanned!(inner.span()=> <#inner as #there::AggregateId>);
    quote! {
        #[automatically_derived]
        impl #core::AggregateId for #name {
            fn to_stream_id(&self) -> #core::private::Cow<'_, str> {
                #inner_id::to_stream_id(&self.0)
            }

            fn from_stream_id(text: &str) -> ::core::result::Result<Self, #core::IdError> {
                #inner_id::from_stream_id(text).map(Self)
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Display for #name {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&*#inner_id::to_stream_id(&self.0), formatter)
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #name {
            type Err = #core::IdError;

            fn from_str(text: &str) -> ::core::result::Result<Self, #core::IdError> {
                #inner_id::from_stream_id(text).map(Self)
            }
        }
    }
}

fn conversions(input: &DeriveInput, inner: &Type) -> TokenStream {
    let name = &input.ident;
    quote! {
        #[automatically_derived]
        impl ::core::convert::From<#inner> for #name {
            fn from(inner: #inner) -> Self {
                Self(inner)
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#name> for #inner {
            fn from(id: #name) -> Self {
                id.0
            }
        }
    }
}

/// Stands in for the impls of a type that was refused, so that its users are not reported as well.
fn fallback(core: &Core, input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let data_type = data_type::implement(core, input, &Stored::refused(input));
    quote! {
        #data_type

        #[automatically_derived]
        impl #core::AggregateId for #name {
            fn to_stream_id(&self) -> #core::private::Cow<'_, str> {
                ::core::unreachable!()
            }

            fn from_stream_id(_: &str) -> ::core::result::Result<Self, #core::IdError> {
                ::core::unreachable!()
            }
        }
    }
}
