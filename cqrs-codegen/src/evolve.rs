//! `cqrs evolve`: the edit that gives a released event a new version.
//!
//! The released shape comes from the lock, so it does not matter whether the fields have been changed already. The edit is
//! made in two rounds: the first moves the released shape into the history; the second asks the compiler itself, of the
//! schema as it is then, which fields carry over, and writes the step for the rest. Nothing is touched but the lines that
//! say these things, and nothing is written here: the result is a text.

mod edit;
mod step;
mod text;
mod words;

use std::path::{Path, PathBuf};

use cqrs_evolution::lock::{self, ReadError};
use cqrs_evolution::model::{self as released, Domain as Released};

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, did_you_mean, quote};
use crate::documents;
use crate::evolution::{alike, lock_path, released_shape};
use crate::load::{Load, LoadError};
use crate::model::{Domain, Event};
use crate::resolve;
use crate::source::{SourceMap, Span};
use crate::yaml::{self, Entry, Kind, Node};

use edit::{Edits, Place};
use text::Yaml;
use words::Words;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The event by its name of today, with or without its aggregate: `Account.MoneyDeposited`.
    pub event: String,
    /// The name under which it was released, where it has another one today.
    pub was: Option<String>,
    /// Fields that only have another name: the older one, and that of today.
    pub renames: Vec<(String, String)>,
    /// What new fields are for records of the older version, as plain values.
    pub defaults: Vec<(String, String)>,
}

/// A schema whose event has a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evolved {
    /// The whole text of the schema.
    pub text: String,
    /// The event's name.
    pub event: String,
    /// Its version from now on.
    pub version: u32,
    /// The fields of which nobody has said yet what they are for older records.
    pub blanks: Vec<String>,
    /// Whether today's fields are still those that were released.
    pub is_unchanged: bool,
}

/// Why an event is not given a new version.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The schema has mistakes that stand in the way, which are told here.
    #[error("the schema has errors that have to be mended first")]
    Schema(SourceMap, Diagnostics),
    /// There is no such event.
    #[error("there is no event {}: {help}", quote(event))]
    NoEvent {
        /// The name.
        event: String,
        /// The event that was meant, or what to do.
        help: String,
    },
    /// Nothing is known of what was released.
    #[error("there is no lock `{}`: run `cqrs lock` where the schema is as it was released", .0.display())]
    NoLock(PathBuf),
    /// The lock cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The lock.
        path: PathBuf,
        /// What the system said.
        source: LoadError,
    },
    /// The lock is not one.
    #[error("{}:{source}; {}", path.display(), source.help)]
    Lock {
        /// The lock.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: ReadError,
    },
    /// What is asked for makes no sense for this event.
    #[error("{0}")]
    Senseless(String),
}

/// Gives a released event of the schema at `path` a new version, or completes the step to the one that it has been given.
///
/// # Errors
///
/// [`Refusal`]: among others where nothing was released, so that no new version is needed.
pub fn evolve(load: &dyn Load, path: &Path, request: &Request) -> Result<Evolved, Refusal> {
    let schema = Schema::read(load, path)?;
    let (aggregate, event) = schema.event(&request.event)?;
    schema.stands_in_nobodys_way(event)?;
    let lock = lock_of(load, path, &schema.domain)?;
    let was = released_event(&lock, aggregate, event, request.was.as_deref())?;
    let from = was.newest();
    is_in_turn(event, from)?;
    let Some(version) = was.versions.get(&from) else { return Err(not_released(event)) };
    let is_unchanged = alike(&released_shape(&schema.domain, &event.fields), &version.shape);

    let text = schema.with_released_shape(event, from, version, request)?;
    let first = Schema::read(&With { load, path, text: &text }, path)?;
    let (_, event) = first.event(&request.event)?;
    let Some(shape) = event.history.iter().find(|shape| shape.version == from) else {
        return Err(senseless(format!("version {from} could not be written under `history`")));
    };
    if !alike(&released_shape(&first.domain, &shape.fields), &version.shape) {
        return Err(senseless(format!(
            "version {from} under `history` is not what was released: `cqrs check` says what differs"
        )));
    }
    let (text, blanks) = first.with_step(event, shape, request)?;
    refuse_mistakes(&With { load, path, text: &text }, path, &request.event, from)?;
    Ok(Evolved { text, event: event.name.to_string(), version: from + 1, blanks, is_unchanged })
}

/// A schema as far as it can be understood, and its tree.
struct Schema {
    domain: Domain,
    sources: SourceMap,
    diagnostics: Diagnostics,
    root: Node,
    document: crate::syntax::ast::Document,
}

impl Schema {
    fn read(load: &dyn Load, path: &Path) -> Result<Self, Refusal> {
        let mut ctx = Context::default();
        let documents = documents::read(load, path, &mut ctx);
        let Some(documents) = documents.filter(|_| !ctx.diagnostics.has_errors()) else {
            return Err(Refusal::Schema(ctx.sources, ctx.diagnostics));
        };
        let file = documents.start.file;
        let domain = resolve::resolve(&documents, &mut ctx);
        let Some(root) = yaml::parse(&ctx.sources, file, &mut Diagnostics::default()) else {
            return Err(Refusal::Schema(ctx.sources, ctx.diagnostics));
        };
        let Context { sources, diagnostics } = ctx;
        Ok(Self { domain, sources, diagnostics, root, document: documents.schema })
    }

