//! Projections, with their folds and windows.

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::model::{Calendar, Refresh};
use crate::source::ScalarText;
use crate::yaml::{Entry, Kind, Node};

use super::ast::{Field, Fold, FoldAction, FoldKey, Projection, Window, WindowSize};
use super::keys::{self, Keys};
use super::{name, term, types, whole};

const KEYS: &[&str] = &["doc", "key", "from", "fields", "on", "index", "refresh", "window"];
const FOLD_KEYS: &[&str] = &["key", "set", "insert", "delete", "custom", "if"];
const REFRESH_KEYS: &[&str] = &["every"];
const WINDOW_KEYS: &[&str] = &["tumbling", "hopping", "every", "time"];

const CALENDAR: &[(&str, Calendar)] =
    &[("day", Calendar::Day), ("week", Calendar::Week), ("month", Calendar::Month), ("year", Calendar::Year)];

/// One projection.
pub(super) fn read(entry: &Entry, ctx: &mut Context) -> Option<Projection> {
    let keys = Keys::read(&entry.value, entry.key.span(), "a projection", KEYS, ctx)?;
    Some(Projection {
        name: name(entry),
        whole: whole(entry),
        doc: keys.doc(ctx),
        key: keys.get("key").map(|entry| key(entry, ctx)),
        from: keys.value("from").map(|node| keys::texts(node, "events", ctx)).unwrap_or_default(),
        fields: keys.value("fields").map(|node| types::row_fields(node, ctx)).unwrap_or_default(),
        on: keys.value("on").map(|node| folds(node, ctx)).unwrap_or_default(),
        index: keys.value("index").map(|node| indexes(node, ctx)).unwrap_or_default(),
        refresh: keys.value("refresh").and_then(|node| refresh(node, ctx)),
        window: keys.get("window").and_then(|entry| window(entry, ctx)),
    })
}

fn key(entry: &Entry, ctx: &mut Context) -> Vec<Field> {
    let silent =
        entry.value.is_null() || matches!(&entry.value.kind, Kind::Map(entries) if entries.is_empty());
    if silent {
        let help = "name its fields, or remove `key` to have one row for each aggregate";
        keys::report_empty(entry.key.span(), "`key` names no field", help, ctx);
    }
    types::fields(&entry.value, ctx)
}

fn folds(node: &Node, ctx: &mut Context) -> Vec<Fold> {
    let entries = keys::entries(node, "events and what they do", ctx).unwrap_or_default();
    entries.iter().filter_map(|entry| fold(entry, ctx)).collect()
}

fn fold(entry: &Entry, ctx: &mut Context) -> Option<Fold> {
    let whole = whole(entry);
    if let Kind::Scalar(scalar) = &entry.value.kind
        && !scalar.is_null()
    {
        let words = [("delete", false), ("custom", true)];
        let is_custom = keys::choice(&scalar.text, &words, "something that an event does to a row", ctx)?;
        let action = if is_custom { FoldAction::Custom } else { FoldAction::Delete };
        return Some(Fold { event: name(entry), whole, key: None, when: None, action });
    }
    let keys = Keys::read(&entry.value, entry.key.span(), "a fold", FOLD_KEYS, ctx)?;
    let key = keys.value("key").and_then(|node| fold_key(node, ctx));
    let when = keys.value("if").and_then(|node| keys::text(node, "a condition", ctx));
    let Some((word, action)) = keys.one_of(&["set", "insert", "delete", "custom"], ctx) else {
        let message = format!("the fold of {} does nothing", crate::diagnostic::quote(entry.key.text()));
        ctx.report_absence(
            whole,
            Diagnostic::new(&code::MISSING_KEY, entry.key.span(), message)
                .help("add `set`, `insert`, `delete: true` or `custom: true`"),
        );
        return None;
    };
    let action = match word {
        "set" => FoldAction::Set(written(action, ctx)),
        "insert" => FoldAction::Insert(term::writes(&action.value, ctx)),
        _ => {
            if !keys::switch(&action.value, ctx)? {
                let message = format!("`{word}: false` does nothing");
                keys::report_empty(action.value.span, &message, "write `true`, or remove the fold", ctx);
            }
            if word == "delete" { FoldAction::Delete } else { FoldAction::Custom }
        }
    };
    Some(Fold { event: name(entry), whole, key, when, action })
}

