//! Commands and the decisions on them: a request to one aggregate, and the pure function that answers it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::envelope::Origin;

/// A request to change one aggregate.
///
/// Derive it; `id` names the field that holds the aggregate's id:
///
/// ```
/// # use cqrs_core::{Aggregate, Apply, Event, EventSet};
/// use std::convert::Infallible;
///
/// use cqrs_core::{Command, Context, Decide};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)] struct Opened {}
/// # #[derive(EventSet)] enum DoorEvent { Opened(Opened) }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(id = String, events = DoorEvent, error = Infallible)]
/// # struct Door;
/// # impl Apply<Opened> for Door { fn apply(&mut self, _: &Opened) {} }
///
/// #[derive(Command)]
/// #[command(aggregate = Door, id = door_id)]
/// struct Open {
///     door_id: String,
/// }
///
/// impl Decide<Open> for Door {
///     fn decide(&self, _: &Open, _: &Context) -> Result<Vec<DoorEvent>, Infallible> {
///         Ok(vec![Opened {}.into()])
///     }
/// }
///
/// assert_eq!(Open { door_id: "front".into() }.aggregate_id(), "front");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "derive it: #[derive(Command)] with #[command(aggregate = …, id = …)]"
)]
pub trait Command: Send + Sync + 'static {
    /// The aggregate that decides on it.
    type Aggregate: Aggregate;

    /// The command's name, for traces and errors.
    const NAME: &'static str;

    /// What must be there for the command to make sense.
    const EXISTENCE: Existence = Existence::Any;

    /// The roles that may send it; empty means anyone.
    const ROLES: &'static [&'static str] = &[];

    /// The aggregate that the command is for.
    fn aggregate_id(&self) -> &<Self::Aggregate as Aggregate>::Id;

    /// Checks the command by itself, before anything is loaded.
    ///
    /// # Errors
    ///
    /// When a field breaks a rule that needs no state to see.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

/// What must be there for a command to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// The aggregate may have events or not.
    Any,
    /// The aggregate has no event yet; otherwise the command is refused as already existing.
    New,
    /// The aggregate has an event; otherwise the command is refused as not found.
    Existing,
}

/// A pure decision: which events a command leads to, given the state, or why it is refused.
///
/// It reads no clock and does no I/O: time and identity come in with the [`Context`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide on `{C}`",
    label = "`Decide<{C}>` is missing",
    note = "write it: impl Decide<{C}> for {Self} {{ fn decide(&self, command: &{C}, context: &Context) -> Result<Vec<Self::Event>, Self::Error> {{ … }} }}"
)]
pub trait Decide<C>: Aggregate {
    /// The events that the command leads to; none means that there is nothing to do.
    ///
    /// # Errors
    ///
    /// When the aggregate refuses the command.
    fn decide(&self, command: &C, context: &Context) -> Result<Vec<Self::Event>, Self::Error>;
}

/// What a decision may know besides the state and the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The command's id.
    pub command_id: Uuid,
    /// When the decision is made; the same through all retries of one command.
    pub now: Timestamp,
    /// Who asks, on whose behalf, and through what.
    pub origin: Origin,
    /// The roles that the caller has.
    pub roles: Vec<String>,
}

impl Context {
    /// A context without actor, tenant or roles, at an instant; for tests and tools.
    pub fn at(now: Timestamp) -> Self {
        let command_id = Uuid::nil();
        Self { command_id, now, origin: Origin::default(), roles: Vec::new() }
    }

    /// Who asks.
    pub fn actor(&self) -> Option<&str> {
        self.origin.actor.as_deref()
    }

    /// On whose behalf.
    pub fn tenant(&self) -> Option<&str> {
        self.origin.tenant.as_deref()
    }
}

/// A command or a query that breaks a rule by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Invalid {
    /// The field that breaks the rule, where it is one field.
    pub field: Option<&'static str>,
    /// What is wrong with it.
    pub reason: String,
}

impl Invalid {
    /// A rule that one field breaks.
    pub fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into() }
    }

    /// A rule that the request as a whole breaks.
    pub fn whole(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    fn sentence(&self) -> String {
        match self.field {
            Some(field) => format!("`{field}` {}", self.reason),
            None => self.reason.clone(),
        }
    }
}
