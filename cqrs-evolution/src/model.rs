//! The model: what a domain stores, as plain data that a lock, a schema and descriptors all give.
//!
//! The identity of a stored shape is its aggregate, its stored name and its version, because that is all that a record
//! says of itself. Types are described by what they look like as JSON; the Rust names of nested types are kept for
//! people to read, and compared by nobody.

mod scalar;
pub(crate) mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use scalar::Scalar;

/// One bounded context: what it stores, and what else is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// Its aggregates by their stored names.
    pub aggregates: BTreeMap<String, Aggregate>,
    /// What is not stored in events: read models and the Rust API. Nothing where it is not known, as in a lock.
    pub surface: Option<Surface>,
}

/// A consistency boundary and the events that it records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aggregate {
    /// Its events by their names of today.
    pub events: BTreeMap<String, Event>,
}

/// An event with every shape that it ever had.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Whether it is no longer written.
    pub retired: bool,
    /// Whether others than this domain's own code read it.
    pub published: bool,
    /// Its shapes by version; the greatest is today's.
    pub versions: BTreeMap<u32, Version>,
}

/// One shape of an event, and the name under which records of it are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The event's stored name in those days.
    pub name: String,
    /// The payload.
    pub shape: Shape,
    /// What the step to the next version says by itself: the fields that it fills, as `holder.email`; of a retired event
    /// the events that it is read as. What it says of them is not recorded. Nothing where the step is code, which a lock does
    /// not tell from a step that says nothing.
    pub step: Option<BTreeSet<String>>,
}

/// What a payload looks like: its fields, and the definition of each type that they name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// The payload's fields.
    pub fields: Fields,
    /// The types that the fields name, directly or through other types. None that is not named.
    pub types: BTreeMap<String, Definition>,
}

/// Fields by the names under which they are stored.
pub type Fields = BTreeMap<String, Field>;

/// A field of an event, a struct or a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// Whether a payload may lack it because there is a default. (An optional one may be lacking in any case.)
    pub default: bool,
}

/// A type as a field names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// A type without parts.
    Scalar(Scalar),
    /// A type of [`Shape::types`].
    Named(String),
    /// A value, or null.
    Optional(Box<Type>),
    /// Values in order.
    List(Box<Type>),
    /// Distinct values.
    Set(Box<Type>),
    /// Values by key.
    Map(Box<Type>, Box<Type>),
    /// A type whose stored form is known only to its own code.
    Extern(String),
}

/// What a named type consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// One value under a name of its own; stored as the value itself.
    Newtype(Type),
    /// Named fields.
    Struct(Fields),
    /// One of several variants, by their stored names.
    Enum(BTreeMap<String, Payload>),
}

/// What a variant carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Nothing: the variant is stored as its name.
    Unit,
    /// One value without a name.
    Newtype(Type),
    /// Several values without names.
    Tuple(Vec<Type>),
    /// Named fields.
    Struct(Fields),
}

/// What a domain offers beside its events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surface {
    /// Read models by name.
    pub projections: BTreeMap<String, Projection>,
    /// The items of the domain crate that callers write against, as canonical text by path: `command Deposit.amount`
    /// is `Money`.
    pub api: BTreeMap<String, String>,
}

/// A read model, as far as a change of it asks for a rebuild.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection {
    /// The type of each column, as text.
    pub columns: BTreeMap<String, String>,
    /// Changes with everything that decides what stands in a row: keys, folds, conditions, windows.
    pub folds: String,
}

/// The identity of a stored shape: all that a record says of itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredAs {
    /// The aggregate's stored name.
    pub aggregate: String,
    /// The event's stored name.
    pub name: String,
    /// The version.
    pub version: u32,
}

/// Where a stored shape stands in a model.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// The aggregate's name.
    pub aggregate: &'a str,
    /// The event's name today.
    pub event_name: &'a str,
    /// The event.
    pub event: &'a Event,
    /// The version's number.
    pub number: u32,
    /// The version.
    pub version: &'a Version,
}

impl Domain {
    /// A domain without events.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Every stored shape, by aggregate, event and version.
    pub fn versions(&self) -> impl Iterator<Item = Located<'_>> {
        self.aggregates.iter().flat_map(|(aggregate, of)| {
            of.events.iter().flat_map(move |(event_name, event)| {
                event.versions.iter().map(move |(number, version)| Located {
                    aggregate,
                    event_name,
                    event,
                    number: *number,
                    version,
                })
            })
        })
    }

    /// The shape that records of this identity have, if the model has one.
    #[must_use]
    pub fn find(&self, stored: &StoredAs) -> Option<Located<'_>> {
        let (aggregate, of) = self.aggregates.get_key_value(&stored.aggregate)?;
        // Most shapes are stored under their event's name of today.
        let likely = of.events.get_key_value(&stored.name).into_iter();
        likely.chain(&of.events).find_map(|(event_name, event)| {
            let version =
                event.versions.get(&stored.version).filter(|version| version.name == stored.name)?;
            Some(Located { aggregate, event_name, event, number: stored.version, version })
        })
    }

    /// An event by its name of today.
    #[must_use]
    pub fn event(&self, aggregate: &str, name: &str) -> Option<&Event> {
        self.aggregates.get(aggregate)?.events.get(name)
    }
}

impl Event {
    /// The number of the newest version; zero where there is none.
    #[must_use]
    pub fn newest(&self) -> u32 {
        self.versions.last_key_value().map_or(0, |(number, _)| *number)
    }
}

impl Located<'_> {
    /// What a record of this shape says of itself.
    #[must_use]
    pub fn stored_as(&self) -> StoredAs {
        StoredAs {
            aggregate: self.aggregate.to_owned(),
            name: self.version.name.clone(),
            version: self.number,
        }
    }

    /// Whether new records have this shape: it is the newest of an event that is still written.
    #[must_use]
    pub fn is_written(&self) -> bool {
        !self.event.retired && self.number == self.event.newest()
    }
}

impl Field {
    /// A field without a default.
    #[must_use]
    pub const fn new(ty: Type) -> Self {
        Self { ty, default: false }
    }

    /// Whether a payload may lack the field: it has a default, or it is optional itself.
    #[must_use]
    pub const fn may_be_absent(&self) -> bool {
        self.default || matches!(self.ty, Type::Optional(_))
    }
}

impl Shape {
    /// Follows newtypes to the type that is stored. A name that is not defined stands for itself.
    #[must_use]
    pub fn stored<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut ty = ty;
        for _ in 0..=self.types.len() {
            match ty {
                Type::Named(name) => match self.types.get(name) {
                    Some(Definition::Newtype(inner)) => ty = inner,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }
}
