//! What stands in the place of a value: code, a plain value, or a struct as a mapping; and writes to fields.

use crate::code::document as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

use super::ast::{Assignment, Construction, Operation, Term, Write};
use super::keys;
use super::{name, whole};

const OPERATIONS: &[&str] = &["add", "subtract", "push", "insert", "remove", "clear"];

/// A term: a text is code, `{ value: … }` a plain value, any other mapping a struct.
pub(super) fn term(node: &Node, ctx: &mut Context) -> Option<Term> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => Some(Term::Code(scalar.text.clone())),
        Kind::Map(entries) => match entries.as_slice() {
            [Entry { key, value }] if key.text() == "value" => Some(Term::Value(value.clone())),
            // A list is no term, so that the key can only have been meant as `value`.
            [Entry { key, value: Node { kind: Kind::List(_), .. } }] => {
                keys::report_unknown_key(key, "a plain value", &["value"], ctx);
                None
            }
            entries => Some(Term::Struct(node.head(&ctx.sources), assignments(entries, ctx))),
        },
        _ => {
            keys::report_wrong_kind(node, "an expression, `{ value: … }`, or the fields of a struct", ctx);
            None
        }
    }
}

/// Fields and the terms that fill them.
pub(super) fn assignments(entries: &[Entry], ctx: &mut Context) -> Vec<Assignment> {
    keys::whole_entries(entries)
        .filter_map(|entry| term(&entry.value, ctx).map(|term| Assignment { name: name(entry), term }))
        .collect()
}

/// A name alone, or one name with fields: `{ MoneyDeposited: { … } }`, and beside it `if` where that is allowed.
pub(super) fn construction(
    node: &Node,
    what: &str,
    may_have_if: bool,
    ctx: &mut Context,
) -> Option<Construction> {
    match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => Some(Construction {
            name: scalar.text.clone(),
            whole: scalar.text.span(),
            fields: Vec::new(),
            when: None,
        }),
        Kind::Map(entries) => {
            let (conditions, named): (Vec<&Entry>, Vec<&Entry>) =
                entries.iter().partition(|entry| may_have_if && entry.key.text() == "if");
            let [named] = named.as_slice() else {
                let beside: &[&str] = if may_have_if { &["if"] } else { &[] };
                keys::report_not_one_name(node, &named, what, beside, ctx);
                return None;
            };
            let when = conditions.first().and_then(|entry| keys::text(&entry.value, "a condition", ctx));
            Some(Construction { when, ..named_construction(named, ctx)? })
        }
        _ => {
            keys::report_wrong_kind(node, &format!("the name of {what}, or `{{ Name: {{ … }} }}`"), ctx);
            None
        }
    }
}

/// One entry of a mapping from names to fields.
pub(super) fn named_construction(entry: &Entry, ctx: &mut Context) -> Option<Construction> {
    let fields = keys::entries(&entry.value, "fields", ctx)?;
    Some(Construction {
        name: name(entry),
        whole: whole(entry),
        fields: assignments(fields, ctx),
        when: None,
    })
}

/// Writes to fields: `balance: state.balance + event.amount`, `lines: { push: … }`.
pub(super) fn writes(node: &Node, ctx: &mut Context) -> Vec<Write> {
    let entries = keys::entries(node, "fields and what they become", ctx).unwrap_or_default();
    keys::whole_entries(entries)
        .filter_map(|entry| {
            let operation = operation(entry, ctx)?;
            Some(Write { target: name(entry), whole: whole(entry), operation })
        })
        .collect()
}

fn operation(entry: &Entry, ctx: &mut Context) -> Option<Operation> {
    let Kind::Map(entries) = &entry.value.kind else { return term(&entry.value, ctx).map(Operation::Set) };
    let operations: Vec<&Entry> = entries.iter().filter(|it| OPERATIONS.contains(&it.key.text())).collect();
    let (Some(first), true) = (operations.first(), operations.len() == entries.len()) else {
        return term(&entry.value, ctx).map(Operation::Set);
    };
    if let Some(second) = operations.get(1) {
        let message = format!("{} is given two operations", quote(entry.key.text()));
        ctx.report(
            Diagnostic::new(&code::EXCLUSIVE_KEYS, second.key.span(), message)
                .also(first.key.span(), "the first is here")
                .help("keep one of them; one write does one thing"),
        );
    }
    let word: Span = first.key.span();
    let operand = |ctx: &mut Context| term(&first.value, ctx);
    Some(match first.key.text() {
        "add" => Operation::Add(word, operand(ctx)?),
        "subtract" => Operation::Subtract(word, operand(ctx)?),
        "push" => Operation::Push(word, operand(ctx)?),
        "insert" => Operation::Insert(word, operand(ctx)?),
        "remove" => Operation::Remove(word, operand(ctx)?),
        _ => {
            if !keys::switch(&first.value, ctx)? {
                let help = "write `clear: true`, or remove the line";
                keys::report_empty(first.value.span, "`clear: false` does nothing", help, ctx);
            }
            Operation::Clear(word)
        }
    })
}
