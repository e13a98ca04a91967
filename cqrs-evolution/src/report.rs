//! Reports of change: what differs between two states of a domain, for people and for machines.

mod json;
mod markdown;
mod text;

use crate::model::Domain;
use crate::rules::{self, Finding, Severity};

/// What changed from one state of a domain to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the older state is called, mostly its file.
    pub old: String,
    /// What the newer state is called.
    pub new: String,
    /// The changes, gravest first.
    pub changes: Vec<Finding>,
}

/// Compares two states of a domain; `old` and `new` are names for them and their models.
#[must_use]
pub fn diff(old: (&str, &Domain), new: (&str, &Domain)) -> Report {
    Report { old: old.0.to_owned(), new: new.0.to_owned(), changes: rules::compare(old.1, new.1) }
}

impl Report {
    /// The gravest of the changes; nothing where there is none.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.changes.iter().map(Finding::severity).max()
    }

    /// How many changes there are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.changes.iter().filter(|change| change.severity() == severity).count()
    }

    /// The report for a terminal, without colours.
    #[must_use]
    pub fn text(&self) -> String {
        text::write(self)
    }

    /// The report for a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }

    /// The report for machines: one JSON object, indented.
    #[must_use]
    pub fn json(&self) -> String {
        json::write(self)
    }

    /// `2 errors, 1 warning`; nothing is said of what there is none of.
    fn summary(&self) -> String {
        let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
            let count = self.count(severity);
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", severity.word()))
        });
        let said: Vec<_> = counts.into_iter().flatten().collect();
        if said.is_empty() { "no change".to_owned() } else { said.join(", ") }
    }
}

/// Whom a change hurts, as the end of a sentence.
fn hurts(change: &Finding) -> String {
    let names: Vec<_> = change.hurts.iter().map(ToString::to_string).collect();
    names.join(", ")
}
