//! The tree with its comments: each comment beside, above or below the entry that it belongs to.
//!
//! A comment on the line of an entry belongs to it, a line of its own to the entry below, and a deeper line below the
//! last entry to the list or mapping that ends there. Nothing here decides how anything is written.

use std::collections::VecDeque;

use crate::vocabulary::Form;
use crate::yaml::{Kind, Node};

use super::comments::{Comment, blank_above, line_start};
use super::scalar::{self, Written};
use super::{WHOLE, order};

/// A whole file.
pub(super) struct Layout {
    /// The comments that open the file and belong to none of its entries.
    pub(super) header: Vec<Comment>,
    /// Whether an empty line parts them from what follows.
    pub(super) header_is_parted: bool,
    pub(super) root: Value,
    /// The comments below everything.
    pub(super) footer: Vec<Comment>,
}

/// An entry of a mapping, or an item of a list.
pub(super) struct Item {
    pub(super) above: Vec<Comment>,
    /// Whether an empty line stands above, below its comments.
    pub(super) blank_above: bool,
    /// The key, in a mapping.
    pub(super) key: Option<String>,
    pub(super) value: Value,
    /// The comment at the end of its first line.
    pub(super) beside: Option<Comment>,
    /// The deeper comments below.
    pub(super) below: Vec<Comment>,
}

/// A value.
pub(super) enum Value {
    Scalar(Written),
    Map { items: Vec<Item>, style: Style },
    List { items: Vec<Item>, style: Style },
}

/// How a list or mapping was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A line for each entry.
    Block,
    /// In brackets.
    Flow,
    /// One key and its value as an item of a list in brackets: `[a: b]`.
    Pair,
}

/// Lays out the tree of `text`.
pub(super) fn lay_out(text: &str, root: &Node, comments: Vec<Comment>) -> Layout {
    let mut walk = Walk { text, comments: comments.into(), below_header: None };
    let (header, header_is_parted) = walk.header(root);
    if header_is_parted {
        // The empty line is the header's, wherever the first entry goes.
        match walk.comments.front_mut().filter(|it| it.start < start(root)) {
            Some(first) => first.blank_above = false,
            None => walk.below_header = Some(line_start(text, start(root))),
        }
    }
    let end = text.len();
    let value = walk.value(root, Some(&WHOLE), Style::Block, end);
    Layout { header, header_is_parted, root: value, footer: walk.before(end) }
}

struct Walk<'a> {
    text: &'a str,
    /// What has not found its place yet, in the order of the text.
    comments: VecDeque<Comment>,
    /// The line that follows the header, where an empty line parts the two.
    below_header: Option<usize>,
}

/// An entry or item before its comments are known.
struct Part<'n> {
    /// The first byte: of the key, or of the item.
    start: usize,
    key: Option<String>,
    node: &'n Node,
    form: Option<&'static Form>,
    /// The place in canonical order.
    rank: usize,
}

