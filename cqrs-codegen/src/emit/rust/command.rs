//! Commands: what they carry, the rules that they keep by themselves, and the decision on them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::expr::Owners;
use crate::model::{Command, CommandId, Decision, Emission, ErrorKind, Existence, ExpressionId, Requirement};

use super::construction::{Carried, Source, carries, expressions};
use super::ctx::{Ctx, doc, opening};
use super::custom::decision_method;
use super::event::of_message;
use super::fields::Fields;
use super::lints;
use super::logic;
use super::names::{Made, camel, value_ident};
use super::types::{inherent_impl, own_derives};

/// A command with the decision on it.
pub(super) struct CommandItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: CommandId,
}

impl ToTokens for CommandItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let command = self.ctx.domain.command(self.id);
        let (declaration, decision) = (self.declaration(command), self.decision(command));
        tokens.extend(quote!(#declaration #decision));
    }
}

impl CommandItem<'_> {
    fn declaration(&self, command: &Command) -> TokenStream {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let name = camel(&command.name);
        let aggregate = ctx.domain.aggregate(command.aggregate);
        let aggregate_name = camel(&aggregate.name);
        let doc = doc(command.doc.as_deref(), || {
            format!("{}: a command to [`{aggregate_name}`].", opening(&command.name))
        });
        let id = value_ident(&aggregate.id_field());
        let existence = match command.existence {
            Existence::Any => None,
            Existence::New => Some(quote!(, creates)),
            Existence::Existing => Some(quote!(, existing)),
        };
        let roles = command.allow.as_ref().map(|roles| {
            let roles = roles.iter().map(|role| ctx.domain.role(*role).0.as_str());
            quote!(, roles(#(#roles),*))
        });
        let is_guarded = ctx.rules.guard_fields(&command.fields);
        let validate = is_guarded.then(|| quote!(, validate = Self::validate));
        let stored_name = command.name.as_str();
        let named = (name != stored_name).then(|| quote!(, name = #stored_name));
        let derives = own_derives(of_message(ctx, &command.fields));
        let (serialize, deserialize, derive) = (&runtime.serialize, &runtime.deserialize, &runtime.command);
        let allow = lints::of_fields(&command.fields);
        let fields = Fields { ctx, fields: &command.fields, owner: &name, public: true, stored: true };
        let inherent = inherent_impl(ctx, &name, &command.fields, is_guarded);
        quote! {
            #doc
            #[derive(#derives, #serialize, #deserialize, #derive)]
            #[command(aggregate = #aggregate_name, id = #id #existence #roles #validate #named)]
            #allow
            pub struct #name { #fields }

            #inherent
        }
    }

    fn decision(&self, command: &Command) -> TokenStream {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let (decide, context, result, vec) =
            (&runtime.decide, &runtime.context, &runtime.result, &runtime.vec);
        let (name, aggregate) = (camel(&command.name), camel(&ctx.domain.aggregate(command.aggregate).name));
        let event_set = ctx.names.made(Made::EventSet(command.aggregate));
        let error = ctx.names.made(Made::Error(command.aggregate));
        let ids = expressions_of(command);
        let is_custom = command.decision == Decision::Custom;
        let carried = match &command.decision {
            Decision::Custom => true,
            Decision::Emit(emissions) => emissions.iter().any(|it| carries(&it.construction)),
        };
        let carried = carried || command.requirements.iter().any(|it| carries(&it.construction));
        let reads_command = carried || logic::mention(ctx, ids.iter().copied(), "command");
        let reads_context = is_custom || logic::mention(ctx, ids.iter().copied(), "context");
        let command_name = if reads_command { quote!(command) } else { quote!(_) };
        let context_name = if reads_context { quote!(context) } else { quote!(_) };
        let source = Source {
            ctx,
            owners: Owners::new(),
            carried: Some(Carried { fields: &command.fields, place: quote!(command), moves: false }),
        };
        let requirements = command.requirements.iter().map(|it| requirement(&source, it, &error));
        let outcome = match &command.decision {
            Decision::Custom => {
                let (decisions, method) =
                    (ctx.names.made(Made::Decisions(command.aggregate)), decision_method(&command.name));
                quote!(#decisions::#method(self, command, context))
            }
            Decision::Emit(emissions) => emit(&source, emissions),
        };
        let body = quote!(#(#requirements)* #outcome);
        let allow = logic::allow(ctx, ids, &body);
        quote! {
            impl #decide<#name> for #aggregate {
                #allow
                fn decide(&self, #command_name: &#name, #context_name: &#context) -> #result<#vec<#event_set>, #error> {
                    #body
                }
            }
        }
    }
}

/// Refuses where a condition does not hold.
fn requirement(source: &Source<'_>, requirement: &Requirement, error: &Ident) -> TokenStream {
    let ctx = source.ctx;
    let kind = ctx.domain.error(requirement.error);
    let err = &ctx.runtime.err;
    let refusal = refusal(source, kind, requirement, error);
    let condition = ctx.expression(requirement.that, &source.owners);
    let (place, form) = (ctx.place_of(requirement.that), ctx.form(requirement.that));
    logic::unless(&place, form, &condition, &quote!(return #err(#refusal);))
}

fn refusal(source: &Source<'_>, kind: &ErrorKind, requirement: &Requirement, error: &Ident) -> TokenStream {
    let variant = camel(&kind.name);
    if kind.fields.is_empty() {
        return quote!(#error::#variant);
    }
    let literal = source.literal(&kind.fields, &requirement.construction);
    quote!(#error::#variant { #literal })
}

/// The events, in order; those with a condition where it holds.
fn emit(source: &Source<'_>, emissions: &[Emission]) -> TokenStream {
    let ctx = source.ctx;
    let ok = &ctx.runtime.ok;
    let made = |emission: &Emission| {
        let event = ctx.domain.event(emission.event);
        let (name, literal) = (camel(&event.name), source.literal(&event.fields, &emission.construction));
        quote!(#name { #literal })
    };
    let unconditional = emissions.iter().take_while(|emission| emission.when.is_none()).count();
    let (first, rest) = emissions.split_at(unconditional);
    let names: Vec<Ident> = (1..=first.len())
        .map(|index| if first.len() == 1 { format_ident!("event") } else { format_ident!("event_{index}") })
        .collect();
    let lets = first.iter().zip(&names).map(|(emission, name)| {
        let (place, event) = (ctx.place(emission.origin), made(emission));
        quote!(#place let #name = #event;)
    });
    if rest.is_empty() {
        return quote!(#(#lets)* #ok(vec![#(#names.into()),*]));
    }
    let start = if first.is_empty() {
        let vec = &ctx.runtime.vec;
        quote!(let mut events = #vec::new();)
    } else {
        quote!(#(#lets)* let mut events = vec![#(#names.into()),*];)
    };
    let rest = rest.iter().map(|emission| {
        let (place, event) = (ctx.place(emission.origin), made(emission));
        match emission.when {
            None => quote!(#place events.push(#event.into());),
            Some(when) => {
                let condition = ctx.expression(when, &source.owners);
                quote!(#place if #condition { events.push(#event.into()); })
            }
        }
    });
    quote!(#start #(#rest)* #ok(events))
}

/// Every expression of a command's decision.
pub(super) fn expressions_of(command: &Command) -> Vec<ExpressionId> {
    let mut ids = Vec::new();
    for requirement in &command.requirements {
        ids.push(requirement.that);
        ids.extend(expressions(&requirement.construction));
    }
    if let Decision::Emit(emissions) = &command.decision {
        for emission in emissions {
            ids.extend(emission.when);
            ids.extend(expressions(&emission.construction));
        }
    }
    ids
}
