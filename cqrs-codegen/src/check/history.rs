//! Rules about older shapes of events, and about events that are no longer written.

use std::collections::BTreeMap;

use crate::code::history as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Apply, Domain, Origin, Retirement};

/// How many missing versions a report names.
const NAMED: usize = 5;

pub(super) fn histories_have_no_gap(domain: &Domain, ctx: &mut Context) {
    for event in &domain.events {
        let known = event.history.iter().filter(|shape| shape.version < event.version).count();
        let expected = event.version as usize - 1;
        if known >= expected {
            continue;
        }
        let missing: Vec<String> = (1..event.version)
            .filter(|version| event.history.iter().all(|shape| shape.version != *version))
            .take(NAMED)
            .map(|version| version.to_string())
            .collect();
        let and_more = if expected - known > NAMED { ", …" } else { "" };
        let versions = if expected - known == 1 { "version" } else { "versions" };
        let message = format!(
            "{} is at version {}, but its history lacks {versions} {}{and_more}",
            quote(event.name.as_str()),
            event.version,
            missing.join(", ")
        );
        let first = missing.first().map_or("1", String::as_str);
        ctx.report_absence(
            event.origin.whole(),
            Diagnostic::new(&code::GAP, event.origin.span(), message).help(format!(
                "add `{first}: {{ fields: {{ … }} }}` under `history`, with the fields of those days"
            )),
        );
    }
}

pub(super) fn history_comes_before_today(domain: &Domain, ctx: &mut Context) {
    for event in &domain.events {
        for shape in event.history.iter().filter(|shape| shape.version >= event.version) {
            let message = format!(
                "version {} stands under `history`, but {} is at version {}",
                shape.version,
                quote(event.name.as_str()),
                event.version
            );
            ctx.report(Diagnostic::new(&code::NOT_BEFORE_TODAY, shape.origin.span(), message).help(format!(
                "write `version: {}` if the event has changed since",
                shape.version.saturating_add(1)
            )));
        }
    }
}

pub(super) fn stored_names_are_unambiguous(domain: &Domain, ctx: &mut Context) {
    for aggregate in &domain.aggregates {
        let mut stored: BTreeMap<(&str, u32), (&str, Origin)> = BTreeMap::new();
        for event in aggregate.events.iter().map(|id| domain.event(*id)) {
            let older =
                event.history.iter().map(|shape| (shape.stored_name.as_str(), shape.version, shape.origin));
            for (name, version, origin) in older.chain([(event.name.as_str(), event.version, event.origin)]) {
                let Some((other, first)) = stored.insert((name, version), (event.name.as_str(), origin))
                else {
                    continue;
                };
                if other == event.name.as_str() {
                    continue;
                }
                let message = format!(
                    "version {version} of {} and of {} are both stored as {}",
                    quote(other),
                    quote(event.name.as_str()),
                    quote(name)
                );
                ctx.report(
                    Diagnostic::new(&code::AMBIGUOUS, origin.span(), message)
                        .also(first.span(), "the other is here")
                        .help("give the newer event another name, or begin it at a version that was never written"),
                );
            }
        }
    }
}

pub(super) fn retired_events_are_not_applied(domain: &Domain, ctx: &mut Context) {
    for event in domain.events.iter().filter(|it| it.retired.is_some() && it.apply != Apply::Nothing) {
        let message = format!("{} is retired, so its `apply` would never run", quote(event.name.as_str()));
        ctx.report(
            Diagnostic::new(&code::RETIRED_APPLY, event.origin.span(), message)
                .help("remove `apply`; the events that it is read as have their own"),
        );
    }
}

pub(super) fn retired_events_are_read_as_living_ones(domain: &Domain, ctx: &mut Context) {
    for event in &domain.events {
        let Some(Retirement::Into(replacements)) = &event.retired else { continue };
        for other in replacements.iter().map(|it| domain.event(it.event)).filter(|it| it.retired.is_some()) {
            let (name, other_name) = (quote(event.name.as_str()), quote(other.name.as_str()));
            let message = if event.name == other.name {
                format!("{name} is retired and read as itself")
            } else {
                format!("{name} is read as {other_name}, which is retired too")
            };
            ctx.report(
                Diagnostic::new(&code::RETIRED_INTO_RETIRED, event.origin.span(), message)
                    .also(other.origin.span(), "retired here")
                    .help("name the events of today that say the same, or write `retired: drop`"),
            );
        }
    }
}
