//! The texts that a run has read, and places in them.
//!
//! A [`Span`] is a range of bytes in one file; lines and columns are worked out from it only where a person reads
//! them. Nothing here opens a file: see [`crate::load`].

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

mod scalar_text;

pub(crate) use scalar_text::Run;
pub use scalar_text::ScalarText;

/// One file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `range` in `file`.
    ///
    /// Offsets beyond four gigabytes are clamped; the size limit on documents is far below that.
    #[must_use]
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The bytes covered.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies inside this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both; `self` where they are of different files.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// A line and a column, both counted from one; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from one.
    pub line: usize,
    /// The column in characters, from one.
    pub column: usize,
}

/// One file's text and the starts of its lines.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// The path under which the file was asked for.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of a line, counted from one, without the blanks round it; the end of the text where it has not so many.
    #[must_use]
    pub fn line(&self, number: usize) -> Range<usize> {
        let starts = |index: usize| self.line_starts.get(index).copied().unwrap_or(self.text.len());
        let (start, end) = (starts(number.saturating_sub(1)), starts(number));
        let line = self.text.get(start..end).unwrap_or("");
        let start = start + (line.len() - line.trim_start().len()).min(line.trim_end().len());
        start..start + line.trim().len()
    }

    /// Where the byte at `offset` stands. An offset past the end stands at the end, one inside a character at its start.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(&self.text, offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        Position { line: line + 1, column: column + 1 }
    }
}

/// Every file that a run has read, in the order of reading.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file's text under the path that people know it by.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let line_starts = line_starts(&text);
        self.files.push(SourceFile { path: path.into(), text, line_starts });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file of an id that this map gave out.
    ///
    /// # Panics
    ///
    /// Panics on an id of another map, which is a mistake in the program and not in a schema.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Every file with its id, in the order of reading: what a build script watches.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The text under a span; empty where the span lies outside of its file.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or("")
    }

    /// Where a span starts.
    #[must_use]
    pub fn start(&self, span: Span) -> Position {
        self.file(span.file).position(span.start as usize)
    }

    /// Where a span ends, exclusive.
    #[must_use]
    pub fn end(&self, span: Span) -> Position {
        self.file(span.file).position(span.end as usize)
    }
}

/// Lines end with `\n`, with or without a `\r` before it, as editors and the renderer of reports have it.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect()
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str, offset: usize) -> (usize, usize) {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", text);
        let Position { line, column } = sources.file(file).position(offset);
        (line, column)
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        assert_eq!(position("é: x", 4), (1, 4));
        assert_eq!(position("🦀🦀x", 8), (1, 3));
    }

    #[test]
    fn an_offset_inside_a_character_stands_at_its_start() {
        assert_eq!(position("🦀x", 2), (1, 1));
    }

    #[test]
    fn a_carriage_return_belongs_to_the_line_that_it_ends() {
        assert_eq!(position("a\r\nb", 3), (2, 1));
        assert_eq!(position("a\nb", 2), (2, 1));
        assert_eq!(position("a\r\nb", 1), (1, 2));
    }

    #[test]
    fn an_offset_past_the_end_stands_at_the_end() {
        assert_eq!(position("ab\n", 99), (2, 1));
    }
}
