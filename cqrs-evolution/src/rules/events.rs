//! Rules about which events and versions there are, and under which names they are stored.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue as rule;
use super::{Finding, Rule, Subject, Tier};
use crate::model::{Domain, Event, Located, StoredAs};

pub(super) fn aggregates_stay(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    let gone = old.aggregates.iter().filter(|(name, _)| !new.aggregates.contains_key(*name));
    for (name, aggregate) in gone.filter(|(_, aggregate)| !aggregate.events.is_empty()) {
        let events = aggregate.events.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let subject = Subject { aggregate: None, item: name.clone(), ..Subject::default() };
        found.push(Finding {
            message: format!("aggregate `{name}` is gone, and its streams with the events {events}"),
            help: format!("put `{name}` back, with its events retired where they are no longer written"),
            ..finding(&rule::AGGREGATE_GONE, &[Tier::StoredLog, Tier::RunningBinary], subject)
        });
    }
}

pub(super) fn events_stay_or_are_retired(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for (aggregate, name, event) in released(old, new) {
        if old_versions(old, aggregate, name).all(|version| new.find(&version.stored_as()).is_none())
            && renamed_in_place(old, new, aggregate, name).is_none()
        {
            let message = format!("event `{aggregate}.{name}` is gone, though records of it may be stored");
            let help = format!(
                "put `{name}` back as it was, and where it is no longer written retire it, saying what its records are \
                 read as"
            );
            let hurts = with_consumers(&[Tier::StoredLog], event);
            found.push(Finding {
                message,
                help,
                ..finding(&rule::EVENT_GONE, &hurts, event_subject(aggregate, name))
            });
        }
    }
}

pub(super) fn versions_stay(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for version in missing(old, new) {
        let is_known = |other: Located<'_>| new.find(&other.stored_as()).is_some();
        let some_stay = old_versions(old, version.aggregate, version.event_name).any(is_known);
        if some_stay && other_name(new, version).is_none() {
            let message = format!("{version} is gone, though records of it may be stored");
            let help = format!(
                "put version {} back into the history, with the step to the next one",
                version.number
            );
            let hurts = with_consumers(&[Tier::StoredLog], version.event);
            let subject = version_subject(version, version.event_name);
            found.push(Finding { message, help, ..finding(&rule::VERSION_GONE, &hurts, subject) });
        }
    }
}

pub(super) fn stored_names_stay(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for version in missing(old, new) {
        let Some((event, name)) = other_name(new, version) else { continue };
        let was = &version.version.name;
        found.push(Finding {
            message: format!(
                "version {} of `{}.{event}` was stored as `{was}`, and `{name}` is looked for",
                version.number, version.aggregate
            ),
            help: format!(
                "a new name begins with a new version: write version {} under `{name}`, and version {} as `{was}` in its \
                 history",
                version.number.saturating_add(1),
                version.number
            ),
            ..finding(
                &rule::STORED_NAME_CHANGED,
                &with_consumers(&[Tier::StoredLog, Tier::RunningBinary], version.event),
                version_subject(version, &event),
            )
        });
    }
}

pub(super) fn versions_of_one_event_stay_together(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for (aggregate, name, event) in released(old, new) {
        let mut homes: BTreeMap<&str, u32> = BTreeMap::new();
        for version in old_versions(old, aggregate, name) {
            if let Some(there) = new.find(&version.stored_as()) {
                homes.entry(there.event_name).or_insert(there.number);
            }
        }
        if homes.len() > 1 {
            let parts: Vec<_> =
                homes.iter().map(|(event, version)| format!("version {version} as `{event}`")).collect();
            found.push(Finding {
                message: format!(
                    "the versions of `{aggregate}.{name}` are read as different events: {}",
                    parts.join(", ")
                ),
                help: format!("keep every released version in the history of one event; to make two events of `{name}`, \
                     retire it and say what its records are read as"),
                ..finding(
                    &rule::VERSIONS_PARTED,
                    &with_consumers(&[Tier::StoredLog], event),
                    event_subject(aggregate, name),
                )
            });
        }
    }
}

