//! Rules about projections.

use crate::code::projection as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote, quote_all};
use crate::model::{Domain, FoldAction, Operation, Scalar, SummaryKind, TypeRef, WindowSize, Write};

use super::comparable::{is_column, is_key, is_ordered};

pub(super) fn projections_fold_something(domain: &Domain, ctx: &mut Context) {
    for projection in domain.projections.iter().filter(|it| it.folds.is_empty()) {
        let message = format!("{} folds no event", quote(projection.name.as_str()));
        ctx.report_absence(
            projection.origin.whole(),
            Diagnostic::new(&code::NOTHING_FOLDED, projection.origin.span(), message)
                .help("name events under `on`, or under `from` for summaries"),
        );
    }
}

pub(super) fn keys_can_be_compared(domain: &Domain, ctx: &mut Context) {
    for field in domain.projections.iter().flat_map(|it| &it.key) {
        if !is_key(domain, &field.ty) {
            let text = quote(&domain.type_text(&field.ty));
            let message =
                format!("{} cannot be in a key: {text} has no exact equality", quote(field.name.as_str()));
            ctx.report(
                Diagnostic::new(&code::KEY_TYPE, field.origin.span(), message).help(
                    "take a text, a whole number, a decimal, a date, a `uuid` or an enum without fields",
                ),
            );
        }
    }
}

pub(super) fn keys_have_no_default(domain: &Domain, ctx: &mut Context) {
    for field in domain.projections.iter().flat_map(|it| &it.key).filter(|field| field.default.is_some()) {
        let message = format!("{} is part of the key and has a default", quote(field.name.as_str()));
        ctx.report(
            Diagnostic::new(&code::KEY_DEFAULT, field.origin.span(), message)
                .help("remove the default: the key of a row always comes from the event"),
        );
    }
}

pub(super) fn every_field_is_filled(domain: &Domain, ctx: &mut Context) {
    for projection in &domain.projections {
        // What a method of the user's own does to a row cannot be known.
        if projection.folds.iter().any(|fold| matches!(fold.action, FoldAction::Custom)) {
            continue;
        }
        for (index, row) in projection.fields.iter().enumerate() {
            let filled = row.summary.is_some()
                || row.field.may_be_absent()
                || projection
                    .folds
                    .iter()
                    .any(|fold| writes(&fold.action).iter().any(|it| it.target.field == index));
            if !filled {
                let name = quote(row.field.name.as_str());
                let message = format!("no event sets {name}, and it has no default");
                ctx.report_absence(
                    projection.origin.whole(),
                    Diagnostic::new(&code::UNFILLED_ROW, row.field.origin.span(), message)
                        .help("set it under `on`, give it a `default`, or make it optional with `?`"),
                );
            }
        }
    }
}

pub(super) fn inserts_fill_every_field(domain: &Domain, ctx: &mut Context) {
    for projection in &domain.projections {
        for fold in &projection.folds {
            let FoldAction::Insert(writes) = &fold.action else { continue };
            let missing: Vec<&str> = projection
                .fields
                .iter()
                .enumerate()
                .filter(|(_, row)| row.summary.is_none() && !row.field.may_be_absent())
                .filter(|(index, _)| !writes.iter().any(|write| sets_whole(write, *index)))
                .map(|(_, row)| row.field.name.as_str())
                .collect();
            if !missing.is_empty() {
                let names = quote_all(missing.iter().copied(), "and");
                let message = format!("a row that is inserted has no {names}");
                ctx.report_absence(
                    fold.origin.whole(),
                    Diagnostic::new(&code::UNFILLED_INSERT, fold.origin.span(), message)
                        .help(format!("set {names} here too, or give a `default`")),
                );
            }
        }
    }
}

fn sets_whole(write: &Write, field: usize) -> bool {
    write.target.field == field
        && write.target.entry.is_none()
        && matches!(write.operation, Operation::Set(_))
}

fn writes(action: &FoldAction) -> &[Write] {
    match action {
        FoldAction::Set(writes) | FoldAction::Insert(writes) => writes,
        FoldAction::Delete | FoldAction::Summarize | FoldAction::Custom => &[],
    }
}

