//! Expressions: parsed with Rust's own grammar, each given the scope that it sees and the type that it should have.
//!
//! Only whether a text *is* an expression is decided here. What its names mean and which type it has is decided when
//! every expression of the domain is known.

use crate::code::expression as code;
use crate::diagnostic::Diagnostic;
use crate::model::{Expression, ExpressionId, Origin, Purpose, Scope, TypeRef};
use crate::source::ScalarText;

use super::Work;

/// How long an expression may be, in bytes.
const LONGEST: usize = 2_000;

/// How deeply brackets, or operators before an operand, may stand in each other.
const DEEPEST: usize = 32;

impl Work<'_> {
    /// Adds an expression to the domain, or reports that the text is none.
    pub(super) fn expression(
        &mut self,
        text: &ScalarText,
        scope: Scope,
        purpose: Purpose,
        expected: Option<TypeRef>,
    ) -> Option<ExpressionId> {
        if text.text().len() > LONGEST || depth(text.text()) > DEEPEST {
            self.ctx.report(
                Diagnostic::new(
                    &code::TOO_LONG,
                    text.span(),
                    "the expression is too long or too deeply nested",
                )
                .help("move it into a function of your own Rust, and call that"),
            );
            return None;
        }
        match syn::parse_str::<syn::Expr>(text.text()) {
            Ok(syntax) => {
                let id = ExpressionId::new(self.domain.expressions.len());
                let origin = Origin::new(text.span(), text.span());
                self.domain.expressions.push(Expression {
                    text: text.clone(),
                    syntax,
                    scope,
                    purpose,
                    expected,
                    origin,
                });
                Some(id)
            }
            Err(error) => {
                let range = error.span().byte_range();
                let place = if range.end > text.text().len() || range.is_empty() {
                    text.span()
                } else {
                    text.place(range)
                };
                let message = format!("this is not an expression: {error}");
                self.ctx.report(Diagnostic::new(&code::NOT_RUST, place, message).help(
                    "an expression is Rust, such as `state.balance + event.amount`; a text is `{ value: … }`",
                ));
                None
            }
        }
    }
}

/// The greatest number of brackets and prefix operators that stand open at once.
///
/// Rust's parser calls itself for each of them, so a text without end would exhaust the stack.
fn depth(text: &str) -> usize {
    let (mut open, mut prefixes, mut deepest) = (0_usize, 0_usize, 0_usize);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '!' | '-' | '*' | '&' | '|' | '=' | '<' | '.' => prefixes += 1,
            it if it.is_whitespace() => {}
            _ => prefixes = 0,
        }
        deepest = deepest.max(open + prefixes);
    }
    deepest
}