    /// The event of a name, with that of its aggregate.
    fn event(&self, name: &str) -> Result<(&str, &Event), Refusal> {
        let (owner, name) = match name.split_once('.') {
            Some((owner, name)) => (Some(owner), name),
            None => (None, name),
        };
        let all =
            || self.domain.events.iter().map(|it| (self.domain.aggregate(it.aggregate).name.as_str(), it));
        let is_owner = |aggregate: &str| owner.is_none_or(|owner| owner == aggregate);
        let found = all().find(|(aggregate, it)| it.name.as_str() == name && is_owner(aggregate));
        found.ok_or_else(|| {
            let meant = did_you_mean(name, all().map(|(_, it)| it.name.as_str()));
            let help = meant.unwrap_or_else(|| "name one of the schema's events".to_owned());
            Refusal::NoEvent { event: name.to_owned(), help }
        })
    }

    /// The errors that leave it open what the event's fields are, if there are any.
    fn stands_in_nobodys_way(&self, event: &Event) -> Result<(), Refusal> {
        let fields = self.node(event).and_then(|it| entry(&it.value, "fields")).map(|it| it.value.span);
        let types = self.domain.types.iter().map(|it| it.origin.whole());
        let places: Vec<Span> = types.chain(fields).collect();
        let is_in_the_way = |it: &&Diagnostic| {
            it.severity() == Severity::Error && places.iter().any(|place| place.contains(it.primary.span))
        };
        let mut errors = Diagnostics::default();
        for error in self.diagnostics.iter().filter(is_in_the_way) {
            errors.push(error.clone());
        }
        if errors.has_errors() { Err(Refusal::Schema(self.sources.clone(), errors)) } else { Ok(()) }
    }

    /// The event's entry in the tree.
    fn node(&self, event: &Event) -> Option<&Entry> {
        let aggregates = entry(&self.root, "aggregates")?;
        let aggregate = entry(&aggregates.value, self.domain.aggregate(event.aggregate).name.as_str())?;
        entry(&entry(&aggregate.value, "events")?.value, event.name.as_str())
    }

    /// The text in which the released shape stands in the history, and the event has the version after it.
    fn with_released_shape(
        &self,
        event: &Event,
        from: u32,
        version: &released::Version,
        request: &Request,
    ) -> Result<String, Refusal> {
        let Some(node) = self.node(event) else { return Err(not_released(event)) };
        let mut edits = Edits::new(self.sources.file(node.key.span().file).text());
        let mut words = Words::new(&self.domain, &version.shape, from);
        self.rename_fields(node, event, request, &mut edits)?;
        let history = entry(&node.value, "history");
        if let Some(history) = history {
            name_older_shapes(history, event, version, &mut edits);
        }
        let mut added = Vec::new();
        if event.version == from {
            let next = (from + 1).to_string();
            match entry(&node.value, "version") {
                Some(there) => edits.replace(there.value.span.range(), next),
                None => added.push(("version".to_owned(), Yaml::Text(next))),
            }
        }
        let mut older = Vec::new();
        if event.history.iter().all(|shape| shape.version != from) {
            let shape = words.older_shape(event, version, request)?;
            older.push((from.to_string(), shape));
        }
        match history {
            Some(history) => edits.add(history, Place::Last, older),
            None if older.is_empty() => {}
            None => added.push(("history".to_owned(), Yaml::Lines(older))),
        }
        // Where nothing stands yet, both are written at once.
        let is_empty = !matches!(&node.value.kind, Kind::Map(entries) if !entries.is_empty());
        if is_empty {
            edits.add(node, Place::Last, added);
        } else {
            for (key, value) in added {
                let place = match (key.as_str(), entry(&node.value, "doc")) {
                    ("version", Some(doc)) => Place::After(doc),
                    ("version", None) => Place::First,
                    _ => Place::Last,
                };
                edits.add(node, place, vec![(key, value)]);
            }
        }
        self.declare_older_types(words.older_types(), &mut edits);
        Ok(edits.apply())
    }

    /// Gives today's fields the names that were asked for, where they still have the older ones.
    fn rename_fields(
        &self,
        node: &Entry,
        event: &Event,
        request: &Request,
        edits: &mut Edits<'_>,
    ) -> Result<(), Refusal> {
        let fields = entry(&node.value, "fields");
        for (old, new) in &request.renames {
            if event.fields.iter().any(|field| field.name.as_str() == new) {
                continue;
            }
            match fields.and_then(|fields| entry(&fields.value, old)) {
                Some(field) => edits.replace(field.key.span().range(), new.clone()),
                None => {
                    return Err(senseless(format!(
                        "{} has neither a field {} nor a field {} to be renamed",
                        quote(event.name.as_str()),
                        quote(new),
                        quote(old)
                    )));
                }
            }
        }
        Ok(())
    }

