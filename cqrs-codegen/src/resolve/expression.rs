//! Expressions: each given the scope that it sees and the type that it should have.
//!
//! Only whether a text is bounded is decided here. Whether it is an expression, what its names mean and which type it
//! has is decided when every expression of the domain is known.

use crate::code::expression as code;
use crate::diagnostic::Diagnostic;
use crate::model::{Expression, ExpressionId, Origin, Purpose, Scope, TypeRef};
use crate::source::ScalarText;

use super::Work;

/// How long an expression may be, in bytes.
const LONGEST: usize = 1_000;

/// How deeply brackets may stand in each other, and how many generics there may be.
const MOST_BRACKETS: usize = 32;

/// How many operators there may be that can stand in front of another.
const MOST_OPERATORS: usize = 128;

impl Work<'_> {
    /// Adds an expression to the domain, or reports that the text is too long to be one.
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
        let id = ExpressionId::new(self.domain.expressions.len());
        let origin = Origin::new(text.span(), text.span());
        let text = text.clone();
        self.domain.expressions.push(Expression { text, scope, purpose, expected, origin });
        Some(id)
    }
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