fn written(entry: &Entry, ctx: &mut Context) -> Vec<super::ast::Write> {
    let silent =
        entry.value.is_null() || matches!(&entry.value.kind, Kind::Map(entries) if entries.is_empty());
    if silent {
        let help = "name a field and what it becomes, or remove the fold";
        keys::report_empty(entry.key.span(), "`set` writes no field", help, ctx);
    }
    term::writes(&entry.value, ctx)
}

fn fold_key(node: &Node, ctx: &mut Context) -> Option<FoldKey> {
    match &node.kind {
        Kind::Map(entries) if !matches!(entries.as_slice(), [one] if one.key.text() == "value") => {
            Some(FoldKey::Parts(term::assignments(entries, ctx)))
        }
        _ => Some(FoldKey::One(term::term(node, ctx)?, node.span)),
    }
}

/// Columns that are indexed: a name, or a list of names and lists of names.
fn indexes(node: &Node, ctx: &mut Context) -> Vec<Vec<ScalarText>> {
    match &node.kind {
        Kind::List(items) => items
            .iter()
            .map(|item| keys::texts(item, "columns", ctx))
            .filter(|index| !index.is_empty())
            .collect(),
        _ => vec![keys::texts(node, "columns", ctx)].into_iter().filter(|index| !index.is_empty()).collect(),
    }
}

fn refresh(node: &Node, ctx: &mut Context) -> Option<Refresh> {
    if let Kind::Map(_) = node.kind {
        let head = node.head(&ctx.sources);
        let keys = Keys::read(node, head, "`refresh`", REFRESH_KEYS, ctx)?;
        let every = keys::text(keys.require("every", ctx)?, "a length of time", ctx)?;
        return keys::seconds(&every, ctx).map(Refresh::EverySeconds);
    }
    let words =
        [("on-commit", Refresh::OnCommit), ("continuous", Refresh::Continuous), ("manual", Refresh::Manual)];
    keys::choice(&keys::text(node, "a refresh", ctx)?, &words, "a refresh", ctx)
}

fn window(entry: &Entry, ctx: &mut Context) -> Option<Window> {
    let keys = Keys::read(&entry.value, entry.key.span(), "a window", WINDOW_KEYS, ctx)?;
    let time = keys.value("time").and_then(|node| keys::text(node, "an expression", ctx));
    let Some((word, length)) = keys.one_of(&["tumbling", "hopping"], ctx) else {
        ctx.report_absence(
            whole(entry),
            Diagnostic::new(&code::MISSING_KEY, entry.key.span(), "the window has no length")
                .help("add `tumbling: 1h`, or `hopping: 1h` with `every: 10m`"),
        );
        return None;
    };
    let text = keys::text(&length.value, "a length of time", ctx)?;
    let (size, hop_seconds) = match word {
        "tumbling" => {
            if let Some(every) = keys.get("every") {
                let message = "a tumbling window has no `every`: one begins where the last ends";
                ctx.report(
                    Diagnostic::new(&code::EXCLUSIVE_KEYS, every.key.span(), message)
                        .help("remove it, or write `hopping` for windows that overlap"),
                );
            }
            (window_size(&text, ctx)?, None)
        }
        _ => {
            let every = keys::text(keys.require("every", ctx)?, "a length of time", ctx)?;
            (WindowSize::Seconds(keys::seconds(&text, ctx)?), Some(keys::seconds(&every, ctx)?))
        }
    };
    Some(Window { whole: whole(entry), size, hop_seconds, time })
}

fn window_size(text: &ScalarText, ctx: &mut Context) -> Option<WindowSize> {
    let is_word = text.text().starts_with(|it: char| it.is_alphabetic());
    if is_word {
        keys::choice(text, CALENDAR, "a stretch of the calendar", ctx).map(WindowSize::Calendar)
    } else {
        keys::seconds(text, ctx).map(WindowSize::Seconds)
    }
}