pub(super) fn summaries_are_not_written(domain: &Domain, ctx: &mut Context) {
    for projection in &domain.projections {
        for write in projection.folds.iter().flat_map(|fold| writes(&fold.action)) {
            let Some(row) = projection.fields.get(write.target.field).filter(|row| row.summary.is_some())
            else {
                continue;
            };
            let message =
                format!("{} follows its events by itself and is not written", quote(row.field.name.as_str()));
            ctx.report(
                Diagnostic::new(&code::SUMMARY_WRITTEN, write.origin.span(), message)
                    .also(row.field.origin.span(), "declared as a summary here")
                    .help("remove the write, or declare the field with a type and a default"),
            );
        }
    }
}

pub(super) fn summaries_fit_their_types(domain: &Domain, ctx: &mut Context) {
    for row in domain.projections.iter().flat_map(|it| &it.fields) {
        let Some(summary) = &row.summary else { continue };
        let ty = row.field.ty.required();
        if domain.is_stand_in(ty) || domain.is_extern(ty) {
            continue;
        }
        let number = matches!(domain.stored(ty), TypeRef::Scalar(scalar) if scalar.is_number());
        let (fits, wanted) = match summary.kind {
            SummaryKind::Count => {
                (matches!(ty, TypeRef::Scalar(scalar) if scalar.integer().is_some()), "a whole number")
            }
            SummaryKind::Sum => {
                let duration = *domain.stored(ty) == TypeRef::Scalar(Scalar::Duration);
                (number || duration, "a number")
            }
            SummaryKind::Avg => {
                let whole =
                    matches!(domain.stored(ty), TypeRef::Scalar(scalar) if scalar.integer().is_some());
                (number && !whole, "a `decimal` or a floating-point number")
            }
            SummaryKind::Min | SummaryKind::Max => (is_ordered(domain, ty), "something that has an order"),
            SummaryKind::Collect => (matches!(ty, TypeRef::List(_)), "a list"),
            SummaryKind::First | SummaryKind::Last => (true, ""),
        };
        if !fits {
            let word = summary.kind.word();
            let text = quote(&domain.type_text(&row.field.ty));
            let message =
                format!("`{word}` gives {wanted}, and {} is {text}", quote(row.field.name.as_str()));
            ctx.report(
                Diagnostic::new(&code::SUMMARY_TYPE, row.field.origin.span(), message).help(
                    "`count` counts anything, `first` and `last` keep anything, `collect` lists anything",
                ),
            );
        }
    }
}

pub(super) fn hopping_windows_overlap(domain: &Domain, ctx: &mut Context) {
    for window in domain.projections.iter().filter_map(|it| it.window.as_ref()) {
        let (WindowSize::Seconds(size), Some(hop)) = (window.size, window.hop_seconds) else { continue };
        let help = if hop >= size {
            "make `every` shorter than `hopping`, or write `tumbling` for windows that follow each other"
        } else if size % hop != 0 {
            "make `hopping` a whole number of times `every`"
        } else {
            continue;
        };
        let message = format!("a window of {size} seconds does not hop every {hop} seconds");
        ctx.report(Diagnostic::new(&code::HOP, window.origin.span(), message).help(help));
    }
}

pub(super) fn indexed_columns_can_be_compared(domain: &Domain, ctx: &mut Context) {
    for projection in &domain.projections {
        for (index, origins) in projection.indexes.iter().zip(&projection.index_origins) {
            for (place, (column, origin)) in index.iter().zip(origins).enumerate() {
                let name = quote(projection.column_name(*column));
                let ty = projection.column_type(*column);
                let repeated = index.iter().take(place).any(|other| other == column);
                let message = if repeated {
                    format!("{name} stands twice in one index")
                } else if !is_column(domain, &ty) {
                    format!("{name} is {} and cannot be indexed", quote(&domain.type_text(&ty)))
                } else {
                    continue;
                };
                ctx.report(
                    Diagnostic::new(&code::INDEX_TYPE, origin.span(), message).help("take it out of `index`"),
                );
            }
        }
    }
}
