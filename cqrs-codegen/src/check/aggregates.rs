//! Rules about aggregates, their errors and commands.

use crate::code::aggregate as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{
    Decision, Domain, EventId, Field, MessagePart, Origin, Scalar, TypeId, TypeKind, TypeRef,
};

pub(super) fn ids_can_name_streams(domain: &Domain, ctx: &mut Context) {
    for aggregate in &domain.aggregates {
        let stored = domain.stored(&aggregate.id);
        let fits = match stored {
            TypeRef::Scalar(scalar) => {
                matches!(scalar, Scalar::String | Scalar::Uuid | Scalar::I64 | Scalar::U64)
            }
            ty => domain.is_extern(ty),
        };
        if fits {
            continue;
        }
        let text = quote(&domain.type_text(&aggregate.id));
        let message = format!("{text} cannot be the id of {}", quote(aggregate.name.as_str()));
        let reason = match stored {
            TypeRef::Scalar(scalar) if scalar.is_float() => {
                "floating-point numbers have no exact equality; take"
            }
            _ => "an id is one text or number; take",
        };
        ctx.report(
            Diagnostic::new(&code::ID_TYPE, aggregate.id_origin.span(), message)
                .help(format!("{reason} `uuid`, `string`, `i64`, `u64`, or a newtype of one of them")),
        );
    }
}

pub(super) fn states_have_a_start(domain: &Domain, ctx: &mut Context) {
    for aggregate in &domain.aggregates {
        for field in aggregate.state.iter().filter(|field| !has_start(domain, field, &mut Vec::new())) {
            let text = domain.type_text(&field.ty);
            let message = format!("{} has no value before the first event", quote(field.name.as_str()));
            ctx.report(
                Diagnostic::new(&code::NO_START, field.origin.span(), message)
                    .help(format!("write `{}: {text}?`, or give it a `default`", field.name)),
            );
        }
    }
}

fn has_start(domain: &Domain, field: &Field, open: &mut Vec<TypeId>) -> bool {
    field.default.is_some() || type_has_start(domain, &field.ty, open)
}

fn type_has_start(domain: &Domain, ty: &TypeRef, open: &mut Vec<TypeId>) -> bool {
    match ty {
        TypeRef::Optional(_) | TypeRef::List(_) | TypeRef::Set(_) | TypeRef::Map(..) => true,
        TypeRef::Scalar(scalar) => {
            scalar.is_number()
                || matches!(
                    scalar,
                    Scalar::String | Scalar::Bool | Scalar::Bytes | Scalar::Json | Scalar::Duration
                )
        }
        // A type that contains itself is reported by a rule of its own.
        TypeRef::Named(id) if open.contains(id) => true,
        TypeRef::Named(id) => {
            open.push(*id);
            let has = match &domain.ty(*id).kind {
                TypeKind::Newtype { inner, .. } => type_has_start(domain, inner, open),
                TypeKind::Struct(fields) => fields.iter().all(|field| has_start(domain, field, open)),
                TypeKind::Enum(_) => false,
                TypeKind::Extern(_) => true,
            };
            open.pop();
            has
        }
    }
}

pub(super) fn aggregates_record_something(domain: &Domain, ctx: &mut Context) {
    for aggregate in domain.aggregates.iter().filter(|it| it.events.is_empty()) {
        let message = format!("{} has no event", quote(aggregate.name.as_str()));
        ctx.report_absence(
            aggregate.origin.whole(),
            Diagnostic::new(&code::NO_EVENTS, aggregate.origin.span(), message)
                .help("declare what it records under `events`"),
        );
    }
}

/// A `check` guards values that enter by a command; anywhere else it would never be held against anything.
pub(super) fn rules_stand_where_values_enter(domain: &Domain, ctx: &mut Context) {
    let state = domain.aggregates.iter().flat_map(|it| &it.state).map(|field| (field, "the state"));
    let events = domain
        .events
        .iter()
        .flat_map(|it| it.fields.iter().chain(it.history.iter().flat_map(|it| &it.fields)));
    let errors = domain.errors.iter().flat_map(|it| &it.fields).map(|field| (field, "an error"));
    let rows =
        domain.projections.iter().flat_map(|it| it.key.iter().chain(it.fields.iter().map(|row| &row.field)));
    let others = events.map(|field| (field, "an event")).chain(rows.map(|field| (field, "a row")));
    for (field, owner) in state.chain(errors).chain(others).filter(|(field, _)| field.check.is_some()) {
        let message =
            format!("{} is a field of {owner}, where no rule is held against it", quote(field.name.as_str()));
        ctx.report(
            Diagnostic::new(&code::RULE_OUTSIDE_COMMAND, field.origin.span(), message)
                .help("give the `check` to the command's field, or to a newtype of its own"),
        );
    }
}

pub(super) fn sentences_show_what_has_a_text(domain: &Domain, ctx: &mut Context) {
    for error in &domain.errors {
        let mut shown: Vec<usize> = error
            .message
            .iter()
            .filter_map(|part| match part {
                MessagePart::Field(index) => Some(*index),
                MessagePart::Text(_) => None,
            })
            .collect();
        shown.dedup();
        for field in shown.into_iter().filter_map(|index| error.fields.get(index)) {
            let has_text = match domain.stored(&field.ty) {
                TypeRef::Scalar(scalar) => !matches!(scalar, Scalar::Bytes | Scalar::Json),
                TypeRef::Named(id) => match &domain.ty(*id).kind {
                    TypeKind::Enum(variants) => variants.iter().all(|variant| variant.fields.is_empty()),
                    TypeKind::Extern(_) => true,
                    TypeKind::Struct(_) | TypeKind::Newtype { .. } => false,
                },
                _ => false,
            };
            if !has_text {
                let text = quote(&domain.type_text(&field.ty));
                let message =
                    format!("the sentence shows {}, but a {text} has no text", quote(field.name.as_str()));
                ctx.report(
                    Diagnostic::new(&code::MESSAGE_TYPE, field.origin.span(), message)
                        .also(error.origin.span(), "in the sentence of this error")
                        .help("leave it out of the sentence; it remains a field of the error"),
                );
            }
        }
    }
}

pub(super) fn retired_events_are_not_used(domain: &Domain, ctx: &mut Context) {
    let mut uses: Vec<(EventId, Origin, &str)> = Vec::new();
    for command in &domain.commands {
        if let Decision::Emit(emissions) = &command.decision {
            uses.extend(emissions.iter().map(|it| (it.event, it.origin, "emitted")));
        }
    }
    for projection in &domain.projections {
        uses.extend(projection.folds.iter().map(|it| (it.event, it.origin, "folded")));
    }
    for scenario in &domain.scenarios {
        uses.extend(scenario.given.iter().map(|it| (it.event, it.origin, "given")));
    }
    for (event, origin, verb) in uses {
        let event = domain.event(event);
        if event.retired.is_none() {
            continue;
        }
        let message = format!("the retired event {} is {verb}", quote(event.name.as_str()));
        ctx.report(
            Diagnostic::new(&code::RETIRED_USED, origin.span(), message)
                .also(event.origin.span(), "retired here")
                .help("use the event that took its place"),
        );
    }
}
