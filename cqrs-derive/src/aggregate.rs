//! `#[derive(Aggregate)]`: the names and types of an aggregate, the dispatch of its events, and its snapshots.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, LitInt, LitStr, Type, parse_quote};

use crate::errors::Errors;
use crate::input::{Core, is_one_type, text_of};
use crate::keys::{self, Once};
use crate::{shape, stored};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let attrs = Attrs::read(input, errors);
    if !is_one_type(input, "an aggregate", errors) {
        return TokenStream::new();
    }
    let required = |key: &str, example: &str, known: bool| {
        if !known {
            errors.missing("aggregate", key, &input.ident, format!("#[aggregate({key} = {example}, …)]"));
        }
    };
    required("id", "AccountId", attrs.id.is_set());
    required("events", "AccountEvent", attrs.events.is_set());
    required("error", "AccountError", attrs.error.is_set());
    let snapshots = attrs.every.get().map(|every| snapshots(&attrs.core, input, every, errors));
    let Some(events) = attrs.events.get() else { return TokenStream::new() };
    AggregateImpl { input, attrs: &attrs, events, snapshots }.expand()
}

/// What `#[aggregate(…)]` says.
#[derive(Default)]
struct Attrs {
    core: Core,
    name: Once<LitStr>,
    id: Once<Type>,
    events: Once<Type>,
    error: Once<Type>,
    every: Once<LitInt>,
}

impl Attrs {
    fn read(input: &DeriveInput, errors: &Errors) -> Self {
        let mut attrs = Self::default();
        keys::read(&input.attrs, "aggregate", errors, |key, input| match key.name().as_str() {
            "name" => attrs.name.set(key, key.text(input, "Account")?),
            "id" => attrs.id.set(key, key.ty(input, "AccountId")?),
            "events" => attrs.events.set(key, key.ty(input, "AccountEvent")?),
            "error" => attrs.error.set(key, key.ty(input, "AccountError")?),
            "snapshot" => {
                let mut every = None;
                key.keys(input, "every = 200", errors, |inner, input| match inner.name().as_str() {
                    "every" => {
                        every = Some(inner.count(input)?);
                        Ok(())
                    }
                    _ => Err(inner.unknown(&["every"], errors)),
                })?;
                every.map_or(Ok(()), |every| attrs.every.set(key, every))
            }
            "crate" => attrs.core.set(key, input),
            _ => Err(key.unknown(&["id", "events", "error", "name", "snapshot", "crate"], errors)),
        });
        attrs
    }
}

struct AggregateImpl<'a> {
    input: &'a DeriveInput,
    attrs: &'a Attrs,
    events: &'a Type,
    snapshots: Option<TokenStream>,
}

impl AggregateImpl<'_> {
    fn expand(&self) -> TokenStream {
        let Self { input, attrs, events, snapshots } = self;
        let core = &attrs.core;
        let ident: &Ident = &input.ident;
        let name = attrs.name.get().map_or_else(|| text_of(ident), LitStr::value);
        // What a refused attribute did not name is stood in for, so that it is the one error.
        let id = attrs.id.get().cloned().unwrap_or_else(|| parse_quote!(#core::private::String));
        let error = attrs.error.get().cloned().unwrap_or_else(|| parse_quote!(::core::convert::Infallible));
        let there = core.at(events.span());
        let apply = quote_spanned!(events.span()=> <#events as #there::ApplyTo<Self>>::apply_to);
        let recorded_by = quote_spanned! {events.span()=>
            #[automatically_derived]
            impl #there::RecordedBy for #events {
                type Aggregate = #ident;
            }
        };
        quote! {
            #[automatically_derived]
            impl #core::Aggregate for #ident {
                const TYPE: &'static str = #name;

                type Id = #id;
                type Event = #events;
                type Error = #error;

                fn apply_event(&mut self, event: &#events) -> ::core::result::Result<(), #core::ApplyError> {
                    #apply(event, self)
                }

                #snapshots
            }

            #recorded_by
        }
    }
}

/// The method `snapshots` of an aggregate that keeps some.
fn snapshots(core: &Core, input: &DeriveInput, every: &LitInt, errors: &Errors) -> TokenStream {
    let stored = stored::read(input, None, errors);
    let shape = shape::of_type(core, &stored, &[]);
    let every: u64 = every.base10_parse().unwrap_or(1);
    let there = core.at(input.ident.span());
    let snapshots = quote_spanned!(input.ident.span()=> #there::private::snapshots::<Self>);
    quote! {
        fn snapshots() -> ::core::option::Option<#core::Snapshots<Self>> {
            const SHAPE: #core::Shape = #shape;
            ::core::option::Option::Some(#snapshots(#every, &SHAPE))
        }
    }
}
