//! What a schema means: plain data, with ids in the place of names.
//!
//! The model mentions no YAML and opens no file. Every name has been looked up and every text has its type; what is left
//! of the file are [`Origin`]s, which only diagnostics and `// schema.yaml:12` comments may look at. Emitters receive it
//! inside `Checked`, after every rule has held.

mod aggregate;
mod construction;
mod domain;
mod event;
mod expression;
mod id;
mod name;
mod naming;
mod projection;
mod query;
mod scenario;
mod types;
mod value;
mod waiver;

pub use aggregate::{Aggregate, Command, Decision, Emission, ErrorKind, Existence, MessagePart, Requirement};
pub use construction::{Construction, Conversion, Fill, Operation, Target, Term, Write};
pub use domain::Domain;
pub use event::{Apply, Event, Replacement, Retirement, Shape, Upcast};
pub use expression::{Expression, Purpose, Scope};
pub use id::{AggregateId, CommandId, ErrorId, EventId, ExpressionId, ProjectionId, QueryId, RoleId, TypeId};
pub(crate) use name::{KEYWORDS, snake_case};
pub use name::{Name, Origin};
pub use projection::{
    Calendar, Column, Fold, FoldAction, KeyPart, Projection, Refresh, RowField, Summary, SummaryKind, Window,
    WindowSize,
};
pub use query::{Filter, FilterKind, Order, Query};
pub use scenario::{Expectation, ExpectedError, ExpectedEvent, ExpectedRows, Given, Scenario, When};
pub use types::{Field, Scalar, Type, TypeKind, TypeRef, Variant};
pub use value::Value;
pub use waiver::Waiver;
