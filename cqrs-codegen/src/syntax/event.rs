//! Events: today's shape, older ones, and what they do.

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::source::ScalarText;
use crate::yaml::{Entry, Kind, Node};

use super::ast::{Apply, Downcast, Event, Retired, Step, Upcast};
use super::keys::{self, Keys};
use super::{name, term, types, whole};

const KEYS: &[&str] = &["doc", "published", "fields", "version", "history", "apply", "retired"];
const STEP_KEYS: &[&str] = &["name", "fields", "upcast", "downcast"];

/// One event.
pub(super) fn read(entry: &Entry, ctx: &mut Context) -> Option<Event> {
    let keys = Keys::read(&entry.value, entry.key.span(), "an event", KEYS, ctx)?;
    let version = keys.value("version").and_then(|node| Some((keys::whole_number(node, 1, ctx)?, node.span)));
    Some(Event {
        name: name(entry),
        whole: whole(entry),
        doc: keys.doc(ctx),
        published: keys.value("published").and_then(|node| keys::switch(node, ctx)).unwrap_or(false),
        version,
        fields: keys.value("fields").map(|node| types::fields(node, ctx)).unwrap_or_default(),
        history: keys.value("history").map(|node| history(node, ctx)).unwrap_or_default(),
        apply: keys.get("apply").and_then(|entry| Some((entry.key.span(), apply(&entry.value, ctx)?))),
        retired: keys.value("retired").and_then(|node| retired(node, ctx)),
    })
}

fn apply(node: &Node, ctx: &mut Context) -> Option<Apply> {
    match &node.kind {
        Kind::Map(_) => Some(Apply::Writes(term::writes(node, ctx))),
        Kind::Scalar(scalar) if !scalar.is_null() => {
            custom(&scalar.text, "what an event does to the state", ctx).map(|()| Apply::Custom)
        }
        _ => {
            keys::report_wrong_kind(node, "fields and what they become, or `custom`", ctx);
            None
        }
    }
}

fn custom(word: &ScalarText, what: &str, ctx: &mut Context) -> Option<()> {
    keys::choice(word, &[("custom", ())], what, ctx)
}

fn history(node: &Node, ctx: &mut Context) -> Vec<Step> {
    let entries = keys::entries(node, "older shapes by version", ctx).unwrap_or_default();
    entries.iter().filter_map(|entry| step(entry, ctx)).collect()
}

fn step(entry: &Entry, ctx: &mut Context) -> Option<Step> {
    // There is a version after each older one.
    let version = entry.key.text().parse().ok().filter(|version| (1..u32::MAX).contains(version));
    if version.is_none() {
        let message = format!("{} is not a version", quote(entry.key.text()));
        ctx.report(
            Diagnostic::new(&code::NOT_A_VERSION, entry.key.span(), message)
                .help("the keys of `history` are the versions before today's: 1, 2, 3 …"),
        );
    }
    let keys = Keys::read(&entry.value, entry.key.span(), "an older shape", STEP_KEYS, ctx)?;
    let upcast = match keys.value("upcast") {
        None => Upcast::Fields(Vec::new()),
        Some(node) => upcast(node, ctx)?,
    };
    Some(Step {
        version: version?,
        key: entry.key.span(),
        whole: whole(entry),
        name: keys.value("name").and_then(|node| keys::text(node, "the event's name in those days", ctx)),
        fields: keys.value("fields").map(|node| types::fields(node, ctx)).unwrap_or_default(),
        upcast,
        downcast: keys.get("downcast").and_then(|entry| downcast(entry, ctx)),
    })
}

fn upcast(node: &Node, ctx: &mut Context) -> Option<Upcast> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => {
            custom(&scalar.text, "a way to the next version", ctx).map(|()| Upcast::Custom)
        }
        _ => {
            let entries = keys::entries(node, "the next version's fields", ctx)?;
            Some(Upcast::Fields(term::assignments(entries, ctx)))
        }
    }
}

fn downcast(entry: &Entry, ctx: &mut Context) -> Option<Downcast> {
    let entries = keys::entries(&entry.value, "the older version's fields", ctx)?;
    let given = term::assignments(entries, ctx);
    Some(Downcast { key: entry.key.span(), whole: whole(entry), given })
}

fn retired(node: &Node, ctx: &mut Context) -> Option<Retired> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => {
            keys::choice(&scalar.text, &[("drop", ())], "a way to retire an event", ctx)?;
            Some(Retired::Drop)
        }
        Kind::Map(entries) if !entries.is_empty() => {
            let into = entries.iter().filter_map(|entry| term::named_construction(entry, ctx)).collect();
            Some(Retired::Into(into))
        }
        _ => {
            keys::report_wrong_kind(node, "`drop`, or the events that it is read as", ctx);
            None
        }
    }
}
