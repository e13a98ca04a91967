//! Events with every shape that they ever had.

use super::{AggregateId, Construction, EventId, Field, Name, Origin, Write};

/// An event in today's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name, unique in the domain.
    pub name: Name,
    /// What it records, in the schema's words.
    pub doc: Option<String>,
    /// The aggregate that records it.
    pub aggregate: AggregateId,
    /// Whether others read it outside the domain.
    pub published: bool,
    /// The version of today's shape, from one.
    pub version: u32,
    /// Today's fields.
    pub fields: Vec<Field>,
    /// The shapes of versions one to `version - 1`, without gaps, in that order.
    pub history: Vec<Shape>,
    /// What it does to the state.
    pub apply: Apply,
    /// Whether it is no longer written, and what it is read as instead.
    pub retired: Option<Retirement>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

impl Event {
    /// The name under which `version` of the event is stored, and its fields.
    #[must_use]
    pub fn shape(&self, version: u32) -> Option<(&Name, &[Field])> {
        if version == self.version {
            return Some((&self.name, &self.fields));
        }
        let shape = self.history.iter().find(|shape| shape.version == version)?;
        Some((&shape.stored_name, &shape.fields))
    }
}

/// An older shape of an event, and the step to the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The version, from one.
    pub version: u32,
    /// The event's name in those days; today's where it did not differ.
    pub stored_name: Name,
    /// The fields in those days.
    pub fields: Vec<Field>,
    /// How it becomes the shape of the next version.
    pub upcast: Upcast,
    /// How the shape of the next version becomes this one again, for consumers that know no newer one: one fill for each
    /// field of this shape; carries name fields of the newer one. Only a published event has such steps.
    pub downcast: Option<Construction>,
    /// Where it was declared: the version.
    pub origin: Origin,
}

/// How an older shape becomes the next one.
#[derive(Debug, Clone, PartialEq)]
pub enum Upcast {
    /// The user implements the conversion.
    Custom,
    /// One fill for each field of the next shape; carries name fields of the older one.
    Fields(Construction),
}

/// What an event does to its aggregate's state.
#[derive(Debug, Clone, PartialEq)]
pub enum Apply {
    /// Nothing.
    Nothing,
    /// What the user's method does.
    Custom,
    /// These writes. Every expression in them sees the state as it was before the first.
    Writes(Vec<Write>),
}

/// What an event that is no longer written is read as.
#[derive(Debug, Clone, PartialEq)]
pub enum Retirement {
    /// Nothing.
    Drop,
    /// These events of today, in this order; at least one.
    Into(Vec<Replacement>),
}

/// One event of today that a retired event is read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// The event; never a retired one, always of the same aggregate.
    pub event: EventId,
    /// How it is made; carries name fields of the retired event.
    pub construction: Construction,
}
