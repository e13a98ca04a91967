//! The codes of everything that can be wrong with a schema, each with a title, an explanation, and a wrong and a
//! right schema.
//!
//! A code never changes its meaning and is never given out twice: people search for it. A test compiles every `wrong`
//! and `right`, so an explanation cannot go stale. Nothing here decides when a code applies.

use crate::diagnostic::Severity;

pub mod aggregate;
pub mod document;
pub mod evolution;
pub mod expression;
pub mod file;
pub mod history;
pub mod name;
pub mod projection;
pub mod scenario;
pub mod types;
pub mod warning;

/// One kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `E0101`, `W0101` for a warning, `N0601` for a note.
    pub id: &'static str,
    /// The mistake as a sentence: `a key is not known`.
    pub title: &'static str,
    /// Why it is refused and what to do, in a few sentences of Markdown.
    pub why: &'static str,
    /// A schema that has the mistake, without the two lines `cqrs: 1` and `domain: example`, unless it begins with
    /// `cqrs` or a comment.
    pub wrong: &'static str,
    /// The same schema put right.
    pub right: &'static str,
}

impl Code {
    /// Whether the code stops a build, which its first letter says.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.id.as_bytes().first() {
            Some(b'W') => Severity::Warning,
            Some(b'N') => Severity::Note,
            _ => Severity::Error,
        }
    }

    /// The whole explanation as Markdown, as `cqrs explain` prints it.
    #[must_use]
    pub fn explanation(&self) -> String {
        let Self { id, title, why, wrong, right } = self;
        let mut text = format!("# {id}: {title}\n\n{why}\n");
        if !wrong.is_empty() {
            text.push_str(&format!("\nWrong:\n\n```yaml\n{wrong}\n```\n"));
        }
        if !right.is_empty() {
            text.push_str(&format!("\nRight:\n\n```yaml\n{right}\n```\n"));
        }
        text
    }
}

/// Every code of a schema by itself, in the order of their numbers. Those of its changes are [`evolution::all`].
pub fn all() -> impl Iterator<Item = &'static Code> {
    [
        file::ALL,
        document::ALL,
        name::ALL,
        types::ALL,
        aggregate::ALL,
        expression::ALL,
        history::ALL,
        projection::ALL,
        scenario::ALL,
        warning::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The code of an id, in any case: `e0101`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Code> {
    all().chain(evolution::all()).find(|code| code.id.eq_ignore_ascii_case(id))
}

/// Declares the codes of one topic and lists them.
macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal {
        why: $why:literal,
        wrong: $wrong:literal,
        right: $right:literal $(,)?
    })*) => {
        $(
            #[doc = concat!($id, ": ", $title, ".")]
            pub static $name: $crate::code::Code = $crate::code::Code {
                id: $id,
                title: $title,
                why: $why,
                wrong: $wrong,
                right: $right,
            };
        )*
        /// Every code of this topic.
        pub static ALL: &[&$crate::code::Code] = &[$(&$name),*];
    };
}
use codes;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut seen = BTreeSet::new();
        for code in all().chain(evolution::all()) {
            assert!(seen.insert(code.id), "{} is given out twice", code.id);
            let (letter, digits) = code.id.split_at(1);
            assert!(["E", "W", "N"].contains(&letter), "{}", code.id);
            assert!(digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit()), "{}", code.id);
        }
    }

    #[test]
    fn every_code_explains_itself() {
        for code in all() {
            assert!(code.why.split_whitespace().count() > 8, "{} says too little", code.id);
            assert!(!code.title.ends_with('.'), "{} has a full stop", code.id);
            assert!(!code.right.is_empty(), "{} shows no right schema", code.id);
        }
    }

    #[test]
    fn a_code_is_found_in_any_case() {
        let first = all().next().map(|code| code.id.to_lowercase());
        assert!(first.is_some_and(|id| find(&id).is_some()));
    }
}
