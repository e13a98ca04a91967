//! What a run has to say about a schema: one [`Diagnostic`] a problem, all of them collected in [`Diagnostics`].
//!
//! A diagnostic is plain data. How it looks on a terminal or to an editor is the business of [`crate::render`];
//! what its code means is written in [`crate::code`].

use crate::code::Code;
use crate::source::Span;

/// Whether a diagnostic stops the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is generated while it stands.
    Error,
    /// Worth a look; never stops a build unless asked to.
    Warning,
    /// Something new that is as it should be; never stops anything.
    Note,
}

impl Severity {
    /// The word that opens a report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place and what there is to say about it; the text may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said beside the underline.
    pub text: String,
}

/// One problem of a schema: what is wrong, where, what else is involved, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: &'static Code,
    /// One sentence: lower case, no full stop, backticks round names.
    pub message: String,
    /// The faulty text.
    pub primary: Label,
    /// Other places that are involved.
    pub secondary: Vec<Label>,
    /// Ways out, each one sentence.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic that underlines `span`.
    #[must_use]
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says something beside the underline of the faulty text.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Shows another place that is involved.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Names a way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Names a way out where there is one.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help.extend(text);
        self
    }

    /// Whether it stops the build.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// How many errors of one run are told; more would not be read, and a file can be made to have a million.
pub const MOST_ERRORS: usize = 500;

/// Everything that a run has found wrong, in every file.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    errors: usize,
    untold: usize,
}

impl Diagnostics {
    /// Adds what was found; errors beyond [`MOST_ERRORS`] are only counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let is_error = diagnostic.severity() == Severity::Error;
        if is_error && self.errors == MOST_ERRORS {
            self.untold += 1;
            return;
        }
        self.errors += usize::from(is_error);
        self.found.push(diagnostic);
    }

    /// Adds all that another part of the run has found.
    pub(crate) fn append(&mut self, other: Self) {
        for diagnostic in other.found {
            self.push(diagnostic);
        }
        self.untold += other.untold;
    }

    /// How many errors were counted but are not told.
    #[must_use]
    pub fn untold(&self) -> usize {
        self.untold
    }

    /// Whether any error stands.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether an error has already been reported inside `span`.
    ///
    /// Rules about something that is *absent* ask this first: where a part was refused, its absence is no news.
    #[must_use]
    pub fn has_error_within(&self, span: Span) -> bool {
        self.found.iter().any(|it| it.severity() == Severity::Error && span.contains(it.primary.span))
    }

    /// How many there are of a severity, those that are not told included.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let untold = if severity == Severity::Error { self.untold } else { 0 };
        self.found.iter().filter(|it| it.severity() == severity).count() + untold
    }

    /// Forgets the notes: for those whom they would only disturb.
    pub fn drop_notes(&mut self) {
        self.found.retain(|it| it.severity() != Severity::Note);
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found: after [`Diagnostics::sort`], in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Brings what was found into the order in which a reader meets it, and drops exact repetitions.
    pub fn sort(&mut self) {
        self.found.sort_by(|a, b| {
            let key = |it: &Diagnostic| {
                (it.primary.span.file, it.primary.span.start, it.primary.span.end, it.code.id)
            };
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.found.dedup();
    }
}

/// A name or text of the user's in backticks, short enough for a message and without control characters.
#[must_use]
pub fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut quoted = String::from("`");
    for (index, character) in text.chars().enumerate() {
        if index == LONGEST {
            quoted.push('…');
            break;
        }
        if character.is_control() {
            quoted.extend(character.escape_debug());
        } else {
            quoted.push(character);
        }
    }
    quoted.push('`');
    quoted
}

/// Several names for a message: `` `a`, `b` or `c` ``.
#[must_use]
pub fn quote_all<'a>(names: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let names: Vec<String> = names.into_iter().map(quote).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// How many candidates are compared; each costs time by the square of its length.
const MOST_CANDIDATES: usize = 5_000;

/// The candidate that `name` was probably meant to be.
///
/// A candidate that differs in case or separators alone always wins; otherwise the nearest by edits, where the edits
/// are few beside the length of the name.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().take(MOST_CANDIDATES) {
        let distance = match fold(candidate) {
            other if other == folded => 0,
            other => 1 + strsim::damerau_levenshtein(&folded, &other),
        };
        let longest = folded.chars().count().max(candidate.chars().count());
        let allowed = 1 + (longest / 3).max(1);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// ``did you mean `amount`?``, where there is a candidate that `name` was probably meant to be.
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean {}?", quote(candidate)))
}

fn fold(name: &str) -> String {
    name.chars().filter(|it| *it != '_' && *it != '-').flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_two_letters_swapped_is_recognised() {
        assert_eq!(nearest("ammuont", ["channel", "amount"]), Some("amount"));
        assert_eq!(nearest("feilds", ["fields", "doc"]), Some("fields"));
    }

    #[test]
    fn case_and_separators_do_not_count() {
        assert_eq!(nearest("orderby", ["order_by", "orders"]), Some("order_by"));
    }

    #[test]
    fn a_stranger_is_not_taken_for_anything() {
        assert_eq!(nearest("zebra", ["amount", "channel"]), None);
    }

    #[test]
    fn quoted_text_has_no_control_characters_and_an_end() {
        assert_eq!(quote("a\nb"), "`a\\nb`");
        assert!(quote(&"x".repeat(500)).chars().count() < 70);
    }

    #[test]
    fn several_names_are_joined_as_a_person_would() {
        assert_eq!(quote_all(["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert_eq!(quote_all(["a"], "or"), "`a`");
    }
}
