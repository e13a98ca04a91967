//! Expressions: parsed with Rust's own grammar, each given the scope that it sees and the type that it should have.
//!
//! Only whether a text *is* an expression is decided here. What its names mean and which type it has is decided when
//! every expression of the domain is known.

use std::ops::Range;

use proc_macro2::TokenStream;

use crate::code::expression as code;
use crate::diagnostic::Diagnostic;
use crate::model::{Expression, ExpressionId, KEYWORDS, Origin, Purpose, Scope, TypeRef};
use crate::source::{ScalarText, Span};

use super::Work;

/// How long an expression may be, in bytes.
const LONGEST: usize = 1_000;

/// How deeply brackets may stand in each other, and how many generics there may be.
const MOST_BRACKETS: usize = 32;

/// How many operators there may be that can stand in front of another.
const MOST_OPERATORS: usize = 128;

impl Work<'_> {
    /// Adds an expression to the domain, or reports that the text is none.
    pub(super) fn expression(
        &mut self,
        text: &ScalarText,
        scope: Scope,
        purpose: Purpose,
        expected: Option<TypeRef>,
    ) -> Option<ExpressionId> {
        if !is_bounded(text.text()) {
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
        let syntax = match text.text().parse::<TokenStream>() {
            Ok(tokens) => syn::parse2::<syn::Expr>(tokens),
            Err(error) => return self.report_unreadable(text, error.span().byte_range()),
        };
        match syntax {
            Ok(syntax) => {
                let id = ExpressionId::new(self.domain.expressions.len());
                let origin = Origin::new(text.span(), text.span());
                let text = text.clone();
                self.domain.expressions.push(Expression { text, syntax, scope, purpose, expected, origin });
                Some(id)
            }
            Err(error) => {
                let message = format!("this is not an expression: {error}");
                let range = error.span().byte_range();
                let found = text.text().get(range.clone()).unwrap_or("");
                let help = match KEYWORDS.contains(&found) {
                    true => format!("`{found}` is a word of Rust's own; as a name it is written `r#{found}`"),
                    false => String::from(
                        "an expression is Rust, such as `state.balance + event.amount`; a text is `{ value: … }`",
                    ),
                };
                self.ctx.report(Diagnostic::new(&code::NOT_RUST, place(text, range), message).help(help));
                None
            }
        }
    }

    /// Reports a text whose characters are no words of Rust, most often because a bracket or quote has no partner.
    fn report_unreadable<T>(&mut self, text: &ScalarText, range: Range<usize>) -> Option<T> {
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
        self.ctx.report(Diagnostic::new(&code::NOT_RUST, place, message).help(help));
        None
    }
}

/// The place of a stretch of an expression; the whole of it where the stretch is none.
fn place(text: &ScalarText, range: Range<usize>) -> Span {
    if range.is_empty() || range.end > text.text().len() { text.span() } else { text.place(range) }
}

/// Whether the parser, which calls itself for each bracket and each operator before an operand, surely has the stack
/// for a text.
fn is_bounded(text: &str) -> bool {
    let (mut open, mut deepest, mut generics, mut operators) = (0_usize, 0_usize, 0_usize, 0_usize);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '<' => generics += 1,
            '!' | '-' | '*' | '&' | '|' | '=' => operators += 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    text.len() <= LONGEST && deepest.max(generics) <= MOST_BRACKETS && operators <= MOST_OPERATORS
}

#[cfg(test)]
mod tests {
    use crate::Outcome;
    use crate::load::InMemory;

    fn check(expression: &str) -> Outcome {
        let schema =
            format!("cqrs: 1\ndomain: d\ntypes:\n  A:\n    type: i64\n    check: |\n      {expression}\n");
        let path = std::path::Path::new("d.yaml");
        crate::check(&InMemory::default().with(path, schema), path)
    }

    #[test]
    fn a_hostile_expression_does_not_exhaust_the_stack() {
        let bits = [
            "(",
            "[",
            "{",
            "!",
            "- ",
            "*",
            "&",
            "|a| ",
            "a = ",
            "a.b",
            "a::<",
            "<a as ",
            "if a {} else ",
            "return ",
            "a as ",
            "1 + ",
            "a(",
            "..",
            "x?",
            "|| ",
            "async move ",
            "loop {",
            "match a { _ => ",
            "&mut ",
            "b'",
            "a[",
            "a..=",
            "let a = ",
            "break ",
            "a < ",
            "\"",
            "#[a]",
            "move || ",
            "unsafe {",
            "a && ",
            "::a",
        ];
        for bit in bits {
            for times in [30, 60, 120, 990 / bit.len()] {
                let outcome = check(&format!("{}1", bit.repeat(times)));
                assert!(outcome.checked.is_some() || outcome.diagnostics.has_errors(), "{bit}");
            }
        }
    }
}
