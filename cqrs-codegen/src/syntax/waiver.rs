//! Waivers: changes of released events that are let through.

use cqrs_evolution::rules::{Rule, Severity, catalogue};
use cqrs_evolution::waiver;
use jiff::civil::Date;

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Origin, Waiver};
use crate::yaml::{Kind, Node};

use super::keys::{self, Keys};

const KEYS: &[&str] = &["code", "event", "version", "field", "reason", "until"];

/// The list under `waivers`.
pub(super) fn read(node: &Node, ctx: &mut Context) -> Vec<Waiver> {
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(|item| one(item, ctx)).collect(),
        _ if node.is_null() => Vec::new(),
        _ => {
            keys::report_wrong_kind(node, "a list of waivers", ctx);
            Vec::new()
        }
    }
}

fn one(node: &Node, ctx: &mut Context) -> Option<Waiver> {
    let keys = Keys::read(node, node.head(&ctx.sources), "a waiver", KEYS, ctx)?;
    let rule = keys.require("code", ctx).and_then(|node| keys::text(node, "a code", ctx));
    let known = rule.as_ref().and_then(|code| keys::choice(code, &codes(), "a code that can be waived", ctx));
    let mut text = |key: &'static str, what| {
        let text = keys.require(key, ctx).and_then(|node| keys::text(node, what, ctx));
        text.map(|it| it.text().to_owned())
    };
    let event = text("event", "an event");
    let reason = text("reason", "a reason");
    let until = keys.require("until", ctx).and_then(|node| date(node, ctx));
    let version = keys.value("version").map(|node| keys::whole_number(node, 1, ctx));
    let field = keys.value("field").map(|node| keys::text(node, "the path of a field", ctx));
    Some(Waiver {
        terms: waiver::Waiver {
            code: known?.to_owned(),
            event: event?,
            // What was refused must not widen the waiver.
            version: version.map_or(Some(None), |it| it.map(Some))?,
            field: field.map_or(Some(None), |it| it.map(|it| Some(it.text().to_owned())))?,
            reason: reason?,
            until: until?,
        },
        origin: Origin::new(rule?.span(), node.span),
    })
}

/// What a waiver may name: the codes about released events that are not notes. Those after them are about what no lock has.
fn codes() -> Vec<(&'static str, &'static str)> {
    let is_of_events = |rule: &&&Rule| rule.severity() > Severity::Note && rule.id.get(1..) < Some("1050");
    catalogue::ALL.iter().filter(is_of_events).map(|rule| (rule.id, rule.id)).collect()
}

fn date(node: &Node, ctx: &mut Context) -> Option<Date> {
    let text = keys::text(node, "a date", ctx)?;
    let date = text.text().parse::<Date>();
    if date.is_err() {
        let message = format!("{} is not a date", quote(text.text()));
        let help = "write the last day on which the waiver counts, such as `2027-01-31`";
        ctx.report(Diagnostic::new(&code::NOT_A_DATE, text.span(), message).help(help));
    }
    date.ok()
}
