//! The schema's own logic within generated functions: conditions, and the lints that its form may trip.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, UnOp};

use crate::model::{EventId, ExpressionId};

use super::ctx::Ctx;

/// A statement for the case that a condition does not hold.
///
/// A condition with an operator is named before it is negated: `!(a >= b)` would be a riddle, and is another thing
/// than `a < b` for floating-point numbers.
pub(super) fn unless(
    place: &TokenStream,
    syntax: &Expr,
    condition: &TokenStream,
    otherwise: &TokenStream,
) -> TokenStream {
    if is_answer(syntax) {
        return quote!(#place if !#condition { #otherwise });
    }
    if let Expr::Unary(unary) = bare(syntax)
        && matches!(unary.op, UnOp::Not(_))
        && is_answer(&unary.expr)
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

/// Whether an expression is a plain answer, whose `!` reads well and cannot be written shorter.
fn is_answer(syntax: &Expr) -> bool {
    match bare(syntax) {
        Expr::Path(_) | Expr::Field(_) => true,
        Expr::MethodCall(call) => ["contains", "contains_key", "ends_with", "is_empty", "starts_with"]
            .iter()
            .any(|it| call.method == it),
        _ => false,
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
    let mut lints = Lints::default();
    for id in expressions {
        lints.visit_expr(&ctx.domain.expression(id).syntax);
    }
    if ctx.has_extern_types && clones(body.clone()) {
        // Whether the user's own type is `Copy` is not known here.
        lints.0.insert("clone_on_copy");
    }
    if lints.0.is_empty() {
        return TokenStream::new();
    }
    let lints = lints.0.into_iter().map(|lint| Ident::new(lint, Span::call_site()));
    quote!(#[allow(#(clippy::#lints),*, reason = "the logic has the form that the schema gives it")])
}

fn clones(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "clone",
        TokenTree::Group(group) => clones(group.stream()),
        _ => false,
    })
}

/// The lints that the form of an expression may trip, each found by the part that can trip it.
#[derive(Default)]
struct Lints(BTreeSet<&'static str>);

impl Visit<'_> for Lints {
    fn visit_expr_binary(&mut self, binary: &syn::ExprBinary) {
        let is_text =
            |side: &Expr| matches!(bare(side), Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Str(_)));
        let is_length = |side: &Expr| matches!(bare(side), Expr::MethodCall(call) if call.method == "len");
        let is_bool = |side: &Expr| matches!(bare(side), Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Bool(_)));
        match binary.op {
            BinOp::And(_) | BinOp::Or(_) => {
                let (left, right) = (parts(&binary.left), parts(&binary.right));
                if left.iter().any(|part| right.contains(part)) {
                    self.0.extend([
                        "double_comparisons",
                        "impossible_comparisons",
                        "manual_range_contains",
                        "nonminimal_bool",
                        "overly_complex_bool_expr",
                        "redundant_comparisons",
                    ]);
                }
            }
            BinOp::Eq(_) | BinOp::Ne(_) if is_bool(&binary.left) || is_bool(&binary.right) => {
                self.0.insert("bool_comparison");
            }
            BinOp::Eq(_) | BinOp::Ne(_) if is_text(&binary.left) || is_text(&binary.right) => {
                self.0.insert("cmp_owned");
            }
            _ => {}
        }
        if is_length(&binary.left) || is_length(&binary.right) {
            self.0.insert("len_zero");
        }
        if bare(&binary.left) == bare(&binary.right) {
            self.0.insert("eq_op");
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &syn::ExprUnary) {
        if matches!(unary.op, UnOp::Not(_)) && !is_answer(&unary.expr) {
            self.0.extend(["neg_cmp_op_on_partial_ord", "nonminimal_bool"]);
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_if(&mut self, branch: &syn::ExprIf) {
        self.0.extend(["if_same_then_else", "needless_bool"]);
        visit::visit_expr_if(self, branch);
    }

    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        if call.method == "min" || call.method == "max" {
            self.0.insert("unnecessary_min_or_max");
        }
        if is_said_outright(&call.receiver) {
            self.0.insert("unnecessary_literal_unwrap");
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_closure(&mut self, closure: &syn::ExprClosure) {
        if matches!(bare(&closure.body), Expr::Call(_) | Expr::Path(_)) {
            self.0.insert("redundant_closure");
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        // What a function of the user's own gives back is not known.
        self.0.insert("clone_on_copy");
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_array(&mut self, array: &syn::ExprArray) {
        self.0.insert("useless_vec");
        visit::visit_expr_array(self, array);
    }
}

/// Whether an optional is written as `None` or `Some(…)`.
fn is_said_outright(optional: &Expr) -> bool {
    let function = match bare(optional) {
        Expr::Call(call) => call.func.as_ref(),
        other => other,
    };
    matches!(function, Expr::Path(path) if path.path.is_ident("None") || path.path.is_ident("Some"))
}

/// An expression without the brackets around it, which are not rendered.
fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

/// What a condition compares or asks.
fn parts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::Paren(inner) => parts(&inner.expr),
        Expr::Unary(unary) => parts(&unary.expr),
        Expr::Binary(binary) => parts(&binary.left).into_iter().chain(parts(&binary.right)).collect(),
        other => vec![other],
    }
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
        ctx.meaning(id).mentions(owner)
            && reads(ctx.domain.expression(id).syntax.to_token_stream(), owner, field)
    })
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
