//! Aggregates: the set of events, the state, and what each event does to it.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::expr::Owners;
use crate::model::{Aggregate, AggregateId, Apply, Event, EventId, Field, Write};

use super::construction::Source;
use super::ctx::{Ctx, doc, doc_text, words};
use super::custom::apply_method;
use super::fields::{self, Fields};
use super::lints;
use super::logic;
use super::names::{Made, camel};
use super::traits::Has;
use super::types::{default_impl, has_type_defaults, inherent_impl, own_derives};
use super::write::{self, Writes};

/// The set of an aggregate's events.
pub(super) struct EventSetItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: AggregateId,
}

impl ToTokens for EventSetItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let aggregate = ctx.domain.aggregate(self.id);
        let events = || aggregate.events.iter().map(|id| ctx.domain.event(*id));
        let today: Vec<&Event> = events().filter(|event| event.retired.is_none()).collect();
        let retired: Vec<Ident> =
            events().filter(|event| event.retired.is_some()).map(|event| camel(&event.name)).collect();
        let name = ctx.names.made(Made::EventSet(self.id));
        let doc = doc_text(&format!("The events of [`{}`].", camel(&aggregate.name)));
        let eq = today.iter().all(|event| ctx.traits.of_fields(&event.fields).eq);
        let derives = own_derives(Has { eq, ..Has::NONE });
        let event_set = &ctx.runtime.event_set;
        let retired = (!retired.is_empty()).then(|| quote!(#[event_set(retired(#(#retired),*))]));
        let sizes: Vec<(&str, &[Field])> =
            today.iter().map(|event| (event.name.camel(), event.fields.as_slice())).collect();
        let allow = lints::of_event_set(ctx, &name.to_string(), &sizes);
        let variants = today.iter().map(|event| {
            let name = camel(&event.name);
            let doc = doc_text(&format!("See [`{name}`]."));
            quote!(#doc #name(#name),)
        });
        tokens.extend(quote! {
            #doc
            #[derive(#derives, #event_set)]
            #retired
            #allow
            pub enum #name { #(#variants)* }
        });
    }
}

/// An aggregate's state with what each event does to it.
pub(super) struct AggregateItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: AggregateId,
}

impl ToTokens for AggregateItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let aggregate = self.ctx.domain.aggregate(self.id);
        let state = self.state(aggregate);
        let applications = aggregate.events.iter().filter_map(|id| self.application(aggregate, *id));
        tokens.extend(quote!(#state #(#applications)*));
    }
}

impl AggregateItem<'_> {
    fn state(&self, aggregate: &Aggregate) -> TokenStream {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let name = camel(&aggregate.name);
        let is_derived = has_type_defaults(ctx, &aggregate.state);
        let eq = ctx.traits.of_fields(&aggregate.state).eq;
        let derives = own_derives(Has { eq, default: is_derived, ..Has::NONE });
        let has_snapshots = aggregate.snapshot_every.is_some();
        let serde = has_snapshots.then(|| {
            let (serialize, deserialize) = (&runtime.serialize, &runtime.deserialize);
            quote!(, #serialize, #deserialize)
        });
        let derive = &runtime.aggregate;
        let (id, events, error) = (
            fields::ty(ctx, &aggregate.id),
            ctx.names.made(Made::EventSet(self.id)),
            ctx.names.made(Made::Error(self.id)),
        );
        let stored_name = aggregate.name.as_str();
        let named = (name != stored_name).then(|| quote!(, name = #stored_name));
        let snapshot = aggregate.snapshot_every.map(|every| {
            let every = Literal::u32_unsuffixed(every);
            quote!(, snapshot(every = #every))
        });
        let doc = doc(aggregate.doc.as_deref(), || {
            format!("The state of one {}, folded from its events.", words(&aggregate.name))
        });
        let allow = lints::of_fields(&aggregate.state);
        let declarations =
            Fields { ctx, fields: &aggregate.state, owner: &name, public: true, stored: has_snapshots };
        let default = (!is_derived).then(|| default_impl(ctx, &name, &aggregate.state));
        let functions = has_snapshots.then(|| inherent_impl(ctx, &name, &aggregate.state, false)).flatten();
        quote! {
            #doc
            #[derive(#derives #serde, #derive)]
            #[aggregate(id = #id, events = #events, error = #error #named #snapshot)]
            #allow
            pub struct #name { #declarations }

            #default
            #functions
        }
    }

    /// What an event does to the state; nothing for one that is no longer recorded.
    fn application(&self, aggregate: &Aggregate, id: EventId) -> Option<TokenStream> {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let event = ctx.domain.event(id);
        if event.retired.is_some() {
            return None;
        }
        let (name, event_name) = (camel(&aggregate.name), camel(&event.name));
        let (apply, try_apply) = (&runtime.apply, &runtime.try_apply);
        let (result, ok, apply_error) = (&runtime.result, &runtime.ok, &runtime.apply_error);
        Some(match &event.apply {
            Apply::Nothing => quote! {
                impl #apply<#event_name> for #name {
                    fn apply(&mut self, _: &#event_name) {}
                }
            },
            Apply::Custom => {
                let (applies, method) = (ctx.names.made(Made::Applies(self.id)), apply_method(&event.name));
                quote! {
                    impl #try_apply<#event_name> for #name {
                        fn try_apply(&mut self, event: &#event_name) -> #result<(), #apply_error> {
                            #applies::#method(self, event)
                        }
                    }
                }
            }
            Apply::Writes(writes) => {
                let source = Source { ctx, owners: Owners::new(), carried: None };
                let fields: Vec<&Field> = aggregate.state.iter().collect();
                let statements =
                    Writes { source: &source, writes, fields: &fields, place: quote!(self), owner: "state" }
                        .to_token_stream();
                let ids: Vec<_> = writes.iter().flat_map(write::expressions).collect();
                let allow = logic::allow(ctx, ids.iter().copied(), &statements);
                let event_read = logic::parameter(ctx, &ids, "event");
                if writes.iter().any(|it: &Write| write::is_fallible(&source, it)) {
                    quote! {
                        impl #try_apply<#event_name> for #name {
                            #allow
                            fn try_apply(&mut self, #event_read: &#event_name) -> #result<(), #apply_error> {
                                #statements
                                #ok(())
                            }
                        }
                    }
                } else {
                    quote! {
                        impl #apply<#event_name> for #name {
                            #allow
                            fn apply(&mut self, #event_read: &#event_name) {
                                #statements
                            }
                        }
                    }
                }
            }
        })
    }
}
