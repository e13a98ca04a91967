//! Scenarios: what happened, what is asked, and what must come of it.

use super::{AggregateId, Column, CommandId, ErrorId, EventId, Origin, ProjectionId, Value};

/// An example that becomes a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The sentence that names it; unique in `snake_case`, which is the test's name.
    pub name: String,
    /// The aggregate that decides, or the only one whose events are given.
    pub aggregate: Option<AggregateId>,
    /// What has happened, in this order.
    pub given: Vec<Given>,
    /// What is asked; nothing where only the given events are looked at.
    pub when: Option<When>,
    /// What must come of it.
    pub then: Expectation,
    /// Where it was written: the name.
    pub origin: Origin,
}

/// An event that has happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The event.
    pub event: EventId,
    /// The id of the aggregate that it happened to; nothing means one id for the whole scenario.
    pub id: Option<Value>,
    /// One value for each of the event's fields; nothing means the field's default, or absence.
    pub fields: Vec<Option<Value>>,
    /// Where it was written: the event's name.
    pub origin: Origin,
}

/// A command that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    /// The command.
    pub command: CommandId,
    /// One value for each of the command's fields, its id first; nothing means the scenario's id, the field's default,
    /// or absence.
    pub fields: Vec<Option<Value>>,
    /// What `context.now` is, as the text of a timestamp; nothing means any instant.
    pub now: Option<String>,
    /// Where it was written: the command's name.
    pub origin: Origin,
}

/// What must come of a scenario. What is not mentioned is not looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expectation {
    /// The refusal; then nothing else is expected.
    pub error: Option<ExpectedError>,
    /// The events that the command records: all of them, each with the values that are mentioned, by field.
    pub events: Option<Vec<ExpectedEvent>>,
    /// Values of the state afterwards, by field.
    pub state: Vec<(usize, Value)>,
    /// Rows afterwards.
    pub rows: Vec<ExpectedRows>,
}

/// An event that must be recorded, with the values that are mentioned, by field.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedEvent {
    /// The event.
    pub event: EventId,
    /// Values by field.
    pub fields: Vec<(usize, Value)>,
}

/// The refusal that must come, with the values that are mentioned, by field.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedError {
    /// The refusal.
    pub error: ErrorId,
    /// Values by field.
    pub fields: Vec<(usize, Value)>,
}

/// All the rows that a projection must have, each with the values that are mentioned.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedRows {
    /// The projection.
    pub projection: ProjectionId,
    /// The rows, in no order.
    pub rows: Vec<Vec<(Column, Value)>>,
}
