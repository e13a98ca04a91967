//! Aggregates, with their errors and commands.

use crate::context::Context;
use crate::source::ScalarText;
use crate::yaml::{Entry, Kind, Node};

use super::ast::{Aggregate, Command, Construction, ErrorKind, Requirement};
use super::keys::{self, Keys};
use super::{event, name, named, term, types, whole};

const KEYS: &[&str] = &["doc", "id", "state", "events", "errors", "commands", "snapshot"];
const SNAPSHOT_KEYS: &[&str] = &["every"];
const ERROR_KEYS: &[&str] = &["fields", "message"];
const COMMAND_KEYS: &[&str] = &["doc", "creates", "allow", "fields", "require", "emit"];
const REQUIREMENT_KEYS: &[&str] = &["that", "else"];

/// One aggregate.
pub(super) fn read(entry: &Entry, ctx: &mut Context) -> Option<Aggregate> {
    let keys = Keys::read(&entry.value, entry.key.span(), "an aggregate", KEYS, ctx)?;
    Some(Aggregate {
        name: name(entry),
        whole: whole(entry),
        doc: keys.doc(ctx),
        id: keys.value("id").and_then(|node| types::ty(node, ctx)),
        state: keys.value("state").map(|node| types::fields(node, ctx)).unwrap_or_default(),
        events: named(&keys, "events", event::read, ctx),
        errors: named(&keys, "errors", error, ctx),
        commands: named(&keys, "commands", command, ctx),
        snapshot_every: keys.get("snapshot").and_then(|entry| snapshot(entry, ctx)),
    })
}

fn snapshot(entry: &Entry, ctx: &mut Context) -> Option<u32> {
    let keys = Keys::read(&entry.value, entry.key.span(), "`snapshot`", SNAPSHOT_KEYS, ctx)?;
    keys::whole_number(keys.require("every", ctx)?, 1, ctx)
}

/// One error: a sentence, or fields with a sentence.
fn error(entry: &Entry, ctx: &mut Context) -> Option<ErrorKind> {
    let (fields, message) = match &entry.value.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => (Vec::new(), Some(scalar.text.clone())),
        _ => {
            let keys = Keys::read(&entry.value, entry.key.span(), "an error", ERROR_KEYS, ctx)?;
            let fields = keys.value("fields").map(|node| types::fields(node, ctx)).unwrap_or_default();
            (fields, keys.value("message").and_then(|node| keys::text(node, "a sentence", ctx)))
        }
    };
    Some(ErrorKind { name: name(entry), whole: whole(entry), fields, message })
}

fn command(entry: &Entry, ctx: &mut Context) -> Option<Command> {
    let keys = Keys::read(&entry.value, entry.key.span(), "a command", COMMAND_KEYS, ctx)?;
    Some(Command {
        name: name(entry),
        whole: whole(entry),
        doc: keys.doc(ctx),
        creates: keys.value("creates").and_then(|node| keys::switch(node, ctx)),
        allow: allow(&keys, ctx),
        fields: keys.value("fields").map(|node| types::fields(node, ctx)).unwrap_or_default(),
        require: keys.value("require").map(|node| requirements(node, ctx)).unwrap_or_default(),
        emit: keys.get("emit").map(|entry| emit(entry, ctx)),
    })
}

/// The roles under `allow`, of a command or query.
pub(super) fn allow(keys: &Keys<'_>, ctx: &mut Context) -> Option<Vec<ScalarText>> {
    let entry = keys.get("allow")?;
    let silent = entry.value.is_null() || matches!(&entry.value.kind, Kind::List(items) if items.is_empty());
    if silent {
        let help = "name a role, or remove `allow` to let anyone";
        keys::report_empty(entry.key.span(), "`allow` names no role, so nobody could ask", help, ctx);
        return None;
    }
    Some(keys::texts(&entry.value, "roles", ctx))
}

fn requirements(node: &Node, ctx: &mut Context) -> Vec<Requirement> {
    let one = |node: &Node, ctx: &mut Context| {
        let head = node.head(&ctx.sources);
        let keys = Keys::read(node, head, "a requirement", REQUIREMENT_KEYS, ctx)?;
        let that = keys.require("that", ctx).and_then(|node| keys::text(node, "a condition", ctx));
        let otherwise =
            keys.require("else", ctx).and_then(|node| term::construction(node, "an error", false, ctx));
        Some(Requirement { that: that?, otherwise: otherwise? })
    };
    match &node.kind {
        Kind::Map(_) => one(node, ctx).into_iter().collect(),
        _ => {
            let expected = "requirements, each `{ that: …, else: … }`";
            keys::items(node, expected, ctx).iter().filter_map(|item| one(item, ctx)).collect()
        }
    }
}

/// What is emitted: one event, a mapping of events to fields, or a list of either.
fn emit(entry: &Entry, ctx: &mut Context) -> Vec<Construction> {
    let node = &entry.value;
    let constructions = match &node.kind {
        Kind::List(items) => {
            items.iter().filter_map(|item| term::construction(item, "an event", true, ctx)).collect()
        }
        Kind::Map(entries) => {
            entries.iter().filter_map(|entry| term::named_construction(entry, ctx)).collect()
        }
        Kind::Scalar(scalar) if !scalar.is_null() => {
            term::construction(node, "an event", false, ctx).into_iter().collect()
        }
        _ => Vec::new(),
    };
    let silent = node.is_null()
        || matches!(&node.kind, Kind::List(items) if items.is_empty())
        || matches!(&node.kind, Kind::Map(entries) if entries.is_empty());
    if silent {
        let help = "name an event, or remove `emit` to write this decision in Rust";
        keys::report_empty(entry.key.span(), "`emit` names no event", help, ctx);
    }
    constructions
}
