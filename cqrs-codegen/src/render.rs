//! Diagnostics as text: for people as rustc draws them, for editors and CI as JSON.
//!
//! This is the only file that knows the crate which draws. It adds nothing to what a [`Diagnostic`] says.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::{FileId, SourceFile, SourceMap};

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
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code.id));
    for file in files(diagnostic) {
        let source = sources.file(file);
        // A file that is empty, or could not be read, has no line that could be underlined.
        group = match source.text().is_empty() {
            true => group.element(Origin::path(source.path())),
            false => group.element(snippet(diagnostic, source, file)),
        };
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
    let untold = diagnostics.untold();
    if untold > 0 {
        text.push_str(&format!("and {untold} more errors, which are shown once these are gone\n\n"));
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
        (one, other) => one.or(other).or_else(|| counted(Severity::Note)),
    }
}

/// One diagnostic for machines: a JSON object on one line, without a line break.
///
/// Lines and columns count from one, columns in characters; `start_byte` and `end_byte` count from zero. The `rendered`
/// text is what [`human`] gives.
#[must_use]
pub fn json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    serde_json::to_string(&report(diagnostic, sources)).unwrap_or_default()
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

/// The lines of one file that a diagnostic shows, and no more: drawing takes time by the length of the text.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    source: &'a SourceFile,
    file: FileId,
) -> Snippet<'a, Annotation<'a>> {
    let primary = std::iter::once((AnnotationKind::Primary, &diagnostic.primary));
    let secondary = diagnostic.secondary.iter().map(|label| (AnnotationKind::Context, label));
    let labels: Vec<(AnnotationKind, &Label)> =
        primary.chain(secondary).filter(|(_, label)| label.span.file == file).collect();
    let text = source.text();
    let first = labels.iter().map(|(_, label)| label.span.range().start).min().unwrap_or(0).min(text.len());
    let last = labels.iter().map(|(_, label)| label.span.range().end).max().unwrap_or(0).min(text.len());
    let start = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text.get(last..).and_then(|after| after.find('\n')).map_or(text.len(), |at| last + at + 1);
    let annotations = labels.into_iter().map(|(kind, Label { span, text })| {
        let range = span.range().start.saturating_sub(start)..span.range().end.saturating_sub(start);
        kind.span(range).label((!text.is_empty()).then_some(text.as_str()))
    });
    Snippet::source(text.get(start..end).unwrap_or(""))
        .line_start(source.position(start).line)
        .path(source.path())
        .annotations(annotations)
}
