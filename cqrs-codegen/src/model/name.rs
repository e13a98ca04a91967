//! Names of things, and where in a schema they were said.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::source::Span;

/// A name as the schema writes it, known to be a Rust identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<Spellings>);

/// A name in each of its cases: made once, for they are asked for again and again.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Spellings {
    written: Box<str>,
    snake: Box<str>,
    camel: Box<str>,
}

impl Name {
    /// A name that has been checked to be an identifier.
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        let written = text.into();
        let (snake, camel) = (snake_case(&written).into(), camel_case(&written).into());
        Self(Arc::new(Spellings { written, snake, camel }))
    }

    /// As the schema writes it: the name in stored payloads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.written
    }

    /// `snake_case`, for fields, functions, modules and tables. May be a Rust keyword.
    #[must_use]
    pub fn snake(&self) -> &str {
        &self.0.snake
    }

    /// `UpperCamelCase`, for types and variants.
    #[must_use]
    pub fn camel(&self) -> &str {
        &self.0.camel
    }
}

/// `snake_case` of any text, as the generated code writes it.
pub(crate) fn snake_case(text: &str) -> String {
    if is_in_snake_case(text) { text.to_owned() } else { text.to_snake_case() }
}

/// `UpperCamelCase` of any text, as the generated code writes it.
fn camel_case(text: &str) -> String {
    if !is_in_snake_case(text) {
        return text.to_upper_camel_case();
    }
    let mut camel = String::with_capacity(text.len());
    for word in text.split('_') {
        camel.push_str(word);
        let first = camel.len() - word.len();
        camel[first..=first].make_ascii_uppercase();
    }
    camel
}

/// Whether a text is words of small letters and digits with one `_` between them, as most names are: such words need
/// not be looked for, which takes longer than everything else that is done to a name.
fn is_in_snake_case(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    text.split('_').all(is_word)
}

/// Rust's keywords that may be raw identifiers, reserved ones included.
pub(crate) const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in a schema a thing was said.
///
/// Origins are equal to each other and hash to nothing: two domains are equal where they mean the same. Only
/// diagnostics and comments in generated code may look inside.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    name: Span,
    whole: Span,
}

impl Origin {
    /// A thing named at `name`, of which everything is said in `whole`.
    pub(crate) fn new(name: Span, whole: Span) -> Self {
        Self { name, whole }
    }

    /// The bytes to underline: the name.
    #[must_use]
    pub fn span(self) -> Span {
        self.name
    }

    /// Everything that is said of the thing, its name included.
    #[must_use]
    pub fn whole(self) -> Span {
        self.whole
    }
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[cfg(test)]
mod tests {
    use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
    use proptest::prelude::*;

    use super::{camel_case, snake_case};

    proptest! {
        #[test]
        fn names_in_snake_case_are_spelled_as_all_others_are(name in "[a-z0-9_]{0,8}|\\PC{0,4}") {
            prop_assert_eq!(snake_case(&name), name.to_snake_case());
            prop_assert_eq!(camel_case(&name), name.to_upper_camel_case());
        }
    }
}
