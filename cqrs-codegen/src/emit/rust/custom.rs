//! What the schema leaves to the user: one trait for each kind of gap, one required method for each gap.
//!
//! Where there is no gap there is no trait. A method that is missing is named by rustc, at the `impl` that lacks it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::model::{
    AggregateId, Apply, Command, Decision, ErrorKind, Event, FoldAction, Name, ProjectionId, Upcast,
};

use super::ctx::{Ctx, doc_text};
use super::event::custom_step;
use super::lints;
use super::names::{Made, camel, snake, value_ident};
use super::types::with_blank_lines;

/// The traits of an aggregate: its decisions, its changes of state, and the conversions of its older events.
pub(super) struct AggregateGaps<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: AggregateId,
}

impl ToTokens for AggregateGaps<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (decisions, applies, upcasts) = (self.decisions(), self.applies(), self.upcasts());
        tokens.extend(quote!(#decisions #applies #upcasts));
    }
}

impl AggregateGaps<'_> {
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.ctx.domain.aggregate(self.id).events.iter().map(|id| self.ctx.domain.event(*id))
    }

    fn aggregate(&self) -> Ident {
        camel(&self.ctx.domain.aggregate(self.id).name)
    }

    fn decisions(&self) -> Option<TokenStream> {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let (context, result, vec) = (&runtime.context, &runtime.result, &runtime.vec);
        let aggregate = ctx.domain.aggregate(self.id);
        let error = ctx.names.made(Made::Error(self.id));
        let event_set = ctx.names.made(Made::EventSet(self.id));
        let errors: Vec<&ErrorKind> = aggregate.errors.iter().map(|id| ctx.domain.error(*id)).collect();
        let large = lints::of_result(ctx, &errors);
        let custom = aggregate.commands.iter().map(|id| ctx.domain.command(*id));
        let custom = custom.filter(|command| command.decision == Decision::Custom);
        let methods: Vec<TokenStream> = custom
            .map(|command: &Command| {
                let (name, method) = (camel(&command.name), decision_method(&command.name));
                let place = ctx.place(command.origin);
                let doc = doc_text(&format!(
                    "Decides on [`{name}`]: the events to record, none where there is nothing to do.\n\n# Errors\n\n\
                     When the command is refused."
                ));
                let allow = self_convention(&command.name);
                quote! {
                    #doc
                    #place
                    #allow
                    #large
                    fn #method(&self, command: &#name, context: &#context) -> #result<#vec<#event_set>, #error>;
                }
            })
            .collect();
        let name = self.aggregate();
        let doc = format!("The decisions of [`{name}`] that its schema leaves to Rust.");
        gap(&ctx.names.made(Made::Decisions(self.id)), &name, &doc, "decisions", &quote!(), methods)
    }

    fn applies(&self) -> Option<TokenStream> {
        let ctx = self.ctx;
        let (result, apply_error) = (&ctx.runtime.result, &ctx.runtime.apply_error);
        let methods: Vec<TokenStream> = (self.events())
            .filter(|event| event.apply == Apply::Custom && event.retired.is_none())
            .map(|event| {
                let (name, method) = (camel(&event.name), apply_method(&event.name));
                let place = ctx.place(event.origin);
                let doc = doc_text(&format!(
                    "Changes the state by [`{name}`].\n\n# Errors\n\nWhen the event cannot be applied."
                ));
                quote! {
                    #doc
                    #place
                    fn #method(&mut self, event: &#name) -> #result<(), #apply_error>;
                }
            })
            .collect();
        let name = self.aggregate();
        let doc = format!("The changes of [`{name}`] that its schema leaves to Rust.");
        gap(&ctx.names.made(Made::Applies(self.id)), &name, &doc, "changes of state", &quote!(), methods)
    }

    fn upcasts(&self) -> Option<TokenStream> {
        let ctx = self.ctx;
        let (result, error) = (&ctx.runtime.result, &ctx.runtime.error);
        let aggregate = ctx.domain.aggregate(self.id);
        let mut methods = Vec::new();
        for id in &aggregate.events {
            let event = ctx.domain.event(*id);
            for shape in event.history.iter().filter(|shape| shape.upcast == Upcast::Custom) {
                let method = custom_step(&event.name, shape.version);
                let from = ctx.names.made(Made::Shape(*id, shape.version));
                let to = if shape.version + 1 == event.version {
                    camel(&event.name)
                } else {
                    ctx.names.made(Made::Shape(*id, shape.version + 1))
                };
                let place = ctx.place(shape.origin);
                let doc = doc_text(&format!(
                    "Brings [`{from}`] to [`{to}`].\n\n# Errors\n\nWhen a stored value has no counterpart in the newer shape."
                ));
                methods.push(quote! {
                    #doc
                    #place
                    fn #method(event: #from) -> #result<#to, Self::Error>;
                });
            }
        }
        let name = self.aggregate();
        let doc = format!("The conversions of older events of [`{name}`] that its schema leaves to Rust.");
        let associated = quote! {
            /// Why a stored value is refused; `std::convert::Infallible` where none is.
            type Error: #error + Send + Sync + 'static;
        };
        gap(
            &ctx.names.made(Made::Upcasts(self.id)),
            &name,
            &doc,
            "conversions of older events",
            &associated,
            methods,
        )
    }
}

