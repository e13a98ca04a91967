//! `#[derive(DataType)]`: the shape of a type, and its way into one cell of a table and back.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, GenericParam, Generics, LitStr, parse_quote};

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
        _ => Err(key.unknown(&["opaque", "crate"])),
    });
    refuse_lifetimes(&input.generics, errors);
    let stored = stored::read(input, opaque.get(), errors).unwrap_or_else(|| fallback(input));
    implement(&core, input, &stored)
}

/// The impl of `DataType` for a type with this stored form.
pub(crate) fn implement(core: &Core, input: &DeriveInput, stored: &Stored) -> TokenStream {
    let name = &input.ident;
    let shape = if input.generics.params.is_empty() {
        shape::of_type(core, stored)
    } else {
        shape::of_generic_type(core, stored)
    };
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
    let span = input.ident.span();
    let json = |value: TokenStream| {
        (
            quote_spanned!(span=> #core::private::to_json(#value)),
            quote_spanned!(span=> #core::private::from_json(value)),
        )
    };
    match &stored.form {
        Form::Newtype(member, part) => match part.opaque {
            Some(_) => {
                let (to, from) = json(quote!(&self.#member));
                (to, quote!(#from.map(|inner| Self { #member: inner })))
            }
            None => (
                quote!(#core::DataType::to_value(&self.#member)),
                quote!(#core::DataType::from_value(value).map(|inner| Self { #member: inner })),
            ),
        },
        Form::Through { ty, fallible } => {
            let name = &stored.name;
            let from = if *fallible {
                quote! {
                    ::core::convert::TryFrom::try_from(stored)
                        .map_err(|error| #core::ValueError::unreadable(#name, error))
                }
            } else {
                quote!(::core::result::Result::Ok(::core::convert::From::from(stored)))
            };
            (
                quote! {
                    let stored: #ty = ::core::convert::Into::into(::core::clone::Clone::clone(self));
                    #core::DataType::to_value(&stored)
                },
                quote! {
                    let stored = <#ty as #core::DataType>::from_value(value)?;
                    #from
                },
            )
        }
        Form::Enum(variants) if variants.iter().all(|variant| matches!(variant.kind, VariantKind::Unit)) => (
            quote_spanned!(span=> #core::private::to_name(self)),
            quote_spanned!(span=> #core::private::from_name(value)),
        ),
        Form::Enum(_) | Form::Struct(_) | Form::Opaque(_) => json(quote!(self)),
    }
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

fn refuse_lifetimes(generics: &Generics, errors: &Errors) {
    for lifetime in generics.lifetimes() {
        errors.at(lifetime, "what is stored owns its parts: use `String` in the place of `&str`");
    }
}

/// Stands in for a form that was refused, so that the type's users are not reported as well.
fn fallback(input: &DeriveInput) -> Stored {
    let name = input.ident.to_string();
    Stored { form: Form::Opaque(name.clone()), name }
}
