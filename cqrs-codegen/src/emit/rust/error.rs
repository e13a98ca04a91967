//! Refusals: one enum an aggregate, with the sentence of each.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::model::{AggregateId, ErrorKind, Field, MessagePart};

use super::command::expressions_of;
use super::ctx::{Ctx, doc_text};
use super::fields::Fields;
use super::lints;
use super::logic;
use super::names::{Made, camel, snake, type_ident, value_ident};
use super::traits::Has;
use super::types::own_derives;

/// Why an aggregate refuses.
pub(super) struct ErrorItem<'a> {
    pub(super) ctx: &'a Ctx<'a>,
    pub(super) id: AggregateId,
}

impl ToTokens for ErrorItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ctx = self.ctx;
        let runtime = &ctx.runtime;
        let aggregate = ctx.domain.aggregate(self.id);
        let kinds: Vec<&ErrorKind> = aggregate.errors.iter().map(|id| ctx.domain.error(*id)).collect();
        let name = ctx.names.made(Made::Error(self.id));
        let doc = doc_text(&format!("Why [`{}`] refuses a command.", camel(&aggregate.name)));
        let eq = kinds.iter().all(|kind| ctx.traits.of_fields(&kind.fields).eq);
        let derives = own_derives(Has { eq, ..Has::NONE });
        let allow = lints::of_error(ctx, &name.to_string(), &kinds);
        let variants = kinds.iter().map(|kind| {
            let variant = camel(&kind.name);
            let doc = doc_text(&format!("{}.", capitalized(&sentence(kind))));
            let fields = (!kind.fields.is_empty()).then(|| {
                let fields = Fields { ctx, fields: &kind.fields, owner: &name, public: false, stored: false };
                quote!({ #fields })
            });
            quote!(#doc #variant #fields,)
        });
        let formatter = formatter(&kinds);
        let arms = kinds.iter().map(|kind| self.arm(kind, &formatter));
        let arithmetic = self.has_arithmetic().then(|| type_ident(&arithmetic_variant(&kinds)));
        let arithmetic_error = &runtime.arithmetic_error;
        let arithmetic_variant = arithmetic.as_ref().map(|variant| {
            quote! {
                /// A number of the decision left the range of its type.
                #variant(#arithmetic_error),
            }
        });
        let arithmetic_arm =
            arithmetic.as_ref().map(|variant| quote!(Self::#variant(error) => error.fmt(#formatter),));
        let conversion = arithmetic.as_ref().map(|variant| {
            let from = &runtime.from;
            quote! {
                impl #from<#arithmetic_error> for #name {
                    fn from(error: #arithmetic_error) -> Self {
                        Self::#variant(error)
                    }
                }
            }
        });
        let (fmt, error) = (&runtime.fmt, &runtime.error);
        let is_empty = kinds.is_empty() && arithmetic.is_none();
        let (formatter, scrutinee) =
            if is_empty { (quote!(_), quote!(*self)) } else { (quote!(#formatter), quote!(self)) };
        tokens.extend(quote! {
            #doc
            #[derive(#derives)]
            #allow
            pub enum #name { #(#variants)* #arithmetic_variant }

            impl #fmt::Display for #name {
                fn fmt(&self, #formatter: &mut #fmt::Formatter<'_>) -> #fmt::Result {
                    match #scrutinee {
                        #(#arms)*
                        #arithmetic_arm
                    }
                }
            }

            impl #error for #name {}

            #conversion
        });
    }
}

impl ErrorItem<'_> {
    /// Whether a decision can leave the range of a number.
    fn has_arithmetic(&self) -> bool {
        let commands = &self.ctx.domain.aggregate(self.id).commands;
        commands.iter().any(|id| logic::is_fallible(self.ctx, expressions_of(self.ctx.domain.command(*id))))
    }

    /// The sentence of one refusal.
    fn arm(&self, kind: &ErrorKind, formatter: &Ident) -> TokenStream {
        let variant = camel(&kind.name);
        let mut mentioned: Vec<&Field> = Vec::new();
        for part in &kind.message {
            if let MessagePart::Field(index) = part
                && let Some(field) = kind.fields.get(*index)
                && !mentioned.iter().any(|other| other.name == field.name)
            {
                mentioned.push(field);
            }
        }
        if mentioned.is_empty() {
            let text: String = kind.message.iter().map(text_of).collect();
            let fields = (!kind.fields.is_empty()).then(|| quote!({ .. }));
            return quote!(Self::#variant #fields => #formatter.write_str(#text),);
        }
        let names: Vec<Ident> = mentioned.iter().map(|field| snake(&field.name)).collect();
        let rest = (mentioned.len() < kind.fields.len()).then(|| quote!(, ..));
        // A raw identifier cannot be captured by a format string, so then all are given by their places.
        let by_place = names.iter().any(|name| name.to_string().starts_with("r#"));
        let format: String =
            kind.message.iter().map(|part| self.format(kind, part, &mentioned, by_place)).collect();
        let arguments = by_place.then(|| quote!(, #(#names),*));
        quote!(Self::#variant { #(#names),* #rest } => write!(#formatter, #format #arguments),)
    }

    fn format(&self, kind: &ErrorKind, part: &MessagePart, mentioned: &[&Field], by_place: bool) -> String {
        let field = match part {
            MessagePart::Text(text) => return text.replace('{', "{{").replace('}', "}}"),
            MessagePart::Field(index) => kind.fields.get(*index),
        };
        let Some(field) = field else { return String::new() };
        let place = mentioned.iter().position(|other| other.name == field.name).unwrap_or(0);
        let name = if by_place { place.to_string() } else { field.name.snake().to_owned() };
        let how = if self.ctx.traits.of(&field.ty).display { "" } else { ":?" };
        format!("{{{name}{how}}}")
    }
}

fn text_of(part: &MessagePart) -> &str {
    match part {
        MessagePart::Text(text) => text,
        MessagePart::Field(_) => "",
    }
}

/// What the formatter is called: otherwise where a sentence may show a field of that name.
fn formatter(kinds: &[&ErrorKind]) -> Ident {
    let mut name = "formatter".to_owned();
    while kinds.iter().flat_map(|kind| &kind.fields).any(|field| field.name.snake() == name) {
        name.push('_');
    }
    value_ident(&name)
}

/// The name of the variant for arithmetic: another one where the schema has a refusal of that name.
fn arithmetic_variant(kinds: &[&ErrorKind]) -> String {
    let mut name = "Arithmetic".to_owned();
    while kinds.iter().any(|kind| kind.name.camel() == name) {
        name.push_str("Error");
    }
    name
}

/// A refusal's sentence with its fields in braces.
fn sentence(kind: &ErrorKind) -> String {
    let part = |part: &MessagePart| match part {
        MessagePart::Text(text) => text.clone(),
        MessagePart::Field(index) => {
            kind.fields.get(*index).map_or_else(String::new, |field| format!("`{}`", field.name))
        }
    };
    kind.message.iter().map(part).collect()
}

fn capitalized(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>())
        .into_iter()
        .chain([letters.collect()])
        .collect()
}