    /// Declares the types of those days that today's schema has no more.
    fn declare_older_types(&self, types: Vec<(String, Yaml)>, edits: &mut Edits<'_>) {
        if types.is_empty() {
            return;
        }
        if let Some(there) = entry(&self.root, "types") {
            edits.add(there, Place::Last, types);
            return;
        }
        let before = ["roles", "imports", "doc", "domain", "cqrs"];
        let place = before.iter().find_map(|key| entry(&self.root, key)).map_or(Place::First, Place::After);
        edits.add_to_root(&self.root, place, vec![("types".to_owned(), Yaml::Lines(types))]);
    }
}

/// Says the older name in each older shape that relied on today's being the same.
fn name_older_shapes(history: &Entry, event: &Event, version: &released::Version, edits: &mut Edits<'_>) {
    if version.name == event.name.as_str() {
        return;
    }
    let Kind::Map(steps) = &history.value.kind else { return };
    for step in steps.iter().filter(|step| entry(&step.value, "name").is_none()) {
        let is_older = step.key.text().parse::<u32>().is_ok_and(|number| number < event.version);
        if is_older {
            let name = Yaml::Text(version.name.clone());
            edits.add(step, Place::First, vec![("name".to_owned(), name)]);
        }
    }
}

/// The entry of a key.
fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.kind {
        Kind::Map(entries) => entries.iter().find(|entry| entry.key.text() == key),
        _ => None,
    }
}

fn lock_of(load: &dyn Load, schema: &Path, domain: &Domain) -> Result<Released, Refusal> {
    let path = lock_path(schema, domain.name.as_str());
    let text = match load.load(&path) {
        Ok(text) => text,
        Err(LoadError::Missing) => return Err(Refusal::NoLock(path)),
        Err(source) => return Err(Refusal::Unreadable { path, source }),
    };
    lock::read(&text).map(|lock| lock.domain).map_err(|source| Refusal::Lock { path, source })
}

/// What was released of an event: by its name of today, by a name of those days, or by the name that is given.
fn released_event<'l>(
    lock: &'l Released,
    aggregate: &str,
    event: &Event,
    was: Option<&str>,
) -> Result<&'l released::Event, Refusal> {
    let of_name = |name: &str| lock.event(aggregate, name);
    let found = match was {
        Some(was) => of_name(was),
        None => of_name(event.name.as_str())
            .or_else(|| event.history.iter().find_map(|shape| of_name(shape.stored_name.as_str()))),
    };
    match (found, was) {
        (Some(found), _) if found.retired || event.retired.is_some() => Err(senseless(format!(
            "{} is retired: it is no longer written, so it has no new version",
            quote(event.name.as_str())
        ))),
        (Some(found), _) => Ok(found),
        (None, Some(was)) => {
            Err(senseless(format!("no event {} was released; see the lock for its name", quote(was))))
        }
        (None, None) => Err(not_released(event)),
    }
}

/// Whether the event is at the version that was released, or at the one after it.
fn is_in_turn(event: &Event, released: u32) -> Result<(), Refusal> {
    if event.version == released || event.version == released + 1 {
        return Ok(());
    }
    let name = quote(event.name.as_str());
    Err(senseless(if event.version < released {
        format!(
            "{name} is at version {}, but version {released} was released: write what is released first",
            event.version
        )
    } else {
        format!(
            "{name} is at version {}, but the last that was released is {released}: it is at most {}",
            event.version,
            released + 1
        )
    }))
}

/// Refuses a step with mistakes other than the blanks: a default of another type, say.
fn refuse_mistakes(load: &dyn Load, path: &Path, name: &str, from: u32) -> Result<(), Refusal> {
    let schema = Schema::read(load, path)?;
    let (_, event) = schema.event(name)?;
    let Some(shape) = event.history.iter().find(|shape| shape.version == from) else { return Ok(()) };
    let outcome = crate::check(load, path);
    let mut mistakes = Diagnostics::default();
    for found in outcome.diagnostics.iter() {
        let is_here = shape.origin.whole().contains(found.primary.span);
        if is_here && found.severity() == Severity::Error && *found.code != crate::code::history::BLANK {
            mistakes.push(found.clone());
        }
    }
    if mistakes.has_errors() { Err(Refusal::Schema(outcome.sources, mistakes)) } else { Ok(()) }
}

fn not_released(event: &Event) -> Refusal {
    senseless(format!(
        "{} was never released, so it needs no new version: change it as you like",
        quote(event.name.as_str())
    ))
}

fn senseless(text: String) -> Refusal {
    Refusal::Senseless(text)
}

/// Files, with the schema as it would be.
struct With<'a> {
    load: &'a dyn Load,
    path: &'a Path,
    text: &'a str,
}

impl Load for With<'_> {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        if path == self.path { Ok(self.text.to_owned()) } else { self.load.load(path) }
    }
}
