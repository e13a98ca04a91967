//! The comments of a text, each with its place.
//!
//! The tree does not hold them. Between two scalars there is only punctuation and white space, so that a `#` there
//! begins a comment and nothing else.

use crate::yaml::{Kind, Node};

/// One comment.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    /// The text, from its `#` to the last character that is no white space.
    pub(super) text: String,
    /// The byte of its `#`.
    pub(super) start: usize,
    /// How many characters stand before it on its line.
    pub(super) column: usize,
    /// Whether nothing else stands on its line.
    pub(super) alone: bool,
    /// Whether the line above is empty.
    pub(super) blank_above: bool,
}

/// Every comment of `text`, whose tree is `root`, in the order of the text.
pub(super) fn find(text: &str, root: &Node) -> Vec<Comment> {
    let mut scalars = Vec::new();
    collect_scalars(root, &mut scalars);
    scalars.sort_unstable();
    let mut comments = Vec::new();
    let mut at = 0;
    for (start, end) in scalars.into_iter().chain([(text.len(), text.len())]) {
        // An empty scalar may be placed before the comments that stand between its key and the next one.
        collect_comments(text, at, start.max(at), &mut comments);
        at = at.max(end);
    }
    comments
}

fn collect_scalars(node: &Node, scalars: &mut Vec<(usize, usize)>) {
    let mut push = |span: crate::source::Span| {
        if span.start < span.end {
            scalars.push((span.start as usize, span.end as usize));
        }
    };
    match &node.kind {
        Kind::Scalar(scalar) if scalar.text.text().is_empty() && !scalar.plain => {
            // An empty block scalar covers its own header, or nothing.
            push(node.span);
        }
        Kind::Scalar(_) => push(node.span),
        Kind::List(items) => items.iter().for_each(|item| collect_scalars(item, scalars)),
        Kind::Map(entries) => {
            for entry in entries {
                push(entry.key.span());
            }
            for entry in entries {
                collect_scalars(&entry.value, scalars);
            }
        }
        Kind::Hole => {}
    }
}

fn collect_comments(text: &str, from: usize, to: usize, comments: &mut Vec<Comment>) {
    let mut at = from;
    while let Some(found) = text.get(at..to).and_then(|gap| gap.find('#')) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or("");
        let end = start + rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = line_start(text, start);
        let before = text.get(line..start).unwrap_or("");
        comments.push(Comment {
            text: text.get(start..end).unwrap_or("").trim_end().to_owned(),
            start,
            column: before.chars().count(),
            alone: before.trim_start_matches('\u{feff}').trim().is_empty(),
            blank_above: blank_above(text, line),
        });
        at = end;
    }
}

/// The first byte of the line that `offset` is on.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |at| at + 1)
}

/// Whether the line above the one that begins at `line` is empty.
pub(super) fn blank_above(text: &str, line: usize) -> bool {
    let Some(above) = text.get(..line) else { return false };
    let above = above.strip_suffix('\n').unwrap_or(above);
    let above = above.strip_suffix('\r').unwrap_or(above);
    if above.len() == line {
        return false;
    }
    text.get(line_start(text, above.len())..above.len()).is_some_and(|line| line.trim().is_empty())
}
