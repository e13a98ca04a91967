//! Diagnostics as text: for people as rustc draws them, for editors and CI as JSON.
//!
//! This is the only file that knows the crate which draws. It adds nothing to what a [`Diagnostic`] says.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::{FileId, SourceMap, Span};

/// Whether text for people carries terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Text alone: for files, pipes and tests.
    Plain,
    /// With escape codes: for terminals.
    Ansi,
}

/// One diagnostic for people, ending in a line break.
#[must_use]
pub fn human(diagnostic: &Diagnostic, sources: &SourceMap, colour: Colour) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code.id));
    for file in files(diagnostic) {
        let here = |label: &&Label| label.span.file == file;
        let primary =
            Some(&diagnostic.primary).filter(here).map(|it| annotation(AnnotationKind::Primary, it));
        let secondary =
            diagnostic.secondary.iter().filter(here).map(|it| annotation(AnnotationKind::Context, it));
        let source = sources.file(file);
        let snippet = Snippet::source(source.text()).path(source.path());
        group = group.element(snippet.annotations(primary).annotations(secondary));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// Everything found, for people: the reports with a blank line between, then a line that counts them.
#[must_use]
pub fn human_all(diagnostics: &Diagnostics, sources: &SourceMap, colour: Colour) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.iter() {
        text.push_str(&human(diagnostic, sources, colour));
        text.push('\n');
    }
    if let Some(summary) = summary(diagnostics) {
        text.push_str(&summary);
        text.push('\n');
    }
    text
}

/// `2 errors and 1 warning`, or nothing where nothing was found.
#[must_use]
pub fn summary(diagnostics: &Diagnostics) -> Option<String> {
    let counted = |severity: Severity| match diagnostics.count(severity) {
        0 => None,
        1 => Some(format!("1 {}", severity.word())),
        n => Some(format!("{n} {}s", severity.word())),
    };
    match (counted(Severity::Error), counted(Severity::Warning)) {
        (Some(errors), Some(warnings)) => Some(format!("{errors} and {warnings}")),
        (one, other) => one.or(other),
    }
}

/// Everything found, for machines: a JSON array with one object a diagnostic.
///
/// Lines and columns count from one, columns in characters; `start_byte` and `end_byte` count from zero. The `rendered`
/// text is what [`human`] gives.
#[must_use]
pub fn json(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let reports: Vec<Report<'_>> = diagnostics.iter().map(|it| report(it, sources)).collect();
    serde_json::to_string_pretty(&reports).unwrap_or_else(|_| String::from("[]"))
}

#[derive(Serialize)]
struct Report<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    related: Vec<Place<'a>>,
    help: &'a [String],
    rendered: String,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start_byte: u32,
    end_byte: u32,
    label: &'a str,
}

fn report<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Report<'a> {
    Report {
        code: diagnostic.code.id,
        severity: diagnostic.severity().word(),
        message: &diagnostic.message,
        place: place(&diagnostic.primary, sources),
        related: diagnostic.secondary.iter().map(|label| place(label, sources)).collect(),
        help: &diagnostic.help,
        rendered: human(diagnostic, sources, Colour::Plain),
    }
}

fn place<'a>(label: &'a Label, sources: &'a SourceMap) -> Place<'a> {
    let (start, end) = (sources.start(label.span), sources.end(label.span));
    Place {
        file: sources.file(label.span.file).path(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        start_byte: label.span.start,
        end_byte: label.span.end,
        label: &label.text,
    }
}

/// The files that a diagnostic shows, the faulty one first.
fn files(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files = vec![diagnostic.primary.span.file];
    for label in &diagnostic.secondary {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
}

fn annotation(kind: AnnotationKind, label: &Label) -> Annotation<'_> {
    let Span { start, end, .. } = label.span;
    let text = (!label.text.is_empty()).then_some(label.text.as_str());
    kind.span(start as usize..end as usize).label(text)
}
