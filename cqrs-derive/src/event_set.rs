//! `#[derive(EventSet)]`: a closed set of events as an enum, and the jump from a stored record to the right variant.
//!
//! That no stored name means two things is checked by constants, one a variant, because names may come from other
//! derives.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, Type};

use crate::errors::Errors;
use crate::event::type_name;
use crate::input::{Core, refuse_generics, text_of};
use crate::keys::{self, Once};

pub(crate) fn expand(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let (mut core, mut retired) = (Core::default(), Once::<Vec<Type>>::default());
    keys::read(&input.attrs, "event_set", errors, |key, input| match key.name().as_str() {
        "retired" => {
            let mut types = Vec::new();
            key.list(input, "Transferred", errors, |input| input.parse().map(|ty| types.push(ty)))?;
            retired.set(key, types)
        }
        "crate" => core.set(key, input),
        _ => Err(key.unknown(&["retired", "crate"])),
    });
    refuse_generics(input, "an event set", errors);
    let variants = variants(input, errors);
    let retired = retired.get().map_or(&[][..], Vec::as_slice);
    let set = EventSet { core: &core, ident: &input.ident, variants: &variants, retired };
    set.events_differ(errors);
    let (event_set, members, apply, checks) =
        (set.event_set(), set.members(), set.apply(), set.stored_names_are_unique());
    quote!(#event_set #members #apply #checks)
}

/// A variant and the event that it holds.
struct Variant<'a> {
    ident: &'a Ident,
    event: &'a Type,
}

fn variants<'a>(input: &'a DeriveInput, errors: &Errors) -> Vec<Variant<'a>> {
    let item = match &input.data {
        Data::Enum(item) => item,
        Data::Struct(item) => {
            errors.at(item.struct_token, "an event set is an enum with one variant for each event");
            return Vec::new();
        }
        Data::Union(item) => {
            errors.at(item.union_token, "an event set is an enum with one variant for each event");
            return Vec::new();
        }
    };
    let mut variants = Vec::new();
    for variant in &item.variants {
        let ident = &variant.ident;
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                variants.extend(fields.unnamed.first().map(|field| Variant { ident, event: &field.ty }));
            }
            _ => errors.at(variant, format!("a variant holds one event: {ident}({ident})")),
        }
    }
    variants
}

struct EventSet<'a> {
    core: &'a Core,
    ident: &'a Ident,
    variants: &'a [Variant<'a>],
    retired: &'a [Type],
}

