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
use crate::input::{Core, is_one_type, text_of};
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
        _ => Err(key.unknown(&["retired", "crate"], errors)),
    });
    if !is_one_type(input, "an event set", errors) {
        return TokenStream::new();
    }
    let variants = variants(input, errors);
    let mut set = EventSet {
        core: &core,
        ident: &input.ident,
        is_whole: matches!(&input.data, Data::Enum(item) if item.variants.len() == variants.len()),
        variants,
        retired: retired.get().map_or_else(Vec::new, |retired| retired.iter().collect()),
    };
    set.keep_each_event_once(errors);
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
    /// Whether no variant was refused.
    is_whole: bool,
    variants: Vec<Variant<'a>>,
    retired: Vec<&'a Type>,
}

impl EventSet<'_> {
    /// Refuses an event that was in the set before, by the words it is written with.
    fn keep_each_event_once(&mut self, errors: &Errors) {
        let mut seen = Vec::new();
        let mut is_new = |event: &Type| {
            let text = quote!(#event).to_string();
            let is_new = !seen.contains(&text);
            if !is_new {
                errors.at(event, format!("`{}` is in the set twice", type_name(event)));
            }
            seen.push(text);
            is_new
        };
        let variants = self.variants.len();
        self.variants.retain(|variant| is_new(variant.event));
        self.retired.retain(|event| is_new(event));
        self.is_whole &= variants == self.variants.len();
    }

    fn event_set(&self) -> TokenStream {
        let Self { core, ident, variants, retired, .. } = self;
        let retired_as = retired.iter().map(|event| {
            quote! {
                #[automatically_derived]
                impl #core::private::RetiredFrom<#ident> for #event {}
            }
        });
        let events = variants.iter().map(|variant| self.member(variant.event));
        let retired_events = retired.iter().map(|event| quote!(#core::private::retired::<#ident, #event>()));
        let descriptor = self.each(|event| self.member(event), &quote!(_));
        let encode = self.each(|_| quote!(#core::private::encode_member(event, buffer)), &quote!(event));
        let today = (0_u16..).zip(variants).map(|(slot, Variant { event, .. })| {
            quote!(#slot => #core::private::decode_member::<#event>(route, payload))
        });
        let first_retired = u16::try_from(variants.len()).unwrap_or(u16::MAX);
        let before = (first_retired..).zip(retired).map(
            |(slot, event)| quote!(#slot => #core::private::decode_retired::<Self, #event>(route, payload)),
        );
        quote! {
            #(#retired_as)*

            #[automatically_derived]
            impl #core::EventSet for #ident {
                const EVENTS: &'static [&'static #core::EventDescriptor] = &[#(#events),*];

                const RETIRED: &'static [&'static #core::EventDescriptor] = &[#(#retired_events),*];

                fn descriptor(&self) -> &'static #core::EventDescriptor {
                    #descriptor
                }

                fn encode(
                    &self,
                    buffer: &mut #core::private::Vec<u8>,
                ) -> ::core::result::Result<(), #core::EncodeError> {
                    #encode
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

    /// A match on the set's value with one arm an event, whose value is bound to `value`.
    fn each(&self, arm: impl Fn(&Type) -> TokenStream, value: &TokenStream) -> TokenStream {
        let arms = self.variants.iter().map(|Variant { ident, event }| {
            let arm = arm(event);
            quote!(Self::#ident(#value) => #arm)
        });
        // A reference to an enum without variants has to be looked through, and a refused variant is never met.
        match (self.is_whole, self.variants.is_empty()) {
            (true, true) => quote!(match *self {}),
            (true, false) => quote!(match self { #(#arms,)* }),
            (false, _) => quote!(::core::unreachable!()),
        }
    }

    fn member(&self, event: &Type) -> TokenStream {
        let core = self.core;
        quote!(#core::private::member::<#event>())
    }

    fn members(&self) -> TokenStream {
        let Self { core, ident: set, variants, .. } = self;
        let members = variants.iter().map(|Variant { ident, event }| {
            let core = core.at(event.span());
            // All of it at the event's place: there rustc reports an event that is in another set too.
            quote_spanned! {event.span()=>
                #[automatically_derived]
                impl #core::Member for #event {
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
                    fn from(event: #event) -> #set {
                        #set::#ident(event)
                    }
                }
            }
        });
        quote!(#(#members)*)
    }

    fn apply(&self) -> TokenStream {
        let Self { core, ident: set, variants, .. } = self;
        let bounds = variants.iter().map(|Variant { event, .. }| {
            let there = core.at(event.span());
            quote_spanned!(event.span()=> __A: #there::TryApply<#event>)
        });
        let apply = self.each(|_| quote!(#core::TryApply::try_apply(aggregate, event)), &quote!(event));
        quote! {
            impl<__A> #core::ApplyTo<__A> for #set
            where
                #(#bounds,)*
            {
                fn apply_to(&self, aggregate: &mut __A) -> ::core::result::Result<(), #core::ApplyError> {
                    #apply
                }
            }
        }
    }

    /// One constant an event, so that a large set stays within the compiler's patience with each.
    fn stored_names_are_unique(&self) -> TokenStream {
        let Self { core, ident: set, variants, retired, .. } = self;
        let set_name = text_of(set);
        let types = || variants.iter().map(|variant| variant.event).chain(retired.iter().copied());
        let names: Vec<_> = types().map(type_name).collect();
        let checks = types().enumerate().map(|(slot, event)| {
            let core = core.at(event.span());
            quote_spanned! {event.span()=>
                const _: () = #core::private::stored_name_is_unique::<#set>(&SHAPES, #set_name, NAMES, #slot);
            }
        });
        quote! {
            const _: () = {
                const NAMES: &[&str] = &[#(#names),*];
                const COUNT: usize = #core::private::count_stored_shapes::<#set>();
                static SHAPES: [#core::private::StoredShape; COUNT] = #core::private::stored_shapes::<#set, COUNT>();
                #(#checks)*
            };
        }
    }
}
