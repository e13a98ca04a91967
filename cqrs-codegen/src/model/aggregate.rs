//! Aggregates: identity, state, refusals and commands.

use super::{
    AggregateId, CommandId, Construction, ErrorId, EventId, ExpressionId, Field, Name, Origin, RoleId,
    TypeRef,
};

/// A consistency boundary: what is decided from its own events alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Its name.
    pub name: Name,
    /// What it is, in the schema's words.
    pub doc: Option<String>,
    /// The type of its id: `string`, `uuid`, an integer, a newtype of one of these, or the user's own type.
    pub id: TypeRef,
    /// Where the id's type was written; the aggregate's name where it was not.
    pub id_origin: Origin,
    /// The fields of its state; each has a default, or a type that has one.
    pub state: Vec<Field>,
    /// Its events, in the order of the schema; at least one.
    pub events: Vec<EventId>,
    /// Its refusals, in the order of the schema.
    pub errors: Vec<ErrorId>,
    /// Its commands, in the order of the schema.
    pub commands: Vec<CommandId>,
    /// After how many events a snapshot is taken, if at all.
    pub snapshot_every: Option<u32>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

impl Aggregate {
    /// The name of the field that carries the aggregate's id: `account_id`.
    #[must_use]
    pub fn id_field(&self) -> String {
        format!("{}_id", self.name.snake())
    }
}

/// A refusal that a decision can give.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorKind {
    /// Its name, unique in the aggregate.
    pub name: Name,
    /// The aggregate.
    pub aggregate: AggregateId,
    /// What it tells the caller beside its name.
    pub fields: Vec<Field>,
    /// The sentence for a person.
    pub message: Vec<MessagePart>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// A part of an error's sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// Text as it is.
    Text(String),
    /// The value of a field, by its place.
    Field(usize),
}

/// A wish that an aggregate grants or refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its name, unique in the domain.
    pub name: Name,
    /// What it asks for, in the schema's words.
    pub doc: Option<String>,
    /// The aggregate that decides.
    pub aggregate: AggregateId,
    /// What must be there: `creates: true` asks for nothing yet, `creates: false` for something.
    pub existence: Existence,
    /// Who may ask; nothing means anyone. Never empty.
    pub allow: Option<Vec<RoleId>>,
    /// What it carries. The first is always the aggregate's id, which the schema does not write.
    pub fields: Vec<Field>,
    /// What must hold, in this order.
    pub requirements: Vec<Requirement>,
    /// What is recorded where everything holds.
    pub decision: Decision,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// What must be there for a command to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// The aggregate may have events or not: `creates` is not written.
    Any,
    /// The aggregate has no event yet: `creates: true`.
    New,
    /// The aggregate has an event: `creates: false`.
    Existing,
}

/// A condition and the refusal where it does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The condition.
    pub that: ExpressionId,
    /// The refusal.
    pub error: ErrorId,
    /// How the refusal is made; carries name fields of the command.
    pub construction: Construction,
}

/// What a command records.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// What the user's method decides.
    Custom,
    /// These events, in this order; at least one.
    Emit(Vec<Emission>),
}

/// One event that a command records.
#[derive(Debug, Clone, PartialEq)]
pub struct Emission {
    /// The event; never a retired one, always of the command's aggregate.
    pub event: EventId,
    /// The condition on which it is recorded; nothing means always.
    pub when: Option<ExpressionId>,
    /// How it is made; carries name fields of the command.
    pub construction: Construction,
    /// Where it was written: the event's name.
    pub origin: Origin,
}