pub(super) fn names_are_not_given_to_other_events(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for today in new.versions().filter(|it| it.is_written() && new_to(old, *it)) {
        let name = &today.version.name;
        let named = |event: &Event| event.versions.values().any(|version| &version.name == name);
        let aggregate = old.aggregates.get(today.aggregate).into_iter();
        let before: Vec<&str> = aggregate
            .flat_map(|it| &it.events)
            .filter(|(_, event)| named(event))
            .map(|(event, _)| event.as_str())
            .collect();
        let continues = |event: &&str| {
            old_versions(old, today.aggregate, event)
                .any(|it| new.find(&it.stored_as()).is_some_and(|it| it.event_name == today.event_name))
        };
        if !before.is_empty() && !before.iter().any(continues) {
            found.push(Finding {
                message: format!(
                    "the name `{name}` was stored for another event, and is written for `{}` from version {} on",
                    today.event_name, today.number
                ),
                help: "give the new event a name that was never stored; whoever reads the log by names alone will mix both"
                    .to_owned(),
                ..finding(
                    &rule::NAME_REUSED,
                    &with_consumers(&[Tier::RunningBinary], today.event),
                    version_subject(today, today.event_name),
                )
            });
        }
    }
}

pub(super) fn retired_events_stay_retired(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for (version, today) in newest_of_each(old, new) {
        if version.event.retired && !today.event.retired {
            found.push(Finding {
                message: format!("`{}.{}` was retired, and is retired no more", today.aggregate, today.event_name),
                help: "put `retired` back; an event that is to be written again should have a name that was never stored"
                    .to_owned(),
                ..finding(
                    &rule::WRITTEN_AGAIN,
                    &with_consumers(&[Tier::StoredLog, Tier::RunningBinary], today.event),
                    event_subject(today.aggregate, today.event_name),
                )
            });
        }
    }
}

pub(super) fn steps_say_what_they_said(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for released in old.versions() {
        let Some(today) = new.find(&released.stored_as()) else { continue };
        let Some(step) = &today.version.step else { continue };
        if released.event.retired && !today.event.retired {
            continue;
        }
        let is_said = |path: &str| {
            step.contains(path)
                || name_today(old, new, released.aggregate, path).is_some_and(|it| step.contains(it))
        };
        for path in released.version.step.iter().flatten().filter(|path| !is_said(path)) {
            let is_retirement = released.event.retired && released.number == released.event.newest();
            let (message, help) = if is_retirement {
                let message = format!("records of {today} are no longer read as `{path}`");
                (message, format!("name `{path}` again under what the event is retired into"))
            } else {
                let message = format!("the step from {today} no longer says what `{path}` is");
                (message, format!("fill `{path}` again in the step of version {}", released.number))
            };
            let subject = Subject {
                path: Some(path.clone()),
                part: Some(format!("step {path}")),
                ..version_subject(released, today.event_name)
            };
            let hurts = with_consumers(&[Tier::StoredLog], released.event);
            found.push(Finding { message, help, ..finding(&rule::STEP_SHORTENED, &hurts, subject) });
        }
    }
}

/// The name of today of an event of the older state.
fn name_today<'n>(old: &Domain, new: &'n Domain, aggregate: &str, event: &str) -> Option<&'n str> {
    let newest = old_versions(old, aggregate, event).last()?;
    new.find(&newest.stored_as()).map(|it| it.event_name)
}

pub(super) fn published_events_stay_published(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for (version, today) in newest_of_each(old, new) {
        if version.event.published && !today.event.published {
            found.push(Finding {
                message: format!("`{}.{}` is no longer published", today.aggregate, today.event_name),
                help: "tell its consumers, and publish it until none is left".to_owned(),
                ..finding(
                    &rule::NOT_PUBLISHED,
                    &[Tier::Consumers],
                    event_subject(today.aggregate, today.event_name),
                )
            });
        }
    }
}

pub(super) fn additions_are_said(old: &Domain, new: &Domain, found: &mut Vec<Finding>) {
    for (version, today) in newest_of_each(old, new) {
        let (name, was) = (today.event_name, version.event_name);
        if name != was {
            let message = format!("`{}.{was}` is named `{name}` now", today.aggregate);
            let help = "nothing is to be done for the log: records keep the name that they were stored under";
            let subject = event_subject(today.aggregate, name);
            found.push(Finding {
                message,
                help: help.to_owned(),
                ..finding(&rule::EVENT_RENAMED, &[Tier::Api], subject)
            });
        }
        if today.event.retired && !version.event.retired {
            let message = format!("`{}.{name}` is retired", today.aggregate);
            let help = "records of it are read as what it was retired into; its shapes stay where they are";
            let subject = event_subject(today.aggregate, name);
            found.push(Finding {
                message,
                help: help.to_owned(),
                ..finding(&rule::EVENT_RETIRED, &[], subject)
            });
        }
    }
    for today in new.versions().filter(|it| new_to(old, *it)) {
        let continues = new.event(today.aggregate, today.event_name).is_some_and(|event| {
            event
                .versions
                .iter()
                .any(|(number, version)| old.find(&identity(today, *number, &version.name)).is_some())
        });
        let (rule, message) = if continues {
            (&rule::VERSION_ADDED, format!("{today} is new"))
        } else {
            (&rule::EVENT_ADDED, format!("event `{}.{}` is new", today.aggregate, today.event_name))
        };
        let is_first = today.event.versions.keys().next() == Some(&today.number);
        if !continues && !is_first {
            continue;
        }
        let is_written = if continues { today.is_written() } else { !today.event.retired };
        let hurts = if is_written { with_consumers(&[Tier::RunningBinary], today.event) } else { Vec::new() };
        let help = "nothing is to be done for the log; a build without it stops at such a record, or skips it where its \
                    policy says so";
        let subject = version_subject(today, today.event_name);
        found.push(Finding { message, help: help.to_owned(), ..finding(rule, &hurts, subject) });
    }
}

