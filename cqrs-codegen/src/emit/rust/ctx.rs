//! What every emitter looks at: the domain, what its expressions mean, and the names and traits of what is generated.
//!
//! Emitters write tokens only; the texts that are not Rust, documentation and the places in the schema, are made here.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

use crate::expr::{self, Form, Meaning, Owners, Typed};
use crate::model::{Domain, EventId, ExpressionId, Name, Origin, Scalar, TypeKind};
use crate::source::SourceMap;

use super::names::Names;
use super::rules::Rules;
use super::runtime::Runtime;
use super::traits::Traits;

/// Everything that emitters share.
pub(super) struct Ctx<'a> {
    pub(super) domain: &'a Domain,
    pub(super) names: Names,
    pub(super) runtime: Runtime,
    pub(super) traits: Traits,
    pub(super) rules: Rules,
    /// Whether the schema names types of the user's own, of which nothing is known.
    pub(super) has_extern_types: bool,
    typed: &'a [Typed],
    sources: &'a SourceMap,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(domain: &'a Domain, typed: &'a [Typed], sources: &'a SourceMap) -> Self {
        let names = Names::new(domain);
        let runtime = Runtime::new(|name| names.is_taken(name));
        Self {
            has_extern_types: domain.types.iter().any(|ty| matches!(ty.kind, TypeKind::Extern(_))),
            domain,
            names,
            runtime,
            traits: Traits::new(domain),
            rules: Rules::new(domain),
            typed,
            sources,
        }
    }

    /// What an expression means, where it means one thing.
    pub(super) fn meaning(&self, id: ExpressionId) -> &'a Meaning {
        self.typed[id.index()].meaning()
    }

    /// What an expression means for one of the events that it is about.
    pub(super) fn meaning_on(&self, id: ExpressionId, event: EventId) -> &'a Meaning {
        self.typed[id.index()].meaning_on(event)
    }

    /// How an expression is written.
    pub(super) fn form(&self, id: ExpressionId) -> &'a Form {
        self.typed[id.index()].form()
    }

    /// An expression as Rust: owned, of exactly the type of its place.
    pub(super) fn expression(&self, id: ExpressionId, owners: &Owners) -> TokenStream {
        self.rendered(self.meaning(id), owners)
    }

    /// A meaning as Rust: owned, of exactly the type of its place.
    pub(super) fn rendered(&self, meaning: &Meaning, owners: &Owners) -> TokenStream {
        self.runtime.shorten(meaning.value(self.domain, owners))
    }

    /// A reference to what an expression means.
    pub(super) fn reference(&self, id: ExpressionId, owners: &Owners) -> TokenStream {
        self.runtime.shorten(self.meaning(id).reference(self.domain, owners))
    }

    /// A scalar's literal.
    pub(super) fn literal(&self, scalar: Scalar, text: &str) -> TokenStream {
        self.runtime.shorten(expr::literal(scalar, text))
    }

    /// A comment with the place in the schema: `// banking.yaml:42`.
    pub(super) fn place(&self, origin: Origin) -> TokenStream {
        let span = origin.span();
        let path = self.sources.file(span.file).path();
        let file = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
        let text = format!(" {file}:{}", self.sources.start(span).line);
        quote!(#[comment = #text])
    }

    /// A comment with the place of an expression.
    pub(super) fn place_of(&self, id: ExpressionId) -> TokenStream {
        self.place(self.domain.expression(id).origin)
    }

    /// A comment with the name of the schema's file and the line of the domain, for the head of the output.
    pub(super) fn schema_name(&self) -> String {
        let path = self.sources.file(self.domain.origin.span().file).path();
        Path::new(path)
            .file_name()
            .map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

/// A blank line before the next method, statement or arm.
pub(super) fn blank_line() -> TokenStream {
    quote!(#[comment = ""])
}

/// The schema's documentation, or the sentence that stands in for it.
pub(super) fn doc(doc: Option<&str>, otherwise: impl FnOnce() -> String) -> TokenStream {
    match doc.map(str::trim).filter(|doc| !doc.is_empty()) {
        Some(text) => doc_text(text),
        None => doc_text(&otherwise()),
    }
}

/// Documentation of one or more lines.
pub(super) fn doc_text(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| {
        let line = line.trim_end().replace('\t', "    ");
        if line.is_empty() { line } else { format!(" {line}") }
    });
    quote!(#(#[doc = #lines])*)
}

/// A name as words: `updated_at` as "updated at".
pub(super) fn words(name: &Name) -> String {
    name.snake().replace('_', " ")
}

/// A name as the beginning of a sentence: `AccountOpened` as "Account opened".
pub(super) fn opening(name: &Name) -> String {
    let words = words(name);
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
