//! Queries.

use crate::context::Context;
use crate::model::FilterKind;
use crate::source::ScalarText;
use crate::yaml::{Entry, Node};

use super::aggregate::allow;
use super::ast::{Filter, Order, Query};
use super::keys::{self, Keys};
use super::{name, whole};

const KEYS: &[&str] = &["doc", "allow", "from", "where", "order_by", "limit"];

/// One query.
pub(super) fn read(entry: &Entry, ctx: &mut Context) -> Option<Query> {
    let keys = Keys::read(&entry.value, entry.key.span(), "a query", KEYS, ctx)?;
    Some(Query {
        name: name(entry),
        whole: whole(entry),
        doc: keys.doc(ctx),
        allow: allow(&keys, ctx),
        from: keys.require("from", ctx).and_then(|node| keys::text(node, "the name of a projection", ctx)),
        filters: keys.value("where").map(|node| filters(node, ctx)).unwrap_or_default(),
        order_by: keys.value("order_by").map(|node| order_by(node, ctx)).unwrap_or_default(),
        limit: keys.value("limit").and_then(|node| keys::whole_number(node, 1, ctx)),
    })
}

fn filters(node: &Node, ctx: &mut Context) -> Vec<Filter> {
    let words: Vec<(&str, FilterKind)> = FilterKind::ALL.iter().map(|kind| (kind.word(), *kind)).collect();
    let mut filters = Vec::new();
    for entry in keys::entries(node, "columns and how they are compared", ctx).unwrap_or_default() {
        for word in keys::texts(&entry.value, "ways to compare", ctx) {
            if let Some(kind) = keys::choice(&word, &words, "a way to compare a column", ctx) {
                filters.push(Filter { column: entry.key.clone(), kind, word: word.span() });
            }
        }
    }
    filters
}

/// Columns, each with `asc` or `desc` after it or neither.
fn order_by(node: &Node, ctx: &mut Context) -> Vec<Order> {
    let directions = [("asc", false), ("desc", true)];
    keys::texts(node, "columns", ctx)
        .iter()
        .filter_map(|text| {
            let (column, direction) = split_word(text);
            let descending = match direction {
                None => false,
                Some(direction) => keys::choice(&direction, &directions, "a direction", ctx)?,
            };
            Some(Order { column, descending })
        })
        .collect()
}

/// The first word of a text, and what follows it.
fn split_word(text: &ScalarText) -> (ScalarText, Option<ScalarText>) {
    let text = text.trim();
    match text.text().find(char::is_whitespace) {
        None => (text, None),
        Some(end) => (text.slice(0..end), Some(text.slice(end..text.text().len()).trim())),
    }
}