/// A finding without words yet.
pub(super) fn finding(rule: &'static Rule, hurts: &[Tier], subject: Subject) -> Finding {
    Finding { rule, hurts: hurts.to_vec(), subject, message: String::new(), help: String::new() }
}

pub(super) fn with_consumers(tiers: &[Tier], event: &Event) -> Vec<Tier> {
    tiers.iter().copied().chain(event.published.then_some(Tier::Consumers)).collect()
}

/// A stored shape as a finding's subject, under the event's name of today.
pub(super) fn version_subject(version: Located<'_>, event: &str) -> Subject {
    let stored = Some(version.stored_as());
    Subject { stored, ..event_subject(version.aggregate, event) }
}

fn event_subject(aggregate: &str, event: &str) -> Subject {
    Subject { aggregate: Some(aggregate.to_owned()), item: event.to_owned(), ..Subject::default() }
}

fn identity(version: Located<'_>, number: u32, name: &str) -> StoredAs {
    StoredAs { aggregate: version.aggregate.to_owned(), name: name.to_owned(), version: number }
}

/// The released events of aggregates that are still there.
fn released<'a>(old: &'a Domain, new: &Domain) -> impl Iterator<Item = (&'a str, &'a str, &'a Event)> {
    let kept: BTreeSet<String> = new.aggregates.keys().cloned().collect();
    let aggregates = old.aggregates.iter().filter(move |(name, _)| kept.contains(*name));
    aggregates.flat_map(|(aggregate, of)| {
        of.events.iter().map(move |(name, event)| (aggregate.as_str(), name.as_str(), event))
    })
}

fn old_versions<'a>(old: &'a Domain, aggregate: &str, event: &str) -> impl Iterator<Item = Located<'a>> {
    let of = old.aggregates.get_key_value(aggregate);
    let entry = of.and_then(|(aggregate, of)| Some((aggregate, of.events.get_key_value(event)?)));
    entry.into_iter().flat_map(|(aggregate, (event_name, event))| {
        event.versions.iter().map(move |(number, version)| Located {
            aggregate,
            event_name,
            event,
            number: *number,
            version,
        })
    })
}

/// Released shapes that today's domain has no more, though it has their aggregate.
fn missing<'a>(old: &'a Domain, new: &'a Domain) -> impl Iterator<Item = Located<'a>> {
    old.versions()
        .filter(|it| new.aggregates.contains_key(it.aggregate) && new.find(&it.stored_as()).is_none())
}

/// The event that has this version today under another stored name, and that name: the event of the same name, or the one
/// that has the other versions.
fn other_name(new: &Domain, version: Located<'_>) -> Option<(String, String)> {
    let event = new.event(version.aggregate, version.event_name)?;
    let there = event.versions.get(&version.number)?;
    Some((version.event_name.to_owned(), there.name.clone()))
}

/// The event of the same name where some version only differs by its stored name, so that it is not gone.
fn renamed_in_place(old: &Domain, new: &Domain, aggregate: &str, event: &str) -> Option<String> {
    old_versions(old, aggregate, event).find_map(|version| other_name(new, version)).map(|(event, _)| event)
}

/// Whether a shape of today was not released.
fn new_to(old: &Domain, today: Located<'_>) -> bool {
    old.find(&today.stored_as()).is_none()
}

/// The newest released version of each event that is still known, and where it stands today.
fn newest_of_each<'a>(old: &'a Domain, new: &'a Domain) -> impl Iterator<Item = (Located<'a>, Located<'a>)> {
    old.versions()
        .filter(|it| it.number == it.event.newest())
        .filter_map(|it| new.find(&it.stored_as()).map(|today| (it, today)))
}
