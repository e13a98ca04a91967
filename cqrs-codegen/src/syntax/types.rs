//! Types under `types`, and the fields of everything that has fields.

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, did_you_mean, quote};
use crate::model::SummaryKind;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

use super::ast::{Field, Summary, TypeDeclaration, TypeKind, TypeText, Variant};
use super::keys::{self, Keys};
use super::{name, type_text, whole};

const TYPE_KEYS: &[&str] = &["type", "check", "enum", "fields", "extern", "doc"];
const FIELD_KEYS: &[&str] = &["type", "doc", "default", "check", "personal"];
const ROW_FIELD_KEYS: &[&str] = &[
    "type", "doc", "default", "check", "personal", "sum", "count", "min", "max", "avg", "first", "last",
    "collect",
];

/// Every type under `types`.
pub(super) fn read(node: &Node, ctx: &mut Context) -> Vec<TypeDeclaration> {
    let entries = keys::entries(node, "types", ctx).unwrap_or_default();
    entries.iter().map(|entry| declaration(entry, ctx)).collect()
}

fn declaration(entry: &Entry, ctx: &mut Context) -> TypeDeclaration {
    let mut doc = None;
    let kind = match &entry.value.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => {
            TypeKind::Newtype { ty: type_text::read(&scalar.text, ctx), check: None }
        }
        Kind::Map(_) => match Keys::read(&entry.value, entry.key.span(), "a type", TYPE_KEYS, ctx) {
            Some(keys) => {
                doc = keys.doc(ctx);
                kind(entry, &keys, ctx)
            }
            None => TypeKind::Hole,
        },
        _ => {
            keys::report_wrong_kind(
                &entry.value,
                "a type, or a mapping with `type`, `enum`, `fields` or `extern`",
                ctx,
            );
            TypeKind::Hole
        }
    };
    TypeDeclaration { name: name(entry), whole: whole(entry), doc, kind }
}

fn kind(entry: &Entry, keys: &Keys<'_>, ctx: &mut Context) -> TypeKind {
    let form = keys.one_of(&["type", "enum", "fields", "extern"], ctx);
    if let (Some(check), Some((form @ ("enum" | "fields" | "extern"), _))) = (keys.get("check"), form) {
        let message = format!("a type with `{form}` has no `check`");
        ctx.report(
            Diagnostic::new(&code::EXCLUSIVE_KEYS, check.key.span(), message)
                .help("give the rule to the fields, or to a newtype of them"),
        );
    }
    match form {
        Some(("type", entry)) => {
            let check = keys.value("check").and_then(|node| keys::text(node, "a condition", ctx));
            match keys::text(&entry.value, "a type", ctx) {
                Some(text) => TypeKind::Newtype { ty: type_text::read(&text, ctx), check },
                None => TypeKind::Hole,
            }
        }
        Some(("enum", entry)) => TypeKind::Enum(variants(entry, ctx)),
        Some(("fields", entry)) => TypeKind::Struct(fields(&entry.value, ctx)),
        Some((_, entry)) => match keys::text(&entry.value, "the path of a Rust type", ctx) {
            Some(path) => TypeKind::Extern(path),
            None => TypeKind::Hole,
        },
        None => {
            let name = entry.key.span();
            let message = format!("the type {} does not say what it is", quote(entry.key.text()));
            let help = "add `type`, `enum`, `fields` or `extern`";
            ctx.report_absence(whole(entry), Diagnostic::new(&code::MISSING_KEY, name, message).help(help));
            TypeKind::Hole
        }
    }
}

fn variants(entry: &Entry, ctx: &mut Context) -> Vec<Variant> {
    let variants: Vec<Variant> = match &entry.value.kind {
        Kind::Map(entries) => entries
            .iter()
            .map(|entry| Variant {
                name: name(entry),
                whole: whole(entry),
                fields: fields(&entry.value, ctx),
            })
            .collect(),
        _ => keys::items(&entry.value, "variants", ctx)
            .iter()
            .filter_map(|item| keys::text(item, "the name of a variant", ctx))
            .map(|name| Variant { whole: name.span(), name, fields: Vec::new() })
            .collect(),
    };
    let silent = matches!(&entry.value.kind, Kind::Map(entries) if entries.is_empty())
        || matches!(&entry.value.kind, Kind::List(items) if items.is_empty())
        || entry.value.is_null();
    if silent {
        keys::report_empty(entry.key.span(), "an enum has no variant", "name at least one", ctx);
    }
    variants
}

