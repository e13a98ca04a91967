//! Expressions as the schema writes them, with the scope that they see and the type that their place asks for.

use crate::source::ScalarText;

use super::{AggregateId, CommandId, EventId, Origin, ProjectionId, TypeRef};

/// A Rust expression in a schema, as a text that may yet turn out to be none. Its typed form is kept beside the domain, under the same id.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// The text, which knows for each part of it the bytes of the file.
    pub text: ScalarText,
    /// Which names it may use.
    pub scope: Scope,
    /// What it is for.
    pub purpose: Purpose,
    /// The type that its place asks for; nothing where the place takes what comes (a summary without a declared type).
    pub expected: Option<TypeRef>,
    /// Where it was written.
    pub origin: Origin,
}

/// The names that an expression may use: the owners through which every field is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// `value`, of this type: a `check` on a type or field.
    Value(TypeRef),
    /// `state`, `command` and `context`: a requirement or an emission of this command.
    Decision(CommandId),
    /// `state` and `event`: an application of this event to its aggregate.
    Apply(EventId),
    /// `event`, in the shape of version `from`: an upcast of this event.
    Upcast {
        /// The event.
        event: EventId,
        /// The older version whose fields `event` has.
        from: u32,
    },
    /// `event`, in the shape of version `to + 1`: a downcast of this event.
    Downcast {
        /// The event.
        event: EventId,
        /// The older version that is made.
        to: u32,
    },
    /// `event`: what a retired event, in its last shape, is read as.
    Retirement(EventId),
    /// `row`, `event` and `meta`: a fold of this event into a row.
    Fold(ProjectionId, EventId),
    /// `event` and `meta`: a key, summary or window of a projection. The expression must hold for each of these events.
    Row(ProjectionId, Vec<EventId>),
}

/// What an expression is for, where its type alone does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A condition: `check`, `that`, `if`.
    Condition,
    /// A value that is written somewhere.
    Value,
    /// The key of an entry: `stock[event.sku]`.
    Key,
    /// What a summary adds up, compares or collects.
    Summary,
}

impl Scope {
    /// The names that open a path in this scope.
    #[must_use]
    pub fn owners(&self) -> &'static [&'static str] {
        match self {
            Self::Value(_) => &["value"],
            Self::Decision(_) => &["state", "command", "context"],
            Self::Apply(_) => &["state", "event"],
            Self::Upcast { .. } | Self::Downcast { .. } | Self::Retirement(_) => &["event"],
            Self::Fold(..) => &["row", "event", "meta"],
            Self::Row(..) => &["event", "meta"],
        }
    }

    /// The aggregate whose `state` is in scope, given the aggregate of a command or event.
    #[must_use]
    pub fn state(&self, domain: &super::Domain) -> Option<AggregateId> {
        match self {
            Self::Decision(command) => Some(domain.command(*command).aggregate),
            Self::Apply(event) => Some(domain.event(*event).aggregate),
            _ => None,
        }
    }
}
