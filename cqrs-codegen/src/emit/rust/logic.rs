//! The schema's own logic within generated functions: conditions, and the lints that its form may trip.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};

use crate::expr::Form;
use crate::model::{EventId, ExpressionId};

use super::ctx::Ctx;

/// A statement for the case that a condition does not hold.
///
/// A condition with an operator is named before it is negated: `!(a >= b)` would be a riddle, and is another thing
/// than `a < b` for floating-point numbers.
pub(super) fn unless(
    place: &TokenStream,
    form: &Form,
    condition: &TokenStream,
    otherwise: &TokenStream,
) -> TokenStream {
    if form.is_answer() {
        return quote!(#place if !#condition { #otherwise });
    }
    if form.denies_answer()
        && let Some(inner) = without_not(condition)
    {
        return quote!(#place if #inner { #otherwise });
    }
    quote! {
        #place
        let holds = #condition;
        if !holds { #otherwise }
    }
}

/// What stands behind the `!` at the beginning.
fn without_not(condition: &TokenStream) -> Option<TokenStream> {
    let mut tokens = condition.clone().into_iter();
    match tokens.next() {
        Some(TokenTree::Punct(punct)) if punct.as_char() == '!' => Some(tokens.collect()),
        _ => None,
    }
}

/// The lints to allow on a function that holds these expressions: none where they are plain.
///
/// They are about the form of what the schema's author wrote, who reads the schema and not this code.
pub(super) fn allow(
    ctx: &Ctx<'_>,
    expressions: impl IntoIterator<Item = ExpressionId>,
    body: &TokenStream,
) -> TokenStream {
    let mut lints = BTreeSet::new();
    for id in expressions {
        lints.extend(ctx.form(id).lints());
    }
    if ctx.has_extern_types && clones(body.clone()) {
        // Whether the user's own type is `Copy` is not known here.
        lints.insert("clone_on_copy");
    }
    if lints.is_empty() {
        return TokenStream::new();
    }
    let lints = lints.into_iter().map(|lint| Ident::new(lint, Span::call_site()));
    quote!(#[allow(#(clippy::#lints),*, reason = "the logic has the form that the schema gives it")])
}

fn clones(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "clone",
        TokenTree::Group(group) => clones(group.stream()),
        _ => false,
    })
}

/// Whether one of these expressions reads an owner.
pub(super) fn mention(
    ctx: &Ctx<'_>,
    expressions: impl IntoIterator<Item = ExpressionId>,
    owner: &str,
) -> bool {
    expressions.into_iter().any(|id| ctx.meaning(id).mentions(owner))
}

/// Whether one of these expressions reads an owner, as it is meant for an event.
pub(super) fn mention_on(
    ctx: &Ctx<'_>,
    expressions: impl IntoIterator<Item = ExpressionId>,
    event: EventId,
    owner: &str,
) -> bool {
    expressions.into_iter().any(|id| ctx.meaning_on(id, event).mentions(owner))
}

/// Whether one of these expressions reads a field of an owner, or the owner as a whole.
pub(super) fn mention_field(
    ctx: &Ctx<'_>,
    expressions: impl IntoIterator<Item = ExpressionId>,
    owner: &str,
    field: &str,
) -> bool {
    expressions.into_iter().any(|id| {
        ctx.meaning(id).mentions(owner) && text_reads(ctx.domain.expression(id).text.text(), owner, field)
    })
}

/// Whether a text that was checked reads a field of an owner, or the owner as a whole.
fn text_reads(text: &str, owner: &str, field: &str) -> bool {
    text.parse().is_ok_and(|tokens| reads(tokens, owner, field))
}

fn reads(tokens: TokenStream, owner: &str, field: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => reads(group.stream(), owner, field),
        TokenTree::Ident(ident) if ident == owner => match (tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(TokenTree::Punct(dot)), Some(TokenTree::Ident(name))) if dot.as_char() == '.' => {
                name.to_string().trim_start_matches("r#") == field
            }
            _ => true,
        },
        _ => false,
    })
}

/// A parameter's name, or `_` where none of these expressions reads it.
pub(super) fn parameter(ctx: &Ctx<'_>, expressions: &[ExpressionId], owner: &str) -> TokenStream {
    if mention(ctx, expressions.iter().copied(), owner) {
        Ident::new(owner, Span::call_site()).into_token_stream()
    } else {
        quote!(_)
    }
}

/// Whether one of these expressions can fail.
pub(super) fn is_fallible(ctx: &Ctx<'_>, expressions: impl IntoIterator<Item = ExpressionId>) -> bool {
    expressions.into_iter().any(|id| ctx.meaning(id).is_fallible())
}
