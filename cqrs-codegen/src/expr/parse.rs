//! From a text to Rust's grammar, or to a report that it is no expression.

use std::ops::Range;

use proc_macro2::TokenStream;
use syn::Expr;

use crate::code::expression as code;
use crate::diagnostic::Diagnostic;
use crate::model::KEYWORDS;
use crate::source::{ScalarText, Span};

/// The text parsed; spans in it are byte ranges of the text, and mean something in this thread alone.
///
/// The text is one that resolving has let pass: bounded, so that the parser has the stack for it.
pub(crate) fn parse(text: &ScalarText) -> Result<Expr, Diagnostic> {
    let tokens =
        text.text().parse::<TokenStream>().map_err(|error| unreadable(text, error.span().byte_range()))?;
    syn::parse2(tokens).map_err(|error| {
        let message = format!("this is not an expression: {error}");
        let range = error.span().byte_range();
        let found = text.text().get(range.clone()).unwrap_or("");
        let help = match KEYWORDS.contains(&found) {
            true => format!("`{found}` is a word of Rust's own; as a name it is written `r#{found}`"),
            false => String::from(
                "an expression is Rust, such as `state.balance + event.amount`; a text is `{ value: … }`",
            ),
        };
        Diagnostic::new(&code::NOT_RUST, place(text, range), message).help(help)
    })
}

/// Says that characters are no words of Rust, most often because a bracket or quote has no partner.
fn unreadable(text: &ScalarText, range: Range<usize>) -> Diagnostic {
    let torn = text.text().matches('(').count() > text.text().matches(')').count();
    let (message, help) = match torn {
        true => (
            "a bracket of this expression is not closed",
            "inside `{ }` or `[ ]` YAML ends a text at a comma: put quotes round the expression",
        ),
        false => (
            "this cannot be read as Rust: a bracket or quote has no partner, or a character has no meaning",
            "a text is written `'\"branch\"'` or `{ value: branch }`",
        ),
    };
    let place = if torn { text.span() } else { place(text, range) };
    Diagnostic::new(&code::NOT_RUST, place, message).help(help)
}

/// The place of a stretch of an expression; the whole of it where the stretch is none.
fn place(text: &ScalarText, range: Range<usize>) -> Span {
    if range.is_empty() || range.end > text.text().len() { text.span() } else { text.place(range) }
}
