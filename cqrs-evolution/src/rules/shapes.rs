//! The rule about released shapes: they only gain what an older payload may lack and an older reader may meet.

use super::catalogue as rule;
use super::events::{finding, version_subject, with_consumers};
use super::{Finding, Rule, Subject, Tier};
use crate::difference::{self, Difference, Kind};
use crate::model::{Domain, Located};

pub(super) fn released_shapes_only_gain(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for released in old.versions() {
        let Some(today) = new.find(&released.stored_as()) else { continue };
        for difference in difference::between(&released.version.shape, &today.version.shape) {
            found.extend(judge(released, today, &difference));
        }
    }
}

/// What a difference means for a released shape; nothing where it means nothing.
fn judge(released: Located<'_>, today: Located<'_>, difference: &Difference) -> Option<Finding> {
    let is_of_the_event = !difference.path.contains(['.', '[']);
    let is_edit = is_of_the_event && matches!(difference.kind, Kind::FieldAdded { may_be_absent: true, .. });
    if difference.kind.is_addition() && !today.is_written() {
        // A named type that has grown is no matter for shapes of the past: their records have nothing of it.
        return is_edit.then(|| edited_history(released, today, difference));
    }
    let (rule, tiers, change) = meaning(&difference.kind);
    let message = format!("{} of {today} {change}", place(difference));
    let hurts = with_consumers(tiers, released.event);
    let subject = subject(released, today, difference);
    Some(Finding { message, help: help(released, today, difference), ..finding(rule, &hurts, subject) })
}

fn edited_history(released: Located<'_>, today: Located<'_>, difference: &Difference) -> Finding {
    Finding {
        message: format!("{} was added to {today}, which is history", place(difference)),
        help: format!(
            "take it out: no record of version {} has it; put it into today's shape, version {}",
            released.number,
            today.event.newest()
        ),
        ..finding(
            &rule::HISTORY_EDITED,
            &with_consumers(&[Tier::StoredLog], released.event),
            subject(released, today, difference),
        )
    }
}

fn subject(released: Located<'_>, today: Located<'_>, difference: &Difference) -> Subject {
    Subject {
        path: Some(difference.path.clone()),
        part: Some(difference.part.clone()),
        ..version_subject(released, today.event_name)
    }
}

/// The place as a sentence begins with it.
fn place(difference: &Difference) -> String {
    let Difference { path, kind, .. } = difference;
    match kind {
        Kind::VariantAdded | Kind::VariantRemoved | Kind::PayloadChanged { .. } => {
            format!("variant `{path}`")
        }
        _ => format!("field `{path}`"),
    }
}

/// The rule that a difference falls under, whom it hurts, and the change as the end of a sentence.
fn meaning(kind: &Kind) -> (&'static Rule, &'static [Tier], String) {
    const READERS: &[Tier] = &[Tier::RunningBinary];
    const ALL: &[Tier] = &[Tier::StoredLog, Tier::RunningBinary];
    match kind {
        Kind::FieldRemoved { was } => (&rule::FIELD_REMOVED, ALL, format!("is gone; it was of type `{was}`")),
        Kind::FieldAdded { is, may_be_absent: false } => (
            &rule::FIELD_REQUIRED,
            &[Tier::StoredLog],
            format!("of type `{is}` is new, and stored records lack it"),
        ),
        Kind::FieldAdded { is, may_be_absent: true } => {
            (&rule::FIELD_ADDED, &[], format!("of type `{is}` is new, and may be absent"))
        }
        Kind::Widened { was, is } => {
            (&rule::FIELD_WIDENED, READERS, format!("was of type `{was}` and is `{is}`, which is wider"))
        }
        Kind::Narrowed { was, is } => (
            &rule::FIELD_NARROWED,
            &[Tier::StoredLog],
            format!("was of type `{was}` and is `{is}`, which is narrower"),
        ),
        Kind::Retyped { was, is } => {
            (&rule::FIELD_RETYPED, ALL, format!("was of type `{was}` and is `{is}`"))
        }
        Kind::BecameOptional { was, is } => (
            &rule::FIELD_OPTIONAL,
            READERS,
            format!("was of type `{was}` and is `{is}`, so that it may be null"),
        ),
        Kind::BecameRequired { was, is } => (
            &rule::FIELD_NO_LONGER_OPTIONAL,
            &[Tier::StoredLog],
            format!("was of type `{was}` and is `{is}`, though it may be stored as null"),
        ),
        Kind::DefaultRemoved => (
            &rule::DEFAULT_REMOVED,
            &[Tier::StoredLog],
            "has no default any more, and stored records may lack it".to_owned(),
        ),
        Kind::DefaultAdded => {
            (&rule::DEFAULT_ADDED, &[], "has a default now, so that a record may lack it".to_owned())
        }
        Kind::VariantRemoved => (&rule::VARIANT_REMOVED, &[Tier::StoredLog], "is gone".to_owned()),
        Kind::VariantAdded => (
            &rule::VARIANT_ADDED,
            READERS,
            "is new, and an older build that meets it cannot read the record".to_owned(),
        ),
        Kind::PayloadChanged { was, is } => {
            (&rule::PAYLOAD_CHANGED, ALL, format!("carried {was}, and carries {is}"))
        }
        Kind::ExternChanged { was, is } => (
            &rule::EXTERN_CHANGED,
            ALL,
            format!("was of type `{was}` and is `{is}`, and of one of them nothing is known but its name"),
        ),
    }
}

fn help(released: Located<'_>, today: Located<'_>, difference: &Difference) -> String {
    let Difference { path, part, kind } = difference;
    let (number, newest, name) = (released.number, today.event.newest(), today.event_name);
    match kind {
        Kind::FieldAdded { may_be_absent: true, .. } | Kind::DefaultAdded => {
            return "nothing is to be done for the log, and older builds pass over it".to_owned();
        }
        Kind::VariantAdded => {
            return "deploy every reader before anybody writes it, or give the event a new version, which older builds tell \
                    apart"
                .to_owned();
        }
        _ => {}
    }
    // What a named type was in those days has to be said by a type of its own.
    let of_those_days = match part.split_once('.') {
        Some((ty, _)) if part != path => format!(", with a type of its own for `{ty}` as it was"),
        _ => String::new(),
    };
    if number < newest || today.event.retired {
        return format!(
            "put version {number} back as it was released{of_those_days}: its records do not change"
        );
    }
    let next = newest.saturating_add(1);
    let step = match kind {
        Kind::FieldAdded { .. } => format!(", and say what `{path}` is for records of version {number}"),
        Kind::FieldRemoved { .. } => {
            format!(", and where `{path}` only has another name, carry it over in the step to version {next}")
        }
        _ => format!(", and say how the one becomes the other in the step to version {next}"),
    };
    format!(
        "give `{name}` version {next}, keep the released shape as version {number} in its history{of_those_days}{step}"
    )
}
