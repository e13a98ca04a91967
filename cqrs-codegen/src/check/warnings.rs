//! What is worth a look: things that are declared and lead to nothing.

use std::collections::BTreeSet;

use crate::code::warning as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Apply, Column, Command, Decision, Domain, Retirement, RoleId, TypeId, TypeRef};

use super::types::written_types;

/// Types that nothing mentions; those of imported files may be there for other schemas.
pub(super) fn types_are_used(domain: &Domain, ctx: &mut Context) {
    let mut used: BTreeSet<TypeId> = BTreeSet::new();
    let ids = domain.aggregates.iter().map(|it| &it.id);
    for ty in written_types(domain).into_iter().map(|(_, _, ty)| ty).chain(ids) {
        collect_named(ty, &mut used);
    }
    for (id, ty) in domain.types() {
        let name = ty.name.as_str();
        let imported = ty.origin.span().file != domain.origin.span().file;
        let in_code = || domain.expressions.iter().any(|it| mentions(it.text.text(), name));
        if !imported && !used.contains(&id) && !in_code() {
            let message = format!("the type {} is used nowhere", quote(name));
            let help = "remove it, or give it to a field";
            ctx.report(Diagnostic::new(&code::UNUSED_TYPE, ty.origin.span(), message).help(help));
        }
    }
}

fn collect_named(ty: &TypeRef, used: &mut BTreeSet<TypeId>) {
    match ty {
        TypeRef::Scalar(_) => {}
        TypeRef::Named(id) => {
            used.insert(*id);
        }
        TypeRef::Optional(inner) | TypeRef::List(inner) | TypeRef::Set(inner) => collect_named(inner, used),
        TypeRef::Map(key, value) => {
            collect_named(key, used);
            collect_named(value, used);
        }
    }
}

/// Whether `code` has `name` as a word of its own.
fn mentions(code: &str, name: &str) -> bool {
    code.split(|it: char| !(it.is_alphanumeric() || it == '_')).any(|word| word == name)
}

pub(super) fn events_are_emitted(domain: &Domain, ctx: &mut Context) {
    let mut emitted = BTreeSet::new();
    for command in &domain.commands {
        if let Decision::Emit(emissions) = &command.decision {
            emitted.extend(emissions.iter().map(|it| it.event));
        }
    }
    for event in &domain.events {
        if let Some(Retirement::Into(replacements)) = &event.retired {
            emitted.extend(replacements.iter().map(|it| it.event));
        }
    }
    for (id, event) in domain.events() {
        let commands = &domain.aggregate(event.aggregate).commands;
        let by_hand = commands.is_empty() || commands.iter().any(|id| is_custom(domain.command(*id)));
        if event.retired.is_none() && !by_hand && !emitted.contains(&id) {
            let message = format!("no command emits {}", quote(event.name.as_str()));
            let help = "emit it, or write `retired: drop` if it is no longer written";
            ctx.report(Diagnostic::new(&code::UNEMITTED_EVENT, event.origin.span(), message).help(help));
        }
    }
}

fn is_custom(command: &Command) -> bool {
    command.decision == Decision::Custom
}

pub(super) fn projections_are_queried(domain: &Domain, ctx: &mut Context) {
    for (id, projection) in domain.projections() {
        if !domain.queries.iter().any(|query| query.from == id) {
            let message = format!("no query asks {}", quote(projection.name.as_str()));
            let help = "add a query, or leave it where SQL or your own code reads the table";
            ctx.report(
                Diagnostic::new(&code::UNQUERIED_PROJECTION, projection.origin.span(), message).help(help),
            );
        }
    }
}

pub(super) fn roles_are_asked_for(domain: &Domain, ctx: &mut Context) {
    let commands = domain.commands.iter().filter_map(|it| it.allow.as_ref());
    let queries = domain.queries.iter().filter_map(|it| it.allow.as_ref());
    let used: BTreeSet<RoleId> = commands.chain(queries).flatten().copied().collect();
    for (id, (name, origin)) in domain.roles() {
        if !used.contains(&id) {
            let message = format!("no command or query allows the role {}", quote(name.as_str()));
            let help = "name it in an `allow`, or remove it";
            ctx.report(Diagnostic::new(&code::UNUSED_ROLE, origin.span(), message).help(help));
        }
    }
}

pub(super) fn errors_are_given(domain: &Domain, ctx: &mut Context) {
    let given: BTreeSet<_> =
        domain.commands.iter().flat_map(|it| &it.requirements).map(|requirement| requirement.error).collect();
    for (id, error) in domain.errors() {
        let commands = &domain.aggregate(error.aggregate).commands;
        let by_hand = commands.is_empty() || commands.iter().any(|id| is_custom(domain.command(*id)));
        if !by_hand && !given.contains(&id) {
            let message = format!("no command refuses with {}", quote(error.name.as_str()));
            let help = "name it in an `else`, or remove it";
            ctx.report(Diagnostic::new(&code::UNUSED_ERROR, error.origin.span(), message).help(help));
        }
    }
}

pub(super) fn states_change(domain: &Domain, ctx: &mut Context) {
    for aggregate in &domain.aggregates {
        let applies: Vec<&Apply> = aggregate.events.iter().map(|id| &domain.event(*id).apply).collect();
        if applies.iter().any(|apply| **apply == Apply::Custom) {
            continue;
        }
        for (index, field) in aggregate.state.iter().enumerate() {
            let changed = applies.iter().any(|apply| match apply {
                Apply::Writes(writes) => writes.iter().any(|write| write.target.field == index),
                Apply::Nothing | Apply::Custom => false,
            });
            if !changed {
                let message = format!("no event changes {}", quote(field.name.as_str()));
                let help = "write it in the `apply` of an event, or remove it";
                ctx.report(Diagnostic::new(&code::CONSTANT_STATE, field.origin.span(), message).help(help));
            }
        }
    }
}

pub(super) fn filters_have_an_index(domain: &Domain, ctx: &mut Context) {
    for query in &domain.queries {
        let projection = domain.projection(query.from);
        let first_columns = projection.indexes.iter().filter_map(|index| index.first());
        let covered: Vec<Column> = first_columns.copied().chain([Column::Key(0)]).collect();
        let narrows = query.filters.iter().any(|filter| covered.contains(&filter.column));
        if let Some(filter) = query.filters.first().filter(|_| !narrows) {
            let name = projection.column_name(filter.column);
            let message =
                format!("nothing finds the rows of {} by {}", quote(projection.name.as_str()), quote(name));
            let help = format!("add `index: [{name}]` to {}", quote(projection.name.as_str()));
            ctx.report(
                Diagnostic::new(&code::UNINDEXED_FILTER, filter.origin.span(), message)
                    .also(projection.origin.span(), "declared here")
                    .help(help),
            );
        }
    }
}
