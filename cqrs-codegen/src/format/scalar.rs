//! How one scalar is written again: as it stands where it is one line, moved to its new indentation where it is more.
//!
//! Quotes and styles are the writer's choice and stay. A text that cannot be moved without risk is written in double
//! quotes.

use crate::diagnostic::Diagnostics;
use crate::source::{ScalarText, SourceMap};
use crate::yaml::{self, Kind, Scalar};

use super::comments::line_start;

/// A scalar, ready to be written.
#[derive(Debug, Clone)]
pub(super) enum Written {
    /// Nothing at all: an empty value.
    Nothing,
    /// One line.
    Line(String),
    /// Several lines that YAML folds into one text: the first stands beside the key.
    Folding(Vec<String>),
    /// A header beside the key, and lines below it.
    Block { header: String, lines: Vec<String> },
}

/// The scalar as it will be written.
pub(super) fn write(text: &str, scalar: &Scalar) -> Written {
    let span = scalar.text.span().range();
    let source = text.get(span.clone()).unwrap_or("");
    if scalar.plain && source.is_empty() {
        return Written::Nothing;
    }
    let is_empty_block = scalar.text.text().trim_matches('\n').is_empty() && !source.starts_with(['"', '\'']);
    if !scalar.plain && is_empty_block {
        return Written::Line(quoted(scalar.text.text()));
    }
    if let (false, Some(style)) = (scalar.plain, block_style(text, span.start)) {
        return block(text, scalar, style);
    }
    let lines: Vec<&str> = source.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let escapes_white_space = |line: &&str| line.trim_end().ends_with('\\') && !line.ends_with('\\');
    match lines.as_slice() {
        [line] => Written::Line((*line).to_owned()),
        _ if lines.iter().any(escapes_white_space) => Written::Line(quoted(scalar.text.text())),
        _ => Written::Folding(lines.into_iter().map(|line| line.trim().to_owned()).collect()),
    }
}

/// The key as it will be written.
pub(super) fn write_key(text: &str, key: &ScalarText) -> String {
    let source = text.get(key.span().range()).unwrap_or("");
    let is_word = |text: &str| {
        text.starts_with(|it: char| it.is_ascii_alphabetic())
            && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'))
    };
    if is_word(source) && source == key.text() || reads_as_key(source, key.text()) {
        source.to_owned()
    } else {
        quoted(key.text())
    }
}

/// Whether `source`, written as a key, is read as `text`.
fn reads_as_key(source: &str, text: &str) -> bool {
    if source.is_empty() || source.contains(['\n', '\r']) {
        return false;
    }
    let mut sources = SourceMap::default();
    let file = sources.add("key", format!("{source}: x"));
    let mut found = Diagnostics::default();
    match yaml::parse(&sources, file, &mut found).map(|node| node.kind) {
        Some(Kind::Map(entries)) => {
            !found.has_errors() && matches!(entries.as_slice(), [one] if one.key.text() == text)
        }
        _ => false,
    }
}

/// A text in double quotes, which YAML reads as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The style of the block scalar whose content begins at `start`, or nothing where it is no block scalar.
fn block_style(text: &str, start: usize) -> Option<char> {
    let line = line_start(text, start);
    if !text.get(line..start)?.trim().is_empty() {
        return None;
    }
    let above = text.get(..line)?.trim_end();
    header_style(above.get(line_start(above, above.len())..)?)
}

/// The style that a line ends in, where it opens a block scalar.
fn header_style(line: &str) -> Option<char> {
    let line =
        line.split([' ', '\t']).take_while(|word| !word.starts_with('#')).collect::<Vec<_>>().join(" ");
    let line = line.trim_end();
    let head = line.trim_end_matches(|it: char| it.is_ascii_digit() || it == '+' || it == '-');
    let style = head.chars().next_back().filter(|it| matches!(it, '|' | '>'))?;
    let before = head.get(..head.len() - 1)?;
    (before.is_empty() || before.ends_with([' ', '\t'])).then_some(style)
}

/// A block scalar. Its lines are those of the decoded text where they are kept, those of the file where they are folded.
fn block(text: &str, scalar: &Scalar, style: char) -> Written {
    let decoded = scalar.text.text();
    let content = decoded.trim_end_matches('\n');
    let body = content.trim_start_matches('\n');
    let folded_with_care = style == '>' && body.lines().any(|line| line.ends_with([' ', '\t']));
    if body.starts_with('\t') || folded_with_care {
        return Written::Line(quoted(decoded));
    }
    let blanks = |count: usize| std::iter::repeat_n(String::new(), count);
    let trailing = decoded.len() - content.len();
    let lines = blanks(content.len() - body.len())
        .chain(if style == '|' {
            body.split('\n').map(str::to_owned).collect()
        } else {
            file_lines(text, scalar)
        })
        .chain(blanks(trailing.saturating_sub(1)))
        .collect();
    let indentation = if body.starts_with(' ') { "2" } else { "" };
    let chomping = match trailing {
        0 => "-",
        1 => "",
        _ => "+",
    };
    Written::Block { header: format!("{style}{indentation}{chomping}"), lines }
}

/// The lines of a block scalar as they stand in the file, without the indentation of the scalar.
fn file_lines(text: &str, scalar: &Scalar) -> Vec<String> {
    let span = scalar.text.span().range();
    let indentation = span.start - line_start(text, span.start);
    let mut lines = text.get(span).unwrap_or("").split('\n').map(|line| line.trim_end_matches('\r'));
    let first = lines.next().unwrap_or("").to_owned();
    let rest = lines.map(|line| {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        line.get(indentation.min(spaces)..).unwrap_or("").to_owned()
    });
    std::iter::once(first).chain(rest).collect()
}
