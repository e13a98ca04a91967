//! Rules about what is written to states and rows.

use crate::code::aggregate as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Apply, Domain, ExpressionId, Field, FoldAction, KEYWORDS, Operation, Term, Write};

pub(super) fn writes_change_something(domain: &Domain, ctx: &mut Context) {
    for event in &domain.events {
        if let Apply::Writes(writes) = &event.apply {
            let state: Vec<&Field> = domain.aggregate(event.aggregate).state.iter().collect();
            each_changes_something(domain, writes, &state, "state", ctx);
        }
    }
    for projection in &domain.projections {
        let columns: Vec<&Field> = projection.fields.iter().map(|row| &row.field).collect();
        for fold in &projection.folds {
            if let FoldAction::Set(writes) = &fold.action {
                each_changes_something(domain, writes, &columns, "row", ctx);
            }
        }
    }
}

fn each_changes_something(
    domain: &Domain,
    writes: &[Write],
    fields: &[&Field],
    owner: &str,
    ctx: &mut Context,
) {
    for write in writes.iter().filter(|write| write.target.entry.is_none()) {
        let (Operation::Set(Term::Expression(value)), Some(field)) =
            (&write.operation, fields.get(write.target.field))
        else {
            continue;
        };
        if reads_just(domain, *value, owner, field) {
            let name = quote(field.name.as_str());
            let message = format!("{name} is set to what it is");
            let raw = if KEYWORDS.contains(&field.name.as_str()) { "r#" } else { "" };
            ctx.report(Diagnostic::new(&code::WRITTEN_TO_ITSELF, write.origin.span(), message).help(
                format!(
                    "leave it out, or set it to something of the event, as in `event.{raw}{}`",
                    field.name
                ),
            ));
        }
    }
}

/// Whether an expression is the field of the owner, and nothing else.
fn reads_just(domain: &Domain, expression: ExpressionId, owner: &str, field: &Field) -> bool {
    let mut text = domain.expression(expression).text.text().trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        text = inner.trim();
    }
    text.split_once('.').is_some_and(|(base, name)| {
        base.trim() == owner && name.trim().trim_start_matches("r#") == field.name.as_str()
    })
}
