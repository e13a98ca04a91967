//! A text that was decoded out of a file, and for each of its characters the place it came from.
//!
//! YAML folds lines, strips indentation and replaces escapes, so an offset in the decoded text is not an offset in the
//! file. A [`ScalarText`] keeps the difference, so that a part of an expression is underlined where it was written.

use std::ops::Range;
use std::sync::Arc;

use super::Span;

/// Decoded text with the places of its characters.
///
/// Equality compares the text alone: two texts that say the same are the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct ScalarText {
    text: Arc<str>,
    span: Span,
    /// Nothing where the whole text corresponds to the whole span, which is how nearly every text is written.
    runs: Option<Arc<[Run]>>,
}

/// A stretch of decoded text and the stretch of the file that it came from.
///
/// Stretches of the same length correspond byte for byte; of different length, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Bytes of the decoded text.
    pub(crate) text: Range<usize>,
    /// Bytes of the file.
    pub(crate) source: Range<usize>,
}

impl ScalarText {
    /// A text whose stretches are `runs`, in order and without gaps.
    pub(crate) fn new(text: impl Into<Arc<str>>, span: Span, runs: impl Into<Arc<[Run]>>) -> Self {
        Self { text: text.into(), span, runs: Some(runs.into()) }
    }

    /// A text that stands in the file as it is, or that has no closer place than `span`.
    #[must_use]
    pub fn verbatim(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self { text: text.into(), span, runs: None }
    }

    /// The decoded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole scalar, quotes included.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The place that `range` of the decoded text came from.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Span {
        let start = self.source_offset(range.start, Edge::Start);
        let end = if range.is_empty() { start } else { self.source_offset(range.end, Edge::End) };
        Span::new(self.span.file, start..end.max(start))
    }

    /// The part of this text in `range`; empty where the range is none of it.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or("");
        let span = self.place(range.clone());
        let cut = |run: &Run| {
            let text = run.text.start.max(range.start)..run.text.end.min(range.end);
            (!text.is_empty()).then(|| Run {
                source: if run.is_verbatim() {
                    let from = run.source.start + (text.start - run.text.start);
                    from..from + text.len()
                } else {
                    run.source.clone()
                },
                text: text.start - range.start..text.end - range.start,
            })
        };
        match &self.runs {
            None if self.whole().is_verbatim() => Self::verbatim(text, span),
            None => Self::new(text, span, cut(&self.whole()).into_iter().collect::<Vec<Run>>()),
            Some(runs) => Self::new(text, span, runs.iter().filter_map(cut).collect::<Vec<Run>>()),
        }
    }

    /// This text without white space at either end.
    #[must_use]
    pub fn trim(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + self.text.trim().len())
    }

    fn source_offset(&self, offset: usize, edge: Edge) -> usize {
        let covers = |run: &&Run| match edge {
            Edge::Start => run.text.start <= offset && offset < run.text.end,
            Edge::End => run.text.start < offset && offset <= run.text.end,
        };
        let whole = [self.whole()];
        let runs: &[Run] = self.runs.as_deref().unwrap_or(&whole);
        match runs.iter().find(covers) {
            Some(run) if run.is_verbatim() => run.source.start + (offset - run.text.start),
            Some(run) => match edge {
                Edge::Start => run.source.start,
                Edge::End => run.source.end,
            },
            None if offset == 0 => runs.first().map_or(self.span.start as usize, |run| run.source.start),
            None => runs.last().map_or(self.span.end as usize, |run| run.source.end),
        }
    }

    /// The one stretch of a text without stretches of its own.
    fn whole(&self) -> Run {
        Run { text: 0..self.text.len(), source: self.span.range() }
    }
}

impl PartialEq for ScalarText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ScalarText {}

impl Run {
    fn is_verbatim(&self) -> bool {
        self.text.len() == self.source.len()
    }
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}
