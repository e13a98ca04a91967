//! What a lock says once today's domain is released too.

use crate::difference;
use crate::model::{Domain, Event, Located, Version};

/// What is released once `today` is: every shape of `released`, and of `today` all that does not contradict one.
///
/// Where both have a shape of one identity, the released one stands; only that which is written today takes on what
/// was added to it. A shape that today's domain no longer has is kept under its event of those days.
/// [`rules::compare`](crate::rules::compare) of `released` and the result says what was added.
#[must_use]
pub fn merge(released: &Domain, today: &Domain) -> Domain {
    let mut merged = Domain::new(&today.name);
    for (aggregate, of) in &today.aggregates {
        for (name, event) in &of.events {
            let (retired, published) = (event.retired, event.published);
            let entry = Event { retired, published, versions: Default::default() };
            merged.aggregates.entry(aggregate.clone()).or_default().events.insert(name.clone(), entry);
        }
    }
    for located in today.versions() {
        let version = match released.find(&located.stored_as()) {
            Some(before) => settle(before, located),
            None => located.version.clone(),
        };
        place(&mut merged, located.aggregate, located.event_name, located, version);
    }
    for located in released.versions().filter(|located| today.find(&located.stored_as()).is_none()) {
        keep(&mut merged, located);
    }
    merged
}

/// The released version, with what was added where it is still written.
fn settle(released: Located<'_>, today: Located<'_>) -> Version {
    let found = difference::between(&released.version.shape, &today.version.shape);
    let grows = !found.is_empty() && found.iter().all(|difference| difference.kind.is_addition());
    let mut settled =
        if grows && today.is_written() { today.version.clone() } else { released.version.clone() };
    // A step is written when the version after it is, and may say more later.
    let said = released.version.step.iter().chain(&today.version.step).flatten();
    settled.step = Some(said.cloned().collect());
    settled
}

/// Keeps a shape that today's domain has no more.
fn keep(merged: &mut Domain, located: Located<'_>) {
    let mut name = located.event_name.to_owned();
    // Its place may be taken by a shape of another identity; then it stands under a name that no event can have.
    while merged
        .event(located.aggregate, &name)
        .is_some_and(|event| event.versions.contains_key(&located.number))
    {
        name.push_str(" (released)");
    }
    place(merged, located.aggregate, &name, located, located.version.clone());
}

fn place(merged: &mut Domain, aggregate: &str, event: &str, located: Located<'_>, version: Version) {
    let of = merged.aggregates.entry(aggregate.to_owned()).or_default();
    let entry = of.events.entry(event.to_owned()).or_insert_with(|| Event {
        retired: located.event.retired,
        published: located.event.published,
        versions: Default::default(),
    });
    entry.versions.insert(located.number, version);
}
