//! A layout as text: two spaces a level, brackets where they fit on one line, comments in their columns.

use super::WIDTH;
use super::comments::Comment;
use super::layout::{Item, Layout, Style, Value};
use super::scalar::Written;

/// The layout as text with `\n` line breaks, ending in one.
pub(super) fn print(mut layout: Layout) -> String {
    let mut printer = Printer::default();
    printer.comments(&layout.header, 0);
    if layout.header_is_parted {
        printer.blank_line();
    }
    part_sections(&mut layout.root);
    match layout.root {
        Value::Map { items, .. } | Value::List { items, .. } if !items.is_empty() => {
            printer.items(items, 0, 0)
        }
        Value::Map { .. } => printer.line("{}"),
        Value::List { .. } => printer.line("[]"),
        Value::Scalar(written) => printer.scalar(written, 2, None),
    }
    printer.comments(&layout.footer, 0);
    printer.out
}

/// Puts an empty line above and below each section of a file that has lines of its own.
fn part_sections(root: &mut Value) {
    let Value::Map { items, .. } = root else { return };
    let mut was_long = false;
    for item in items {
        let column = item.key.as_ref().map_or(0, |key| key.chars().count() + 2);
        let is_long = !matches!(item.value, Value::Scalar(_)) && !fits(&item.value, column);
        if is_long || was_long {
            match item.above.first_mut() {
                Some(first) => first.blank_above = true,
                None => item.blank_above = true,
            }
        }
        was_long = is_long;
    }
}

#[derive(Default)]
struct Printer {
    out: String,
    /// The line that is being written.
    line: String,
}

impl Printer {
    /// The items of a list or mapping, a line or more each. The first `continued` of them begin on the line at hand.
    fn items(&mut self, items: Vec<Item>, indentation: usize, continued: usize) {
        for (index, item) in items.into_iter().enumerate() {
            self.item(item, indentation, index == 0, index < continued);
        }
    }

    fn item(&mut self, mut item: Item, indentation: usize, is_first: bool, is_continued: bool) {
        if !is_continued {
            let mut above = std::mem::take(&mut item.above);
            if item.key.is_none() && !fits(&item.value, indentation + 2) {
                above.extend(item.beside.take());
                take_first_above(&mut item.value, &mut above);
            }
            if is_first {
                match above.first_mut() {
                    Some(first) => first.blank_above = false,
                    None => item.blank_above = false,
                }
            }
            self.comments(&above, indentation);
            if item.blank_above {
                self.blank_line();
            }
            self.line.extend(std::iter::repeat_n(' ', indentation));
        }
        match &item.key {
            Some(key) => {
                self.line.push_str(key);
                self.line.push(':');
            }
            None => self.line.push('-'),
        }
        let is_in_list = item.key.is_none();
        // Below a block of text, a comment as deep as the text would be a part of it.
        let is_block_of_text = matches!(item.value, Value::Scalar(Written::Block { .. }));
        self.value(item.value, indentation, is_in_list, item.beside);
        self.comments(&item.below, if is_block_of_text { indentation } else { indentation + 2 });
    }

    /// A value beside its key or dash, which stands at `indentation`, and below it.
    fn value(&mut self, value: Value, indentation: usize, is_in_list: bool, beside: Option<Comment>) {
        if let Value::Scalar(written) = value {
            return self.scalar(written, indentation + 2, beside);
        }
        if let Some(flat) = flat(&value, self.line.chars().count() + 1) {
            self.push_word(&flat);
            return self.end_line(beside);
        }
        let (Value::Map { items, .. } | Value::List { items, .. }) = value else { return };
        if is_in_list {
            self.line.push(' ');
            self.items(items, indentation + 2, 1);
        } else {
            self.end_line(beside);
            self.items(items, indentation + 2, 0);
        }
    }