impl Walk<'_> {
    /// The comments that open the file: those that an empty line parts from the first entry, and tool directives.
    fn header(&mut self, root: &Node) -> (Vec<Comment>, bool) {
        let first = start(root);
        let opening: Vec<&Comment> = self.comments.iter().take_while(|it| it.start < first).collect();
        let is_parted = |at: usize| match opening.get(at + 1) {
            Some(next) => next.blank_above,
            None => blank_above(self.text, line_start(self.text, first)),
        };
        let is_directive =
            |at: usize| opening.get(at).is_some_and(|it| it.text.contains("yaml-language-server"));
        let last = (0..opening.len()).rev().find(|at| is_parted(*at) || is_directive(*at));
        let header_is_parted = last.is_some_and(is_parted);
        (self.comments.drain(..last.map_or(0, |at| at + 1)).collect(), header_is_parted)
    }

    fn value(&mut self, node: &Node, form: Option<&'static Form>, outer: Style, limit: usize) -> Value {
        let style = self.style(node, outer);
        match &node.kind {
            Kind::Scalar(scalar) => Value::Scalar(scalar::write(self.text, scalar)),
            Kind::Hole => Value::Scalar(Written::Nothing),
            Kind::List(nodes) => {
                let form = order::item_form(form);
                let part = |(rank, node)| Part { start: start(node), key: None, node, form, rank };
                let parts = nodes.iter().enumerate().map(part).collect();
                Value::List { items: self.items(parts, node, style, limit), style }
            }
            Kind::Map(entries) => {
                let parts =
                    order::entries(entries, form).into_iter().enumerate().map(|(rank, (entry, form))| {
                        let key = Some(scalar::write_key(self.text, &entry.key));
                        Part { start: entry.key.span().start as usize, key, node: &entry.value, form, rank }
                    });
                Value::Map { items: self.items(parts.collect(), node, style, limit), style }
            }
        }
    }

    /// The items in canonical order, each with its comments.
    fn items(&mut self, mut parts: Vec<Part<'_>>, whole: &Node, style: Style, limit: usize) -> Vec<Item> {
        // Comments are handed out in the order of the text, whatever the order of the result.
        parts.sort_by_key(|part| part.start);
        let end = if style == Style::Block { limit } else { (whole.span.end as usize).min(limit) };
        let limits: Vec<usize> = parts.iter().skip(1).map(|part| part.start).chain([end]).collect();
        let mut items: Vec<(usize, Item)> = parts
            .into_iter()
            .zip(limits)
            .map(|(part, limit)| (part.rank, self.item(part, style, limit)))
            .collect();
        if style != Style::Block {
            let inside = self.before(end);
            if let Some((_, last)) = items.last_mut() {
                last.below.extend(inside);
            }
        }
        items.sort_by_key(|(rank, _)| *rank);
        items.into_iter().map(|(_, item)| item).collect()
    }

    fn item(&mut self, part: Part<'_>, style: Style, limit: usize) -> Item {
        let mut above = self.before(part.start);
        let line = line_start(self.text, part.start);
        let opens_line =
            self.text.get(line..part.start).is_some_and(|it| it.trim_matches([' ', '-', '\t']).is_empty());
        let column = self.column(&part);
        // Between a key and a value that follows on a line of its own.
        let mut between = None;
        if part.key.is_some() {
            let text = self.text;
            let is_between = |it: &mut Comment| {
                it.start < start(part.node).min(limit) && line_start(text, it.start) == line
            };
            between = self.comments.pop_front_if(is_between);
            if let Kind::Scalar(_) = part.node.kind {
                above.extend(self.before(start(part.node).min(limit)));
            }
        }
        let value = self.value(part.node, part.form, style, limit);
        let after = self.on_line_of(part.node.span.end as usize, limit);
        let beside = match (between, after) {
            (Some(between), Some(after)) => {
                above.push(between);
                Some(after)
            }
            (one, other) => one.or(other),
        };
        let below = if style == Style::Block { self.deeper_than(column, limit) } else { Vec::new() };
        let blank_above = opens_line && self.below_header != Some(line) && blank_above(self.text, line);
        Item { above, blank_above, key: part.key, value, beside, below }
    }

    /// How many characters stand before a key on its line, or before the dash of an item.
    fn column(&self, part: &Part<'_>) -> usize {
        let start = match part.key {
            Some(_) => part.start,
            None => self.dash(part.start),
        };
        self.text.get(line_start(self.text, start)..start).map_or(0, |before| before.chars().count())
    }

    /// The dash of the item that starts at `start`.
    fn dash(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            let line = line_start(self.text, end);
            let before = self.text.get(line..end).unwrap_or("");
            let code = before.split('#').next().unwrap_or(before);
            let dash = code.rfind("- ").or_else(|| code.ends_with('-').then(|| code.len() - 1));
            match dash {
                Some(at) => return line + at,
                None if line == 0 => return start,
                None => end = line - 1,
            }
        }
    }

    fn style(&self, node: &Node, outer: Style) -> Style {
        // The first item of a list without brackets may begin where the list does, and have brackets itself.
        let (mark, first) = match &node.kind {
            Kind::List(items) => ('[', items.first().map(start)),
            Kind::Map(entries) => ('{', entries.first().map(|entry| entry.key.span().start as usize)),
            Kind::Scalar(_) | Kind::Hole => return Style::Flow,
        };
        let is_marked = self.text.get(start(node)..).is_some_and(|rest| rest.starts_with(mark));
        match outer {
            _ if is_marked && first.is_none_or(|first| first > start(node)) => Style::Flow,
            Style::Block => Style::Block,
            Style::Flow | Style::Pair => Style::Pair,
        }
    }

    /// Takes the comments before `offset`.
    fn before(&mut self, offset: usize) -> Vec<Comment> {
        let count = self.comments.iter().take_while(|it| it.start < offset).count();
        self.comments.drain(..count).collect()
    }

    /// Takes the comment that follows `end` on the same line.
    fn on_line_of(&mut self, end: usize, limit: usize) -> Option<Comment> {
        let next = self.comments.front().filter(|it| it.start >= end && it.start < limit && !it.alone)?;
        let same_line = !self.text.get(end..next.start)?.contains(['\n', '\r']);
        if same_line { self.comments.pop_front() } else { None }
    }

    /// Takes the lines of comment that are indented deeper than `column`.
    fn deeper_than(&mut self, column: usize, limit: usize) -> Vec<Comment> {
        let belongs = |it: &&Comment| it.alone && it.column > column && it.start < limit;
        let count = self.comments.iter().take_while(belongs).count();
        self.comments.drain(..count).collect()
    }
}

fn start(node: &Node) -> usize {
    node.span.start as usize
}