impl EventSet<'_> {
    fn events_differ(&self, errors: &Errors) {
        let mut seen = Vec::new();
        for event in self.variants.iter().map(|variant| variant.event).chain(self.retired) {
            let text = quote!(#event).to_string();
            if seen.contains(&text) {
                errors.at(event, format!("`{}` is in the set twice", type_name(event)));
            }
            seen.push(text);
        }
    }

    fn event_set(&self) -> TokenStream {
        let Self { core, ident, variants, retired } = self;
        let events = variants.iter().map(|variant| self.descriptor(variant.event));
        let retired_events = retired.iter().map(|event| self.descriptor(event));
        let descriptors = variants.iter().map(|Variant { ident, event }| {
            let descriptor = self.descriptor(event);
            quote!(Self::#ident(_) => #descriptor)
        });
        let encode = variants
            .iter()
            .map(|Variant { ident, .. }| quote!(Self::#ident(event) => #core::encode(event, buffer)));
        let today = (0_u16..).zip(*variants).map(|(slot, Variant { ident, event })| {
            let decoded = quote_spanned! {event.span()=>
                <#event as #core::Event>::decode_at(route.depth, payload)
            };
            quote!(#slot => #decoded.map(|event| #core::Decoded::One(Self::#ident(event))))
        });
        let first_retired = u16::try_from(variants.len()).unwrap_or(u16::MAX);
        let before = (first_retired..).zip(*retired).map(|(slot, event)| {
            let upcast = quote_spanned! {event.span()=>
                <#event as #core::TryUpcast<#core::private::Vec<Self>>>::try_upcast(
                    <#event as #core::Event>::decode_at(route.depth, payload)?
                )
            };
            quote! {
                #slot => #upcast.map(#core::Decoded::Many).map_err(#core::private::upcast_error)
            }
        });
        // A reference to an enum without variants has to be looked through.
        let this = if variants.is_empty() { quote!(*self) } else { quote!(self) };
        quote! {
            #[automatically_derived]
            impl #core::EventSet for #ident {
                const EVENTS: &'static [&'static #core::EventDescriptor] = &[#(#events),*];

                const RETIRED: &'static [&'static #core::EventDescriptor] = &[#(#retired_events),*];

                fn descriptor(&self) -> &'static #core::EventDescriptor {
                    match #this {
                        #(#descriptors,)*
                    }
                }

                fn encode(
                    &self,
                    buffer: &mut #core::private::Vec<u8>,
                ) -> ::core::result::Result<(), #core::EncodeError> {
                    match #this {
                        #(#encode,)*
                    }
                }

                fn decode(
                    route: #core::Route,
                    payload: &[u8],
                ) -> ::core::result::Result<#core::Decoded<Self>, #core::DecodeError> {
                    match route.slot {
                        #(#today,)*
                        #(#before,)*
                        _ => ::core::result::Result::Err(#core::DecodeError::UnknownName),
                    }
                }
            }
        }
    }

    fn descriptor(&self, event: &Type) -> TokenStream {
        let core = self.core;
        quote_spanned!(event.span()=> <#event as #core::Event>::DESCRIPTOR)
    }

    fn members(&self) -> TokenStream {
        let Self { core, ident: set, variants, .. } = self;
        let members = variants.iter().map(|Variant { ident, event }| {
            let member = quote_spanned!(event.span()=> #core::Member);
            quote! {
                #[automatically_derived]
                impl #member for #event {
                    type Set = #set;

                    fn of(event: &#set) -> ::core::option::Option<&Self> {
                        #[allow(unreachable_patterns)]
                        match event {
                            #set::#ident(event) => ::core::option::Option::Some(event),
                            _ => ::core::option::Option::None,
                        }
                    }
                }

                #[automatically_derived]
                impl ::core::convert::From<#event> for #set {
                    fn from(event: #event) -> Self {
                        Self::#ident(event)
                    }
                }
            }
        });
        quote!(#(#members)*)
    }

    fn apply(&self) -> TokenStream {
        let Self { core, ident: set, variants, .. } = self;
        let bounds = variants
            .iter()
            .map(|Variant { event, .. }| quote_spanned!(event.span()=> __A: #core::TryApply<#event>));
        let arms = variants.iter().map(|Variant { ident, .. }| {
            quote!(Self::#ident(event) => #core::TryApply::try_apply(aggregate, event))
        });
        let this = if variants.is_empty() { quote!(*self) } else { quote!(self) };
        quote! {
            #[automatically_derived]
            impl<__A> #core::ApplyTo<__A> for #set
            where
                #(#bounds,)*
            {
                fn apply_to(
                    &self,
                    aggregate: &mut __A,
                ) -> ::core::result::Result<(), #core::ApplyError> {
                    match #this {
                        #(#arms,)*
                    }
                }
            }
        }
    }

    /// One constant an event, so that a large set stays within the compiler's patience with each.
    fn stored_names_are_unique(&self) -> TokenStream {
        let Self { core, ident: set, variants, retired } = self;
        let set_name = text_of(set);
        let types = || variants.iter().map(|variant| variant.event).chain(*retired);
        let names: Vec<_> = types().map(type_name).collect();
        let checks = types().enumerate().map(|(index, event)| {
            quote_spanned! {event.span()=>
                const _: () = #core::private::stored_name_is_unique::<#set>(#set_name, NAMES, #index);
            }
        });
        quote! {
            const _: () = {
                const NAMES: &[&str] = &[#(#names),*];
                #(#checks)*
            };
        }
    }
}