    fn scalar(&mut self, written: Written, indentation: usize, beside: Option<Comment>) {
        match written {
            Written::Nothing => self.end_line(beside),
            Written::Line(line) => {
                self.push_word(&line);
                self.end_line(beside);
            }
            Written::Folding(lines) => {
                let mut lines = lines.into_iter();
                self.push_word(&lines.next().unwrap_or_default());
                for line in lines {
                    self.end_line(None);
                    if !line.is_empty() {
                        self.line.extend(std::iter::repeat_n(' ', indentation));
                        self.line.push_str(&line);
                    }
                }
                self.end_line(beside);
            }
            Written::Block { header, lines } => {
                self.push_word(&header);
                self.end_line(beside);
                for line in lines {
                    if !line.is_empty() {
                        self.line.extend(std::iter::repeat_n(' ', indentation));
                        self.line.push_str(&line);
                    }
                    // White space at the end of such a line is a part of the text.
                    self.out.push_str(&std::mem::take(&mut self.line));
                    self.out.push('\n');
                }
            }
        }
    }

    fn push_word(&mut self, word: &str) {
        if !self.line.is_empty() {
            self.line.push(' ');
        }
        self.line.push_str(word);
    }

    fn comments(&mut self, comments: &[Comment], indentation: usize) {
        for comment in comments {
            if comment.blank_above {
                self.blank_line();
            }
            self.line.extend(std::iter::repeat_n(' ', indentation));
            self.line.push_str(&comment.text);
            self.end_line(None);
        }
    }

    /// Ends the line at hand, with a comment in its column where there is room and two spaces after the text otherwise.
    fn end_line(&mut self, comment: Option<Comment>) {
        if let Some(comment) = comment {
            let length = self.line.chars().count();
            let gap = comment.column.max(length + 2) - length;
            self.line.extend(std::iter::repeat_n(' ', gap));
            self.line.push_str(&comment.text);
        }
        let line = std::mem::take(&mut self.line);
        self.out.push_str(line.trim_end_matches(' '));
        self.out.push('\n');
    }

    fn line(&mut self, text: &str) {
        self.line.push_str(text);
        self.end_line(None);
    }

    fn blank_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// Takes the comments above what will stand on the line of a dash, so that they stand above the dash.
fn take_first_above(value: &mut Value, above: &mut Vec<Comment>) {
    let (Value::Map { items, .. } | Value::List { items, .. }) = value else { return };
    let Some(first) = items.first_mut() else { return };
    above.append(&mut first.above);
    if first.key.is_none() {
        above.extend(first.beside.take());
        take_first_above(&mut first.value, above);
    }
}

/// Whether a value stays on the line where it begins at `column`.
fn fits(value: &Value, column: usize) -> bool {
    matches!(value, Value::Scalar(_)) || flat(value, column).is_some()
}

/// The value on one line, where the writer did not give it lines of its own and it fits where it begins at `column`.
fn flat(value: &Value, column: usize) -> Option<String> {
    let is_block = match value {
        Value::Scalar(_) => false,
        Value::Map { items, style } | Value::List { items, style } => {
            *style == Style::Block && !items.is_empty()
        }
    };
    let text = if is_block { None } else { on_one_line(value) }?;
    (column + text.chars().count() <= WIDTH).then_some(text)
}

/// The value on one line, where it has no comments and no text that must keep its lines.
fn on_one_line(value: &Value) -> Option<String> {
    let (items, open, close) = match value {
        Value::Scalar(Written::Nothing) => return Some(String::new()),
        Value::Scalar(Written::Line(line)) => return Some(line.clone()),
        Value::Scalar(_) => return None,
        Value::Map { items, style: Style::Pair } => (items, "", ""),
        Value::Map { items, .. } => (items, "{ ", " }"),
        Value::List { items, .. } => (items, "[", "]"),
    };
    if items.is_empty() {
        return Some(format!("{}{}", open.trim(), close.trim()));
    }
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        if !item.above.is_empty() || item.beside.is_some() || !item.below.is_empty() {
            return None;
        }
        let inner = on_one_line(&item.value)?;
        parts.push(match &item.key {
            Some(key) if inner.is_empty() => format!("{key}:"),
            Some(key) => format!("{key}: {inner}"),
            None => inner,
        });
    }
    Some(format!("{open}{}{close}", parts.join(", ")))
}