/// The trait of a projection: its changes of rows.
pub(super) struct ProjectionGaps<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: ProjectionId,
}

impl ToTokens for ProjectionGaps<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let (row, meta) = (&runtime.row, &runtime.meta);
        let (result, apply_error) = (&runtime.result, &runtime.apply_error);
        let projection = ctx.domain.projection(self.id);
        let name = camel(&projection.name);
        let custom = projection.folds.iter().filter(|fold| fold.action == FoldAction::Custom);
        let methods: Vec<TokenStream> = custom
            .map(|fold| {
                let event = ctx.domain.event(fold.event);
                let (event_name, method) = (camel(&event.name), fold_method(&event.name));
                let place = ctx.place(fold.origin);
                let doc = doc_text(&format!(
                    "Changes the row by [`{event_name}`].\n\n# Errors\n\nWhen the event cannot be folded."
                ));
                quote! {
                    #doc
                    #place
                    fn #method(row: &mut #row<#name>, event: &#event_name, meta: &#meta) -> #result<(), #apply_error>;
                }
            })
            .collect();
        let doc = format!("The changes of rows of [`{name}`] that its schema leaves to Rust.");
        tokens.extend(gap(
            &ctx.names.made(Made::Folds(self.id)),
            &name,
            &doc,
            "changes of rows",
            &quote!(),
            methods,
        ));
    }
}

fn gap(
    name: &Ident,
    of: &Ident,
    doc: &str,
    what: &str,
    associated: &TokenStream,
    methods: Vec<TokenStream>,
) -> Option<TokenStream> {
    if methods.is_empty() {
        return None;
    }
    let doc = doc_text(doc);
    let message = format!("the schema of `{of}` leaves {what} to Rust: implement `{name}` for it");
    let note = format!("write: impl {name} for {of} {{{{ … }}}}");
    let members =
        with_blank_lines((!associated.is_empty()).then(|| associated.clone()).into_iter().chain(methods));
    Some(quote! {
        #doc
        #[diagnostic::on_unimplemented(message = #message, label = "not implemented", note = #note)]
        pub trait #name { #members }
    })
}

/// The method that the user writes for a decision: `close`.
pub(super) fn decision_method(command: &Name) -> Ident {
    snake(command)
}

/// The method that the user writes for a change of state: `apply_account_closed`.
pub(super) fn apply_method(event: &Name) -> Ident {
    value_ident(&format!("apply_{}", event.snake()))
}

/// The method that the user writes for a change of a row: `fold_account_closed`.
pub(super) fn fold_method(event: &Name) -> Ident {
    value_ident(&format!("fold_{}", event.snake()))
}

/// Clippy takes methods of such names for conversions.
fn self_convention(command: &Name) -> TokenStream {
    let is_taken_for_one = ["from_", "into_"].iter().any(|prefix| command.snake().starts_with(prefix));
    if is_taken_for_one {
        quote!(#[allow(clippy::wrong_self_convention, reason = "the method has the name of its command")])
    } else {
        TokenStream::new()
    }
}
