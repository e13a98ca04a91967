//! What a schema says, construct by construct, before any name is looked up.
//!
//! Every shorthand has been read into its full form and every part knows its bytes. What was wrong in form has been
//! reported and left out; nothing here is known to make sense.

use crate::model::{Calendar, FilterKind, Refresh, SummaryKind, Waiver};
use crate::source::{ScalarText, Span};
use crate::yaml::Node;

/// One file.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) domain: Option<ScalarText>,
    pub(crate) doc: Option<String>,
    pub(crate) imports: Vec<ScalarText>,
    pub(crate) roles: Vec<ScalarText>,
    pub(crate) types: Vec<TypeDeclaration>,
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) projections: Vec<Projection>,
    pub(crate) queries: Vec<Query>,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) waivers: Vec<Waiver>,
    /// The keys of what an imported file may not declare.
    pub(crate) beyond_types: Vec<ScalarText>,
}

/// A type under `types`.
#[derive(Debug)]
pub(crate) struct TypeDeclaration {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    pub(crate) kind: TypeKind,
}

#[derive(Debug)]
pub(crate) enum TypeKind {
    Newtype {
        ty: TypeText,
        check: Option<ScalarText>,
    },
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
    Extern(ScalarText),
    /// Reported and left out.
    Hole,
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) fields: Vec<Field>,
}

/// A type as a field names it.
#[derive(Debug, Clone)]
pub(crate) struct TypeText {
    pub(crate) span: Span,
    pub(crate) kind: TypeTextKind,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeTextKind {
    Name(String),
    Optional(Box<TypeText>),
    List(Box<TypeText>),
    Set(Box<TypeText>),
    Map(Box<TypeText>, Box<TypeText>),
    /// Reported and left out.
    Hole,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    /// Absent for a summary without a declared type, and where it was reported and left out.
    pub(crate) ty: Option<TypeText>,
    pub(crate) default: Option<Node>,
    pub(crate) check: Option<ScalarText>,
    pub(crate) personal: bool,
    pub(crate) summary: Option<Summary>,
}

#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) kind: SummaryKind,
    pub(crate) word: Span,
    pub(crate) of: Option<ScalarText>,
}

#[derive(Debug)]
pub(crate) struct Aggregate {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    pub(crate) id: Option<TypeText>,
    pub(crate) state: Vec<Field>,
    pub(crate) events: Vec<Event>,
    pub(crate) errors: Vec<ErrorKind>,
    pub(crate) commands: Vec<Command>,
    pub(crate) snapshot_every: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    pub(crate) published: bool,
    pub(crate) version: Option<(u32, Span)>,
    pub(crate) fields: Vec<Field>,
    pub(crate) history: Vec<Step>,
    pub(crate) apply: Option<(Span, Apply)>,
    pub(crate) retired: Option<Retired>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) version: u32,
    pub(crate) key: Span,
    pub(crate) whole: Span,
    pub(crate) name: Option<ScalarText>,
    pub(crate) fields: Vec<Field>,
    pub(crate) upcast: Upcast,
    pub(crate) downcast: Option<Downcast>,
}

#[derive(Debug)]
pub(crate) struct Downcast {
    pub(crate) key: Span,
    pub(crate) whole: Span,
    pub(crate) given: Vec<Assignment>,
}

#[derive(Debug)]
pub(crate) enum Upcast {
    Custom,
    Fields(Vec<Assignment>),
}

#[derive(Debug)]
pub(crate) enum Apply {
    Custom,
    Writes(Vec<Write>),
}

#[derive(Debug)]
pub(crate) enum Retired {
    Drop,
    Into(Vec<Construction>),
}

#[derive(Debug)]
pub(crate) struct ErrorKind {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) fields: Vec<Field>,
    pub(crate) message: Option<ScalarText>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    pub(crate) creates: Option<bool>,
    pub(crate) allow: Option<Vec<ScalarText>>,
    pub(crate) fields: Vec<Field>,
    pub(crate) require: Vec<Requirement>,
    pub(crate) emit: Option<Vec<Construction>>,
}

#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) that: ScalarText,
    pub(crate) otherwise: Construction,
}

/// An event or error that is made: its name and what the schema says of its fields.
#[derive(Debug)]
pub(crate) struct Construction {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) fields: Vec<Assignment>,
    pub(crate) when: Option<ScalarText>,
}

#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) name: ScalarText,
    pub(crate) term: Term,
}

#[derive(Debug, Clone)]
pub(crate) enum Term {
    Code(ScalarText),
    Value(Node),
    Struct(Span, Vec<Assignment>),
}

#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) target: ScalarText,
    pub(crate) whole: Span,
    pub(crate) operation: Operation,
}

#[derive(Debug)]
pub(crate) enum Operation {
    Set(Term),
    Add(Span, Term),
    Subtract(Span, Term),
    Push(Span, Term),
    Insert(Span, Term),
    Remove(Span, Term),
    Clear(Span),
}

#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    pub(crate) key: Option<Vec<Field>>,
    pub(crate) from: Vec<ScalarText>,
    pub(crate) fields: Vec<Field>,
    pub(crate) on: Vec<Fold>,
    pub(crate) index: Vec<Vec<ScalarText>>,
    pub(crate) refresh: Option<Refresh>,
    pub(crate) window: Option<Window>,
}

#[derive(Debug)]
pub(crate) struct Fold {
    pub(crate) event: ScalarText,
    pub(crate) whole: Span,
    pub(crate) key: Option<FoldKey>,
    pub(crate) when: Option<ScalarText>,
    pub(crate) action: FoldAction,
}

#[derive(Debug)]
pub(crate) enum FoldKey {
    /// The one part of a key that has one.
    One(Term, Span),
    Parts(Vec<Assignment>),
}

#[derive(Debug)]
pub(crate) enum FoldAction {
    Set(Vec<Write>),
    Insert(Vec<Write>),
    Delete,
    Custom,
}

#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) whole: Span,
    pub(crate) size: WindowSize,
    pub(crate) hop_seconds: Option<u64>,
    pub(crate) time: Option<ScalarText>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum WindowSize {
    Seconds(u64),
    Calendar(Calendar),
}

#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) doc: Option<String>,
    pub(crate) allow: Option<Vec<ScalarText>>,
    pub(crate) from: Option<ScalarText>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) order_by: Vec<Order>,
    pub(crate) limit: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) column: ScalarText,
    pub(crate) kind: FilterKind,
    pub(crate) word: Span,
}

#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) column: ScalarText,
    pub(crate) descending: bool,
}

#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) given: Vec<Mention>,
    pub(crate) when: Option<Mention>,
    pub(crate) then: Option<Then>,
}

/// A thing that a scenario mentions, with plain values for its fields.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) name: ScalarText,
    pub(crate) whole: Span,
    pub(crate) values: Vec<Given>,
    pub(crate) id: Option<Node>,
    pub(crate) now: Option<Node>,
}

#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) name: ScalarText,
    pub(crate) value: Node,
}

#[derive(Debug)]
pub(crate) struct Then {
    pub(crate) key: Span,
    pub(crate) error: Option<Mention>,
    pub(crate) events: Option<Vec<Mention>>,
    pub(crate) state: Option<(Span, Vec<Given>)>,
    pub(crate) rows: Vec<Rows>,
}

#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) projection: ScalarText,
    pub(crate) rows: Vec<Vec<Given>>,
}
