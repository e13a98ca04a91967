//! `#[derive(Event)]`: an event's descriptor, and the way from each stored version to it.
//!
//! The chain of versions follows types: each version knows the one before it, decodes its own payload straight from
//! JSON, and moves the value of an older one through one upcast.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, LitInt, LitStr, Type};

use crate::errors::Errors;
use crate::input::{Core, is_one_type, named_fields, plain, text_of};
use crate::keys::{self, Once};
use crate::shape;
use crate::stored::{self, Field};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attrs = Attrs::read(input, errors);
    attrs.versions_have_a_beginning(errors);
    if !is_one_type(input, "an event", errors) {
        return TokenStream::new();
    }
    let fields = named_fields(input, "an event", errors)
        .map(|fields| stored::read_fields(input, "an event", fields, errors))
        .unwrap_or_default();
    EventImpl { ident: &input.ident, attrs: &attrs, fields: &fields }.expand()
}

/// What `#[event(…)]` says.
#[derive(Default)]
struct Attrs {
    core: Core,
    name: Once<LitStr>,
    version: Once<LitInt>,
    upcast_from: Once<Type>,
    oldest: Once<Ident>,
}

impl Attrs {
    fn read(input: &DeriveInput, errors: &Errors) -> Self {
        let mut attrs = Self::default();
        keys::read(&input.attrs, "event", errors, |key, input| match key.name().as_str() {
            "name" => attrs.name.set(key, key.text(input, "Deposited")?),
            "version" => attrs.version.set(key, key.count(input)?),
            "upcast_from" => attrs.upcast_from.set(key, key.ty(input, "DepositedV1")?),
            "oldest" => {
                key.flag(input)?;
                attrs.oldest.set(key, key.ident.clone())
            }
            "crate" => attrs.core.set(key, input),
            _ => Err(key.unknown(&["name", "version", "upcast_from", "oldest", "crate"], errors)),
        });
        attrs
    }

    /// The version of this shape, from 1.
    fn version(&self) -> u32 {
        self.version.get().and_then(|version| version.base10_parse().ok()).unwrap_or(1)
    }

    fn versions_have_a_beginning(&self, errors: &Errors) {
        let version = self.version();
        match (version, self.version.get(), self.upcast_from.get(), self.oldest.get()) {
            (1, _, Some(previous), _) => errors.at(
                previous,
                "version 1 has nothing before it; give this shape its version: #[event(version = 2, …)]",
            ),
            (1, _, None, Some(oldest)) => {
                errors.at(oldest, "version 1 is the oldest by itself; `oldest` is for later ones");
            }
            (2.., Some(written), None, None) if !errors.is_meant("event", "upcast_from") => {
                let before = version - 1;
                let message = format!(
                    "records of version {before} could not be read; name its type: upcast_from = …, or write \
                     `oldest` when none was ever stored or the event set retires them"
                );
                errors.at(written, message);
            }
            (_, _, Some(_), Some(oldest)) => {
                errors.at(
                    oldest,
                    "`oldest` says that there is nothing before this shape, `upcast_from` what it is",
                );
            }
            _ => {}
        }
    }
}

struct EventImpl<'a> {
    ident: &'a Ident,
    attrs: &'a Attrs,
    fields: &'a [Field],
}

impl EventImpl<'_> {
    fn expand(&self) -> TokenStream {
        let Self { ident, attrs, fields } = self;
        let core = &attrs.core;
        let version = attrs.version();
        let name = attrs.name.get().map_or_else(|| text_of(ident), LitStr::value);
        let fields = shape::of_fields(core, *fields);
        // A chain that can be followed is followed even where its versions were refused.
        let (successor, previous, decode) = match attrs.upcast_from.get().filter(|_| version > 1) {
            Some(previous) => {
                (self.successor(previous), quote!(#core::private::previous::<#ident>()), quote!(decode_later))
            }
            None => (TokenStream::new(), quote!(::core::option::Option::None), quote!(decode_first)),
        };
        quote! {
            #[automatically_derived]
            impl #core::private::Versioned for #ident {
                const VERSION: u32 = #version;

                const DESCRIPTOR: &'static #core::EventDescriptor =
                    &#core::EventDescriptor { name: #name, version: #version, fields: #fields, previous: #previous };

                fn decode_at(
                    depth: u16,
                    payload: &[u8],
                ) -> ::core::result::Result<Self, #core::DecodeError> {
                    #core::private::#decode(depth, payload)
                }
            }

            #[automatically_derived]
            impl #core::Event for #ident {
                const DESCRIPTOR: &'static #core::EventDescriptor =
                    <Self as #core::private::Versioned>::DESCRIPTOR;

                fn decode_at(
                    depth: u16,
                    payload: &[u8],
                ) -> ::core::result::Result<Self, #core::DecodeError> {
                    <Self as #core::private::Versioned>::decode_at(depth, payload)
                }
            }

            #successor
        }
    }

    /// The step to the shape before, and the check that it is the version before.
    fn successor(&self, previous: &Type) -> TokenStream {
        let (ident, core, there) = (self.ident, &self.attrs.core, self.attrs.core.at(previous.span()));
        let (this, before) = (text_of(ident), type_name(previous));
        let check = quote_spanned! {previous.span()=>
            const _: () = #there::private::versions_follow::<#ident>(#this, #before);
        };
        quote! {
            #[automatically_derived]
            impl #core::private::Successor for #ident {
                type Previous = #previous;
            }

            #check
        }
    }
}

/// A type's name for messages: its last segment, without what is before.
pub(crate) fn type_name(ty: &Type) -> String {
    match plain(ty) {
        Type::Path(path) => path.path.segments.last().map_or_else(String::new, |last| text_of(&last.ident)),
        _ => quote!(#ty).to_string(),
    }
}
