//! A tree of YAML to what the schema says: every construct with its parts, every shorthand in its full form.
//!
//! Here keys that are not known, values of the wrong kind and missing parts are reported. Nothing is looked up, so
//! nothing here knows whether a name means anything. Reading never fails: what was wrong is left out.

pub(crate) mod ast;

mod aggregate;
mod event;
mod keys;
mod projection;
mod query;
mod scenario;
mod term;
mod type_text;
mod types;
mod waiver;

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::source::{ScalarText, Span};
use crate::yaml::{Entry, Node};

use ast::Document;
use keys::Keys;

/// The version of the language that this compiler reads.
const VERSION: &str = "1";

const KEYS: &[&str] = &[
    "cqrs",
    "domain",
    "doc",
    "imports",
    "roles",
    "types",
    "aggregates",
    "projections",
    "queries",
    "policies",
    "scenarios",
    "waivers",
];

/// Whether a file is the schema itself or was named under `imports`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Schema,
    Import,
}

/// Reads one file.
pub(crate) fn read(root: &Node, role: Role, ctx: &mut Context) -> Document {
    let start = Span::new(root.span.file, 0..0);
    let head = root.head(&ctx.sources);
    let Some(keys) = Keys::read(root, head, "a schema", KEYS, ctx) else { return Document::default() };
    read_version(&keys, start, ctx);
    if let Some(policies) = keys.get("policies").filter(|entry| !entry.value.is_null()) {
        ctx.report(
            Diagnostic::new(&code::POLICIES, policies.key.span(), "policies are not there yet")
                .help("remove them for now, and send the commands from your own code"),
        );
    }
    let domain = match role {
        Role::Schema => {
            keys.require("domain", ctx).and_then(|node| keys::text(node, "the name of the domain", ctx))
        }
        Role::Import => None,
    };
    let text_list = |key: &str, what: &str, ctx: &mut Context| {
        keys.value(key).map(|node| keys::texts(node, what, ctx)).unwrap_or_default()
    };
    let beyond = ["domain", "roles", "aggregates", "projections", "queries", "scenarios", "waivers"];
    Document {
        domain,
        doc: keys.doc(ctx),
        imports: text_list("imports", "paths", ctx),
        roles: text_list("roles", "names", ctx),
        types: keys.value("types").map(|node| types::read(node, ctx)).unwrap_or_default(),
        aggregates: named(&keys, "aggregates", aggregate::read, ctx),
        projections: named(&keys, "projections", projection::read, ctx),
        queries: named(&keys, "queries", query::read, ctx),
        scenarios: keys.value("scenarios").map(|node| scenario::read(node, ctx)).unwrap_or_default(),
        waivers: keys.value("waivers").map(|node| waiver::read(node, ctx)).unwrap_or_default(),
        beyond_types: beyond.iter().filter_map(|key| keys.get(key)).map(|entry| entry.key.clone()).collect(),
    }
}

/// Reads each entry of a mapping from names to constructs.
fn named<T>(
    keys: &Keys<'_>,
    key: &'static str,
    read: fn(&Entry, &mut Context) -> Option<T>,
    ctx: &mut Context,
) -> Vec<T> {
    let Some(node) = keys.value(key) else { return Vec::new() };
    let entries = keys::entries(node, key, ctx).unwrap_or_default();
    entries.iter().filter_map(|entry| read(entry, ctx)).collect()
}

fn read_version(keys: &Keys<'_>, start: Span, ctx: &mut Context) {
    let Some(node) = keys.value("cqrs") else {
        let message = "the schema does not say which version of the language it is written in";
        ctx.report(
            Diagnostic::new(&code::LANGUAGE_VERSION, start, message)
                .help(format!("begin the file with `cqrs: {VERSION}`")),
        );
        return;
    };
    let Some(version) = keys::text(node, "the version of the language", ctx) else { return };
    if version.text() != VERSION {
        let message =
            format!("this compiler does not know version {} of the language", quote(version.text()));
        ctx.report(
            Diagnostic::new(&code::LANGUAGE_VERSION, version.span(), message)
                .help(format!("write `cqrs: {VERSION}`")),
        );
    }
}

/// Everything that an entry says, from its key to the end of its value.
fn whole(entry: &Entry) -> Span {
    entry.key.span().to(entry.value.span)
}

/// The entry's key as the name of what the entry declares.
fn name(entry: &Entry) -> ScalarText {
    entry.key.clone()
}
