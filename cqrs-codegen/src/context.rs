//! What every stage carries along: the texts that were read and what was found wrong in them.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};

/// The sources and diagnostics of one run.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Diagnostics,
}

impl Context {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports that something is absent from `whole`, unless a part of it was refused and may have been just that.
    pub(crate) fn report_absence(&mut self, whole: Span, diagnostic: Diagnostic) {
        if !self.diagnostics.has_error_within(whole) {
            self.diagnostics.push(diagnostic);
        }
    }
}
