//! What Rust has and the language has not: everything that does something instead of having a value.
//!
//! Each construct is refused by its own name, so that a writer is told what to write instead, and not that a parser
//! expected something else.

use proc_macro2::{Span as Part, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{Block, Expr, Stmt};

use crate::code::{Code, expression as code};

use super::checker::Checker;

/// Why a construct is refused.
pub(super) struct Refusal {
    pub(super) code: &'static Code,
    pub(super) at: Part,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
}

const OWN_FUNCTION: &str = "write a function in Rust, and call it here by its path: `crate::rules::…(…)`";

/// Why a construct is refused, given that it is none that the language has.
pub(super) fn refusal(part: &Expr) -> Refusal {
    let (code, message, help): (&'static Code, &'static str, &'static str) = match part {
        Expr::Assign(_) => (&code::CHANGE, "an expression changes nothing", "did you mean `==`?"),
        Expr::Reference(_) => (&code::CHANGE, "an expression changes nothing", "leave out `&mut`"),
        Expr::RawAddr(_) => (&code::UNSAFE, "there are no raw pointers in an expression", "leave out `&raw`"),
        Expr::Block(_) => (&code::STATEMENT, "an expression has no statements", OWN_FUNCTION),
        Expr::Let(_) => (
            &code::PATTERN,
            "an expression does not match patterns",
            "ask an optional with `is_some_and`, or an enum with `==`",
        ),
        Expr::Match(_) => (
            &code::PATTERN,
            "an expression does not match patterns",
            "write `if … { … } else { … }` with `==`, or a function in Rust",
        ),
        Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => (
            &code::LOOP,
            "an expression has no loops",
            "ask a collection: `.iter().any(|item| …)`, `.all(…)`, `.filter(…).count()`",
        ),
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Yield(_) => (
            &code::JUMP,
            "an expression has a value and jumps nowhere",
            "leave the word out; what stands after it is the value",
        ),
        Expr::Try(_) => (
            &code::QUESTION_MARK,
            "`?` has nowhere to go from here",
            "say what counts instead: `.unwrap_or(…)`",
        ),
        Expr::Await(_) | Expr::Async(_) => (
            &code::AWAIT,
            "an expression waits for nothing",
            "look it up before the command is sent, and carry it in a field",
        ),
        Expr::Unsafe(_) => (&code::UNSAFE, "generated code is safe", OWN_FUNCTION),
        Expr::Macro(call) if call.mac.path.is_ident("matches") => {
            (&code::MACRO, "macros are not expanded here", "compare with `==`: `… == Name::Variant`")
        }
        Expr::Macro(_) => (&code::MACRO, "macros are not expanded here", OWN_FUNCTION),
        Expr::Cast(_) => (
            &code::CAST,
            "`as` can lose a part of a number without a word",
            "leave it out: numbers widen by themselves; what may not fit is a function of your own",
        ),
        Expr::Closure(_) => (
            &code::CLOSURE,
            "a closure stands in an argument of `any`, `all`, `filter`, `map`, `is_some_and` or `is_none_or`",
            OWN_FUNCTION,
        ),
        Expr::Tuple(_) => (
            &code::NOT_IN_THE_LANGUAGE,
            "there are no tuples",
            "name the parts: declare a struct under `types`",
        ),
        Expr::Range(_) => {
            (&code::NOT_IN_THE_LANGUAGE, "there are no ranges", "compare twice: `… >= 1 && … <= 10`")
        }
        Expr::Repeat(_) => {
            (&code::NOT_IN_THE_LANGUAGE, "lists are written item by item", "write `[a, b, c]`")
        }
        Expr::Infer(_) => (&code::NOT_IN_THE_LANGUAGE, "`_` has no value", "write the value"),
        _ => (&code::NOT_IN_THE_LANGUAGE, "this construct of Rust is no part of the language", OWN_FUNCTION),
    };
    let at = match part {
        Expr::Assign(assign) => assign.eq_token.span(),
        Expr::Try(question) => question.question_token.span(),
        Expr::Await(wait) => wait.await_token.span(),
        Expr::Cast(cast) => cast.as_token.span(),
        Expr::Loop(it) => it.loop_token.span(),
        Expr::While(it) => it.while_token.span(),
        Expr::ForLoop(it) => it.for_token.span(),
        Expr::Match(it) => it.match_token.span(),
        Expr::Macro(it) => it.mac.path.span(),
        other => other.span(),
    };
    Refusal { code, at, message, help }
}

/// Reports attributes, which would otherwise be lost without a word.
pub(super) fn attributes(checker: &mut Checker<'_>, syntax: &Expr) -> bool {
    if !checker.expression.text.text().contains('#') {
        return false;
    }
    let Some(at) = attribute(syntax.to_token_stream()) else { return false };
    checker.report(
        &code::NOT_IN_THE_LANGUAGE,
        at,
        "an expression has no attributes",
        "leave the attribute out",
    );
    true
}

fn attribute(tokens: TokenStream) -> Option<Part> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Punct(punct) if punct.as_char() == '#' => Some(punct.span()),
        TokenTree::Group(group) => attribute(group.stream()),
        _ => None,
    })
}

/// The value of a block that consists of nothing else.
pub(super) fn only_value(block: &syn::ExprBlock) -> Option<&Expr> {
    if block.label.is_some() { None } else { value_of(&block.block).ok() }
}

/// The value of a block, or the place of what stands there instead.
pub(super) fn value_of(block: &Block) -> Result<&Expr, Part> {
    match block.stmts.as_slice() {
        [Stmt::Expr(value, None)] => Ok(value),
        [first, ..] => Err(first.span()),
        [] => Err(block.span()),
    }
}

/// The place of a `let` among the conditions of an `if`.
pub(super) fn pattern_in(condition: &Expr) -> Option<Part> {
    match condition {
        Expr::Let(pattern) => Some(pattern.let_token.span()),
        Expr::Binary(binary) => pattern_in(&binary.left).or_else(|| pattern_in(&binary.right)),
        Expr::Paren(inner) => pattern_in(&inner.expr),
        _ => None,
    }
}
