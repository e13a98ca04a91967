//! The rules of change: what each asks, whom a breach hurts, and what to do.
//!
//! One list serves a lock against today's code and any two states of a domain. A released shape may only gain: a field
//! that may be absent, a variant of an enum. All else is a new version. What is added is said in notes, what somebody may
//! stumble over in warnings, and what contradicts a released shape in errors.

pub mod catalogue;
mod events;
mod finding;
mod shapes;
mod surface;

pub use catalogue::Rule;
pub use finding::{Class, Finding, Severity, Subject, Tier};

use crate::model::Domain;

/// What changed from `old` to `new`, in a stable order. Nothing where both are stored alike and offer the same.
///
/// `old` is mostly a lock and `new` the code of today. What only one of them knows of, as a lock knows nothing of read
/// models, is not compared.
#[must_use]
pub fn compare(old: &Domain, new: &Domain) -> Vec<Finding> {
    let mut found = Vec::new();
    events::aggregates_stay(old, new, &mut found);
    events::events_stay_or_are_retired(old, new, &mut found);
    events::versions_stay(old, new, &mut found);
    events::stored_names_stay(old, new, &mut found);
    events::versions_of_one_event_stay_together(old, new, &mut found);
    events::names_are_not_given_to_other_events(old, new, &mut found);
    events::retired_events_stay_retired(old, new, &mut found);
    events::steps_say_what_they_said(old, new, &mut found);
    events::published_events_stay_published(old, new, &mut found);
    shapes::released_shapes_only_gain(old, new, &mut found);
    events::additions_are_said(old, new, &mut found);
    if let (Some(old), Some(new)) = (&old.surface, &new.surface) {
        surface::read_models_are_rebuilt(old, new, &mut found);
        surface::callers_still_compile(old, new, &mut found);
    }
    found.sort_by(|one, other| one.order().cmp(&other.order()));
    found
}
