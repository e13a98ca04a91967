//! Events: today's shape, each older one as a type of its own, and the one step from each to the next.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::expr::Owners;
use crate::model::{Construction, Event, EventId, Field, Name, Retirement, Shape, Upcast};

use super::construction::{Carried, Source, carries, expressions};
use super::ctx::{Ctx, doc, doc_text, opening};
use super::fields::Fields;
use super::lints;
use super::logic;
use super::names::{Made, camel, value_ident};
use super::traits::Has;
use super::types::{derives, inherent_impl};

/// An event with its history.
pub(super) struct EventItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: EventId,
}

impl ToTokens for EventItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let event = ctx.domain.event(self.id);
        let aggregate = camel(&ctx.domain.aggregate(event.aggregate).name);
        let name = camel(&event.name);
        let kind = if event.retired.is_some() {
            "an event that [`{}`] no longer records"
        } else {
            "an event of [`{}`]"
        };
        let today = ShapeItem {
            ctx,
            doc: doc(event.doc.as_deref(), || {
                format!("{}: {}.", opening(&event.name), kind.replace("{}", &aggregate.to_string()))
            }),
            name: name.clone(),
            stored_name: &event.name,
            version: event.version,
            previous: self.previous(event.version),
            fields: &event.fields,
        };
        tokens.extend(quote!(#today));
        for shape in event.history.iter().rev() {
            let older = ShapeItem {
                ctx,
                doc: doc_text(&format!("Version {} of [`{name}`], as it may be stored.", shape.version)),
                name: ctx.names.made(Made::Shape(self.id, shape.version)),
                stored_name: &shape.stored_name,
                version: shape.version,
                previous: self.previous(shape.version),
                fields: &shape.fields,
            };
            let step = self.step(event, shape);
            let step_back = self.step_back(event, shape);
            tokens.extend(quote!(#older #step #step_back));
        }
        if let Some(retirement) = &event.retired {
            tokens.extend(self.retirement(event, retirement));
        }
    }
}

impl EventItem<'_> {
    fn previous(&self, version: u32) -> Option<Ident> {
        (version > 1).then(|| self.ctx.names.made(Made::Shape(self.id, version - 1)))
    }

    /// The type of the next version, with its fields.
    fn next<'e>(&self, event: &'e Event, version: u32) -> (Ident, &'e [Field]) {
        match event.history.iter().find(|shape| shape.version == version + 1) {
            Some(shape) => (self.ctx.names.made(Made::Shape(self.id, shape.version)), &shape.fields),
            None => (camel(&event.name), &event.fields),
        }
    }

    fn step(&self, event: &Event, shape: &Shape) -> TokenStream {
        let ctx = self.ctx;
        let from = ctx.names.made(Made::Shape(self.id, shape.version));
        let (to, fields) = self.next(event, shape.version);
        match &shape.upcast {
            Upcast::Custom => {
                let runtime = &ctx.runtime;
                let (try_upcast, result) = (&runtime.try_upcast, &runtime.result);
                let aggregate = camel(&ctx.domain.aggregate(event.aggregate).name);
                let upcasts = ctx.names.made(Made::Upcasts(event.aggregate));
                let method = custom_step(&event.name, shape.version);
                quote! {
                    impl #try_upcast<#to> for #from {
                        type Error = <#aggregate as #upcasts>::Error;

                        fn try_upcast(self) -> #result<#to, Self::Error> {
                            #aggregate::#method(self)
                        }
                    }
                }
            }
            Upcast::Fields(construction) => {
                let (from, to) = ((&from, &shape.fields[..]), (&to, fields));
                self.filled(Direction::Up, from, to, construction, shape)
            }
        }
    }

    /// The step from the next version back to an older shape, where the schema says it.
    fn step_back(&self, event: &Event, shape: &Shape) -> Option<TokenStream> {
        let construction = shape.downcast.as_ref()?;
        let (from, fields) = self.next(event, shape.version);
        let to = self.ctx.names.made(Made::Shape(self.id, shape.version));
        let (from, to) = ((&from, fields), (&to, &shape.fields[..]));
        Some(self.filled(Direction::Down, from, to, construction, shape))
    }

    /// A step whose fields the schema fills, between an older shape and the next one.
    fn filled(
        &self,
        direction: Direction,
        (from, fields): (&Ident, &[Field]),
        (to, made): (&Ident, &[Field]),
        construction: &Construction,
        shape: &Shape,
    ) -> TokenStream {
        let ctx = self.ctx;
        let ids = expressions(construction);
        let source = Source {
            ctx,
            owners: Owners::new().with("event", quote!(self)),
            carried: Some(Carried { fields, place: quote!(self), moves: true }),
        };
        let literal = source.literal(made, construction);
        let (place, allow) = (ctx.place(shape.origin), logic::allow(ctx, ids.iter().copied(), &literal));
        let head = Head { direction, from, to: &to.to_token_stream(), allow: &allow, place: &place };
        conversion(ctx, &head, &quote!(#to { #literal }), logic::is_fallible(ctx, ids))
    }

    fn retirement(&self, event: &Event, retirement: &Retirement) -> TokenStream {
        let ctx = self.ctx;
        let name = camel(&event.name);
        let set = ctx.names.made(Made::EventSet(event.aggregate));
        let vec = &ctx.runtime.vec;
        let (ids, body) = match retirement {
            Retirement::Drop => (Vec::new(), quote!(#vec::new())),
            Retirement::Into(replacements) => {
                let ids: Vec<_> = replacements.iter().flat_map(|it| expressions(&it.construction)).collect();
                let moves = replacements.iter().filter(|it| carries(&it.construction)).count() == 1
                    && !logic::mention(ctx, ids.iter().copied(), "event");
                let source = Source {
                    ctx,
                    owners: Owners::new().with("event", quote!(self)),
                    carried: Some(Carried { fields: &event.fields, place: quote!(self), moves }),
                };
                let events = replacements.iter().map(|replacement| {
                    let today = ctx.domain.event(replacement.event);
                    let (name, literal) =
                        (camel(&today.name), source.literal(&today.fields, &replacement.construction));
                    quote!(#set::from(#name { #literal }))
                });
                (ids, quote!(#vec::from([#(#events),*])))
            }
        };
        let (place, allow) = (ctx.place(event.origin), logic::allow(ctx, ids.iter().copied(), &body));
        let head = Head {
            direction: Direction::Up,
            from: &name,
            to: &quote!(#vec<#set>),
            allow: &allow,
            place: &place,
        };
        conversion(ctx, &head, &body, logic::is_fallible(ctx, ids))
    }
}

/// Whether a conversion leads to a newer version or to an older one.
#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// What is said of a conversion before its body.
struct Head<'a> {
    direction: Direction,
    from: &'a Ident,
    to: &'a TokenStream,
    allow: &'a TokenStream,
    place: &'a TokenStream,
}

/// `Upcast` or `Downcast`, or their fallible siblings where arithmetic may fail.
fn conversion(ctx: &Ctx<'_>, head: &Head<'_>, body: &TokenStream, is_fallible: bool) -> TokenStream {
    let runtime = &ctx.runtime;
    let Head { direction, from, to, allow, place } = head;
    if !is_fallible {
        let (step, method) = match direction {
            Direction::Up => (runtime.upcast.to_token_stream(), quote!(upcast)),
            Direction::Down => (runtime.downcast.to_token_stream(), quote!(downcast)),
        };
        return quote! {
            impl #step<#to> for #from {
                #allow
                fn #method(self) -> #to {
                    #place
                    #body
                }
            }
        };
    }
    let (step, method) = match direction {
        Direction::Up => (runtime.try_upcast.to_token_stream(), quote!(try_upcast)),
        Direction::Down => (runtime.try_downcast.to_token_stream(), quote!(try_downcast)),
    };
    let (result, ok, error) = (&runtime.result, &runtime.ok, &runtime.arithmetic_error);
    quote! {
        impl #step<#to> for #from {
            type Error = #error;

            #allow
            fn #method(self) -> #result<#to, #error> {
                #place
                #ok(#body)
            }
        }
    }
}

/// The method that the user writes for a step: `money_deposited_v1`.
pub(super) fn custom_step(event: &Name, version: u32) -> Ident {
    value_ident(&format!("{}_v{version}", event.snake()))
}

/// One shape of an event.
struct ShapeItem<'a> {
    ctx: &'a Ctx<'a>,
    doc: TokenStream,
    name: Ident,
    stored_name: &'a Name,
    version: u32,
    previous: Option<Ident>,
    fields: &'a [Field],
}

impl ToTokens for ShapeItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { ctx, doc, name, stored_name, version, previous, fields } = self;
        let derives = derives(ctx, of_message(ctx, fields), Some(&ctx.runtime.event));
        let named = (*name != stored_name.as_str()).then(|| {
            let stored_name = stored_name.as_str();
            quote!(name = #stored_name)
        });
        let versioned = (*version > 1).then(|| {
            let version = proc_macro2::Literal::u32_unsuffixed(*version);
            quote!(version = #version)
        });
        let previous = previous.as_ref().map(|previous| quote!(upcast_from = #previous));
        let keys: Vec<TokenStream> = named.into_iter().chain(versioned).chain(previous).collect();
        let attribute = (!keys.is_empty()).then(|| quote!(#[event(#(#keys),*)]));
        let allow = lints::of_fields(fields);
        let declarations = Fields { ctx, fields, owner: name, public: true, stored: true };
        let defaults = inherent_impl(ctx, name, fields, false);
        tokens.extend(quote! {
            #doc
            #derives
            #attribute
            #allow
            pub struct #name { #declarations }

            #defaults
        });
    }
}

/// What events and commands derive: what makes them comparable in tests, and no more.
pub(super) fn of_message(ctx: &Ctx<'_>, fields: &[Field]) -> Has {
    let eq = ctx.traits.of_fields(fields).eq;
    Has { eq, ..Has::NONE }
}
