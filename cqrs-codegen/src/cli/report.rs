//! Telling what was found in several schemas, each problem once.

use std::collections::HashSet;

use super::terminal::Terminal;
use super::{Fault, Format, Reporting, Verdict};
use crate::Outcome;
use crate::diagnostic::{Diagnostics, Severity};
use crate::render;
use crate::source::SourceMap;

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Two schemas may import one file, whose problems are then found twice.
    told: HashSet<String>,
    schemas: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Report {
    /// Tells what was found in one schema.
    pub(super) fn outcome(
        &mut self,
        outcome: &Outcome,
        reporting: &Reporting,
        terminal: &mut Terminal,
    ) -> Result<(), Fault> {
        self.diagnostics(&outcome.diagnostics, &outcome.sources, reporting.format, terminal)
    }

    /// Tells what was found in one file.
    pub(super) fn diagnostics(
        &mut self,
        diagnostics: &Diagnostics,
        sources: &SourceMap,
        format: Format,
        terminal: &mut Terminal,
    ) -> Result<(), Fault> {
        self.schemas += 1;
        for diagnostic in diagnostics.iter() {
            if !self.told.insert(render::human(diagnostic, sources, render::Colour::Plain)) {
                continue;
            }
            match diagnostic.severity() {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => self.notes += 1,
            }
            match format {
                Format::Human => {
                    let text = render::human(diagnostic, sources, terminal.colour());
                    terminal.say(&format!("{text}\n"))?;
                }
                Format::Json => terminal.print(&format!("{}\n", render::json(diagnostic, sources)))?,
            }
        }
        let untold = diagnostics.untold();
        if untold > 0 {
            self.errors += untold;
            terminal.say(&format!("and {untold} more errors, which are shown once these are gone\n\n"))?;
        }
        Ok(())
    }

    /// Says how much was found in all.
    pub(super) fn summary(&self, reporting: &Reporting, terminal: &mut Terminal) -> Result<Verdict, Fault> {
        if reporting.format == Format::Human {
            let schemas = counted(self.schemas, "schema");
            let found = match (self.errors, self.warnings) {
                (0, 0) if self.notes == 0 => String::from("nothing wrong"),
                (0, 0) => format!("nothing wrong, {}", counted(self.notes, "note")),
                (0, warnings) => counted(warnings, "warning"),
                (errors, 0) => counted(errors, "error"),
                (errors, warnings) => {
                    format!("{} and {}", counted(errors, "error"), counted(warnings, "warning"))
                }
            };
            terminal.say(&format!("checked {schemas}: {found}\n"))?;
        }
        Ok(self.verdict(reporting.deny_warnings))
    }

    /// Whether what was found counts as problems.
    pub(super) fn verdict(&self, deny_warnings: bool) -> Verdict {
        let is_clean = self.errors == 0 && !(deny_warnings && self.warnings > 0);
        if is_clean { Verdict::Clean } else { Verdict::Problems }
    }
}

/// `1 schema`, `2 schemas`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
