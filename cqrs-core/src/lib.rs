//! The runtime of CQRS and event sourcing: the pattern's words as traits and plain types, and the engine that runs
//! them.
//!
//! A *command* asks one *aggregate* for a change; the aggregate, folded from its stream of *events*, decides on it with
//! a pure function; the events are appended; *projections* fold them into the rows of *read models*, which *queries*
//! answer from. Databases are adapters in crates of their own.

#![forbid(unsafe_code)]

mod aggregate;
mod app;
pub mod arithmetic;
mod batch;
mod cloud_event;
mod command;
mod data_type;
mod envelope;
mod event;
mod event_set;
mod memory;
#[doc(hidden)]
pub mod private;
mod projection;
mod projector;
mod query;
mod shape;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod upcast;
mod value;
mod verify;
pub mod window;

pub use aggregate::{Aggregate, AggregateId, Apply, ApplyError, IdError, Snapshots, TryApply};
pub use app::{
    App, AppBuilder, Ask, BuildError, Building, Caller, Count, Execute, ExecuteError, Feed, FeedBatch,
    LoadError, Loaded, ProjectionHandle, ProjectionStatus, QueryError, Receipt, Refresh, Undecodable,
    WaitError, Watch,
};
pub use arithmetic::ArithmeticError;
pub use batch::{BatchBuilder, BatchRow, EventBatch, EventRef, StoredType, timestamp_from_micros};
pub use cloud_event::CloudEvent;
pub use command::{Command, Context, Decide, Existence, Invalid};
pub use data_type::{Bytes, DataType};
pub use envelope::{
    ExpectedVersion, Meta, Metadata, Origin, Position, RecordedEvent, StreamId, StreamVersion,
};
pub use event::{DecodeError, EncodeError, Event, EventDescriptor, encode};
pub use event_set::{ApplyTo, Decoded, EventSet, Member, Route};
pub use memory::MemoryStore;
pub use projection::{
    Keyed, KeysOf, Project, ProjectWith, Projection, ProjectionDescriptor, ProjectionKey, RecordedBy, Row,
    Subscriptions, TryProject, TypedProjector,
};
pub use projector::{
    FailedStep, Fold, FoldFailure, FoldPlan, FoldRun, Folded, LoadedRows, LookupChange, LookupKey, Projector,
};
pub use query::{Change, Cursor, CursorError, Page, Query, TypedColumn};
pub use shape::{FieldShape, Fingerprint, NamedShape, Scalar, Shape, ShapeKind, VariantKind, VariantShape};
pub use upcast::{Downcast, TryDowncast, TryUpcast, Upcast};
pub use value::{ColumnType, Value, ValueError, Wide};
pub use verify::{Fingerprints, ReadFailure, ReadType, Verification};
// The crates whose types stand in events and rows, so that generated code and users name the same versions.
pub use {jiff, rust_decimal, serde_json, uuid};

#[cfg(feature = "derive")]
pub use cqrs_derive::{Aggregate, AggregateId, Command, DataType, Event, EventSet, Projection, Query};

/// Includes the Rust that a build script compiled from a schema: `include_schema!("banking")` in a module of its own.
///
/// The name is the schema's `domain`.
#[macro_export]
macro_rules! include_schema {
    ($domain:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $domain, ".rs"));
    };
}
