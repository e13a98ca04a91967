//! Expressions: whether each means something, what type it has, and how it reads as Rust.
//!
//! An expression is Rust's grammar, cut down to what is pure. Every path that begins at an owner is looked up, and every
//! part is typed as far as the schema tells; what only rustc can know, a call into the user's own Rust, is passed through.
//! Nothing here says what is done with a value: that is the emitters' business.

mod call;
mod checker;
mod comparison;
pub mod facts;
mod form;
mod literal;
mod method;
mod node;
mod operator;
mod parse;
mod path;
mod refuse;
mod render;
mod ty;
mod walk;

use proc_macro2::TokenStream;

use crate::diagnostic::Diagnostics;
use crate::model::{Domain, EventId, Expression, Scope, TypeRef};
use crate::parallel;

use checker::Checker;
use node::Node;
use render::Renderer;

pub use form::Form;
pub(crate) use literal::duration;
pub use literal::literal;
pub(crate) use parse::parse;
pub use render::Owners;

/// The lints about the form of what a schema's author wrote; they belong on the functions that hold expressions.
pub const LINTS: &[&str] = &[
    "clippy::bool_comparison",
    "clippy::clone_on_copy",
    "clippy::cmp_owned",
    "clippy::double_comparisons",
    "clippy::eq_op",
    "clippy::if_same_then_else",
    "clippy::impossible_comparisons",
    "clippy::manual_range_contains",
    "clippy::needless_bool",
    "clippy::neg_cmp_op_on_partial_ord",
    "clippy::nonminimal_bool",
    "clippy::overly_complex_bool_expr",
    "clippy::redundant_closure",
    "clippy::redundant_comparisons",
    "clippy::unnecessary_min_or_max",
    "clippy::useless_vec",
];

/// An expression with what it means.
#[derive(Debug, Clone)]
pub struct Typed {
    /// For the first event of a [`Scope::Row`], or for none in particular.
    first: Meaning,
    /// For each event of a [`Scope::Row`].
    by_event: Vec<(EventId, Meaning)>,
    form: Form,
}

/// What an expression means: for one event, where it is about several.
#[derive(Debug, Clone)]
pub struct Meaning {
    node: Node,
}

/// Checks every expression of the domain; what is found stands under the same index as the expression.
///
/// What is wrong is reported at its place. A domain with errors has meanings too, which must not be rendered.
#[must_use]
pub fn check(domain: &Domain, diagnostics: &mut Diagnostics) -> Vec<Typed> {
    let parts = parallel::pieces(&domain.expressions, |expressions| {
        let mut diagnostics = Diagnostics::default();
        let typed: Vec<Typed> =
            expressions.iter().map(|expression| typed(domain, expression, &mut diagnostics)).collect();
        (typed, diagnostics)
    });
    let mut all = Vec::with_capacity(domain.expressions.len());
    for (typed, found) in parts {
        all.extend(typed);
        diagnostics.append(found);
    }
    all
}

fn typed(domain: &Domain, expression: &Expression, diagnostics: &mut Diagnostics) -> Typed {
    let syntax = match parse(&expression.text) {
        Ok(syntax) => syntax,
        Err(report) => {
            diagnostics.push(report);
            let first = Meaning { node: Node::hole() };
            return Typed { first, by_event: Vec::new(), form: Form::default() };
        }
    };
    let mut meaning = |event: Option<EventId>| {
        let node = Checker { domain, expression, event, locals: Vec::new(), diagnostics }.whole(&syntax);
        Meaning { node }
    };
    let by_event: Vec<(EventId, Meaning)> = match &expression.scope {
        Scope::Row(_, events) => events.iter().map(|event| (*event, meaning(Some(*event)))).collect(),
        _ => Vec::new(),
    };
    let first = by_event.first().map(|(_, first)| first.clone()).unwrap_or_else(|| meaning(None));
    Typed { first, by_event, form: Form::of(&syntax) }
}

impl Typed {
    /// What the expression means, where it is about no event or about one.
    #[must_use]
    pub fn meaning(&self) -> &Meaning {
        &self.first
    }

    /// How the expression is written.
    #[must_use]
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// What the expression means for one of the events that it is about.
    #[must_use]
    pub fn meaning_on(&self, event: EventId) -> &Meaning {
        let found = self.by_event.iter().find(|(about, _)| *about == event);
        found.map_or(&self.first, |(_, meaning)| meaning)
    }
}

impl Meaning {
    /// One Rust expression: an owned value of exactly the type that its place asks for, or a `bool` for a condition.
    #[must_use]
    pub fn value(&self, domain: &Domain, owners: &Owners) -> TokenStream {
        Renderer { domain, owners }.owned(&self.node)
    }

    /// One Rust expression for a reference to the value, for `get`, `contains` and `remove`.
    #[must_use]
    pub fn reference(&self, domain: &Domain, owners: &Owners) -> TokenStream {
        Renderer { domain, owners }.borrowed(&self.node)
    }

    /// Whether its Rust has a `?`: on `cqrs_core::ArithmeticError`, and in folds on `cqrs_core::ApplyError`.
    #[must_use]
    pub fn is_fallible(&self) -> bool {
        self.node.is_fallible()
    }

    /// Whether it reads an owner: `state`, `command`, `context`, `event`, `row`, `meta`, `value`, or `key` for a
    /// column of the row's key.
    #[must_use]
    pub fn mentions(&self, owner: &str) -> bool {
        self.node.mentions(owner)
    }

    /// Its type, where the schema tells.
    #[must_use]
    pub fn ty(&self) -> Option<TypeRef> {
        self.node.ty.to_ref()
    }
}

#[cfg(test)]
mod tests;
