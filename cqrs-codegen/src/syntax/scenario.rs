//! Scenarios: what is given, what is asked, and what must come of it.

use crate::context::Context;
use crate::yaml::{Entry, Kind, Node};

use super::ast::{Given, Mention, Rows, Scenario, Then};
use super::keys::{self, Keys};
use super::{name, whole};

const KEYS: &[&str] = &["name", "given", "when", "then"];
const THEN_KEYS: &[&str] = &["error", "events", "state", "rows"];

/// Every scenario.
pub(super) fn read(node: &Node, ctx: &mut Context) -> Vec<Scenario> {
    keys::items(node, "scenarios", ctx).iter().filter_map(|item| scenario(item, ctx)).collect()
}

fn scenario(node: &Node, ctx: &mut Context) -> Option<Scenario> {
    let head = node.head(&ctx.sources);
    let keys = Keys::read(node, head, "a scenario", KEYS, ctx)?;
    let name = keys.require("name", ctx).and_then(|node| keys::text(node, "a sentence", ctx));
    keys.require("then", ctx);
    let given = keys.value("given").map(|node| mentions(node, "an event", &["id"], ctx)).unwrap_or_default();
    let when = keys.value("when").filter(|node| !node.is_null());
    Some(Scenario {
        name: name?,
        whole: node.span,
        given,
        when: when.and_then(|node| mention(node, "a command", &["now"], ctx)),
        then: keys.get("then").and_then(|entry| then(entry, ctx)),
    })
}

fn mentions(node: &Node, what: &str, beside: &[&str], ctx: &mut Context) -> Vec<Mention> {
    match &node.kind {
        Kind::Map(_) | Kind::Scalar(_) if !node.is_null() => {
            mention(node, what, beside, ctx).into_iter().collect()
        }
        _ => {
            keys::items(node, what, ctx).iter().filter_map(|item| mention(item, what, beside, ctx)).collect()
        }
    }
}

/// A name alone, or one name with values, and beside it the keys in `beside`.
fn mention(node: &Node, what: &str, beside: &[&str], ctx: &mut Context) -> Option<Mention> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => Some(Mention {
            name: scalar.text.clone(),
            whole: scalar.text.span(),
            values: Vec::new(),
            id: None,
            now: None,
        }),
        Kind::Map(entries) => {
            let (others, named): (Vec<&Entry>, Vec<&Entry>) =
                entries.iter().partition(|entry| beside.contains(&entry.key.text()));
            let [entry] = named.as_slice() else {
                keys::report_not_one_name(node, &named, what, beside, ctx);
                return None;
            };
            let value = |key: &str| others.iter().find(|it| it.key.text() == key).map(|it| it.value.clone());
            Some(Mention {
                name: name(entry),
                whole: whole(entry),
                values: values(&entry.value, ctx),
                id: value("id"),
                now: value("now"),
            })
        }
        _ => {
            keys::report_wrong_kind(node, &format!("the name of {what}, or `{{ Name: {{ … }} }}`"), ctx);
            None
        }
    }
}

fn values(node: &Node, ctx: &mut Context) -> Vec<Given> {
    let entries = keys::entries(node, "fields and their values", ctx).unwrap_or_default();
    entries.iter().map(|entry| Given { name: name(entry), value: entry.value.clone() }).collect()
}

fn then(entry: &Entry, ctx: &mut Context) -> Option<Then> {
    let keys = Keys::read(&entry.value, entry.key.span(), "`then`", THEN_KEYS, ctx)?;
    Some(Then {
        key: entry.key.span(),
        error: keys.value("error").and_then(|node| mention(node, "an error", &[], ctx)),
        events: keys.value("events").map(|node| mentions(node, "an event", &[], ctx)),
        state: keys.get("state").map(|entry| (entry.key.span(), values(&entry.value, ctx))),
        rows: keys.value("rows").map(|node| rows(node, ctx)).unwrap_or_default(),
    })
}

fn rows(node: &Node, ctx: &mut Context) -> Vec<Rows> {
    let entries = keys::entries(node, "projections and their rows", ctx).unwrap_or_default();
    entries
        .iter()
        .map(|entry| Rows {
            projection: name(entry),
            rows: keys::items(&entry.value, "rows", ctx).iter().map(|row| values(row, ctx)).collect(),
        })
        .collect()
}