/// The fields of a mapping from names to types.
pub(super) fn fields(node: &Node, ctx: &mut Context) -> Vec<Field> {
    read_fields(node, Allowed::Plain, ctx)
}

/// The fields of a projection's rows, which may be summaries.
pub(super) fn row_fields(node: &Node, ctx: &mut Context) -> Vec<Field> {
    read_fields(node, Allowed::Summaries, ctx)
}

fn read_fields(node: &Node, allowed: Allowed, ctx: &mut Context) -> Vec<Field> {
    let entries = keys::entries(node, "fields", ctx).unwrap_or_default();
    keys::whole_entries(entries).map(|entry| field(entry, allowed, ctx)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Plain,
    Summaries,
}

fn field(entry: &Entry, allowed: Allowed, ctx: &mut Context) -> Field {
    let mut field = Field {
        name: name(entry),
        whole: whole(entry),
        doc: None,
        ty: None,
        default: None,
        check: None,
        personal: false,
        summary: None,
    };
    match &entry.value.kind {
        Kind::Scalar(scalar) if allowed == Allowed::Summaries && scalar.text.text() == "count" => {
            field.summary = Some(Summary { kind: SummaryKind::Count, word: scalar.text.span(), of: None });
        }
        Kind::Scalar(scalar) if !scalar.is_null() => field.ty = Some(type_text::read(&scalar.text, ctx)),
        Kind::Map(_) => read_attributes(entry, allowed, &mut field, ctx),
        _ => keys::report_wrong_kind(&entry.value, "a type, or a mapping with `type`", ctx),
    }
    field
}

fn read_attributes(entry: &Entry, allowed: Allowed, field: &mut Field, ctx: &mut Context) {
    let known = if allowed == Allowed::Summaries { ROW_FIELD_KEYS } else { FIELD_KEYS };
    let Some(keys) = Keys::read(&entry.value, entry.key.span(), "a field", known, ctx) else { return };
    field.doc = keys.doc(ctx);
    field.default = keys.value("default").cloned();
    field.check = keys.value("check").and_then(|node| keys::text(node, "a condition", ctx));
    field.personal = keys.value("personal").and_then(|node| keys::switch(node, ctx)).unwrap_or(false);
    field.ty = keys.value("type").and_then(|node| ty(node, ctx));
    if allowed == Allowed::Summaries {
        field.summary = summary(&keys, ctx);
    }
    if let (Some(summary), Some(default)) = (&field.summary, keys.get("default")) {
        let message = format!("a field with `{}` has no `default`", summary.kind.word());
        ctx.report(
            Diagnostic::new(&code::EXCLUSIVE_KEYS, default.key.span(), message)
                .also(summary.word, "its value comes from the events")
                .help("remove the default"),
        );
    }
    let declared = keys.get("type").is_some() || field.summary.is_some();
    if !declared {
        report_missing_type(entry, ctx);
    }
}

fn summary(keys: &Keys<'_>, ctx: &mut Context) -> Option<Summary> {
    let words: Vec<&'static str> = SummaryKind::ALL.iter().map(|kind| kind.word()).collect();
    let (word, entry) = keys.one_of(&words, ctx)?;
    let kind = SummaryKind::ALL.iter().copied().find(|kind| kind.word() == word)?;
    let of = match kind {
        SummaryKind::Count => keys::switch(&entry.value, ctx).and(None),
        _ => Some(keys::text(&entry.value, "an expression", ctx)?),
    };
    Some(Summary { kind, word: entry.key.span(), of })
}

/// A field whose keys are all strangers is likely a struct that was written in place: the help says so.
fn report_missing_type(entry: &Entry, ctx: &mut Context) {
    let Kind::Map(entries) = &entry.value.kind else { return };
    let misspelt = entries.iter().any(|it| did_you_mean(it.key.text(), ["type"]).is_some());
    if misspelt {
        return;
    }
    let span: Span = entry.key.span();
    let message = format!("the field {} has no `type`", quote(entry.key.text()));
    ctx.report_absence(
        span,
        Diagnostic::new(&code::MISSING_KEY, span, message)
            .help("write `type: …`; a struct is declared under `types` and named here"),
    );
}

/// A type in the place of a value.
pub(super) fn ty(node: &Node, ctx: &mut Context) -> Option<TypeText> {
    let text = keys::text(node, "a type", ctx)?;
    Some(type_text::read(&text, ctx))
}
