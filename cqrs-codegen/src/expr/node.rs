//! An expression whose names have been looked up and whose parts have their types.
//!
//! A [`Node`] says what is meant, not how Rust writes it: borrowing, cloning and brackets are the renderer's business.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::model::{EventId, Scalar, TypeId};

use super::method::Method;
use super::ty::Type;

/// A part of an expression and its type.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) ty: Type,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// What was reported; never rendered.
    Hole,
    /// A scalar's literal, in the text that the scalar's own parser accepts.
    Literal(Scalar, String),
    /// A length's literal.
    LengthLiteral(String),
    /// Where paths begin: `state`, `event`.
    Owner(&'static str),
    /// A parameter of a closure.
    Local(Local),
    /// Something that is known beside the fields: `context.now`.
    Fact(Fact),
    /// A field by its name in Rust, which may be a keyword.
    Field(Box<Node>, String),
    /// What a newtype holds.
    Inner(Box<Node>),
    /// A newtype round a value.
    New(TypeId, Box<Node>),
    /// A struct; each field by its place, none missing.
    Struct(TypeId, Vec<Node>),
    /// A variant by its place; each field by its place, none missing.
    Variant(TypeId, usize, Vec<Node>),
    Some(Box<Node>),
    Nothing,
    /// The items of a list or set.
    Collection(Vec<Node>),
    Not(Box<Node>),
    Negative(Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    Comparison(Comparison, Box<Node>, Box<Node>),
    Logic(Logic, Box<Node>, Box<Node>),
    /// Condition, then, otherwise.
    If(Box<Node>, Box<Node>, Box<Node>),
    /// The entry of a map, or the default of its type.
    Entry(Box<Node>, Box<Node>),
    /// A number as one of a wider type, or such a number inside an optional.
    Widened(Box<Node>),
    /// A method that the compiler knows.
    Method(&'static Method, Box<Node>, Vec<Node>),
    /// A method with a closure.
    Walk(Walk, Box<Node>, Box<Closure>),
    /// What only rustc can check.
    Foreign(Foreign),
}

/// A parameter of a closure, and how it holds its value.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) held: Held,
}

/// How a variable holds a value of type `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// As `T`.
    Owned,
    /// As so many references to it.
    Behind(usize),
    /// As `&str`, for a text.
    Slice,
}

/// A closure of one parameter.
#[derive(Debug, Clone)]
pub(super) struct Closure {
    pub(super) parameter: Local,
    pub(super) body: Node,
}

/// What is done with each item, or with what an optional holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    Any,
    All,
    Filter,
    Map,
    IsSomeAnd,
    IsNoneOr,
    /// `map` of an optional.
    MapOptional,
}

impl Walk {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Filter => "filter",
            Self::Map | Self::MapOptional => "map",
            Self::IsSomeAnd => "is_some_and",
            Self::IsNoneOr => "is_none_or",
        }
    }
}

/// Something that is known beside the fields of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Now,
    Actor,
    Tenant,
    CommandId,
    CorrelationId,
    Roles,
    EventId,
    AggregateType,
    /// The id of the aggregate that recorded this event, in its own type.
    AggregateId(EventId),
    /// The same as the text that names the stream.
    AggregateIdText,
    Version,
    Position,
    EventType,
    EventVersion,
    RecordedAt,
    RecordedFor,
    RecordedBy,
    RecordedCorrelation,
    RecordedCausation,
}

impl Fact {
    pub(super) const fn owner(self) -> &'static str {
        match self {
            Self::Now | Self::Actor | Self::Tenant | Self::CommandId | Self::CorrelationId | Self::Roles => {
                "context"
            }
            _ => "meta",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    pub(super) const fn is_order(self) -> bool {
        !matches!(self, Self::Eq | Self::Ne)
    }

    /// The comparison that holds where this one does not.
    pub(super) const fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }

    /// The comparison with both sides exchanged.
    pub(super) const fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logic {
    And,
    Or,
}

/// What is passed through, with the parts that the compiler knows.
#[derive(Debug, Clone)]
pub(super) enum Foreign {
    /// A path, or a literal whose type only rustc can tell.
    Verbatim(Code),
    /// A function with arguments.
    Call(Code, Vec<Node>),
    /// A method, with what stands between its name and its arguments.
    Method(Box<Node>, Code, Vec<Node>),
    /// A field of a type that is not known.
    Field(Box<Node>, Code),
    /// `&…`, in an argument.
    Borrow(Box<Node>),
}

/// Rust as a text: tokens belong to the thread that made them, and a domain may be written out by several.
#[derive(Debug, Clone)]
pub(super) struct Code(String);

impl Code {
    pub(super) fn new(code: impl ToTokens) -> Self {
        Self(code.to_token_stream().to_string())
    }

    pub(super) fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }

    pub(super) fn tokens(&self) -> TokenStream {
        // The text was printed from tokens, which always reads as tokens again.
        self.0.parse().unwrap_or_default()
    }
}

impl Node {
    pub(super) fn new(kind: Kind, ty: Type) -> Self {
        Self { kind, ty }
    }

    pub(super) fn hole() -> Self {
        Self::new(Kind::Hole, Type::Unknown)
    }

    pub(super) fn foreign(foreign: Foreign) -> Self {
        Self::new(Kind::Foreign(foreign), Type::Unknown)
    }

    pub(super) fn boxed(self) -> Box<Self> {
        Box::new(self)
    }

    /// The parts right below, closures' bodies included.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Hole
            | Kind::Literal(..)
            | Kind::LengthLiteral(_)
            | Kind::Owner(_)
            | Kind::Local(_)
            | Kind::Fact(_)
            | Kind::Nothing
            | Kind::Foreign(Foreign::Verbatim(_)) => Vec::new(),
            Kind::Field(part, _)
            | Kind::Inner(part)
            | Kind::New(_, part)
            | Kind::Some(part)
            | Kind::Not(part)
            | Kind::Negative(part)
            | Kind::Widened(part)
            | Kind::Foreign(Foreign::Field(part, _) | Foreign::Borrow(part)) => vec![part],
            Kind::Arithmetic(_, left, right)
            | Kind::Comparison(_, left, right)
            | Kind::Logic(_, left, right)
            | Kind::Entry(left, right) => vec![left, right],
            Kind::If(condition, then, otherwise) => vec![condition, then, otherwise],
            Kind::Struct(_, parts) | Kind::Variant(_, _, parts) | Kind::Collection(parts) => {
                parts.iter().collect()
            }
            Kind::Foreign(Foreign::Call(_, parts)) => parts.iter().collect(),
            Kind::Method(_, receiver, parts) | Kind::Foreign(Foreign::Method(receiver, _, parts)) => {
                std::iter::once(receiver.as_ref()).chain(parts).collect()
            }
            Kind::Walk(_, receiver, closure) => vec![receiver, &closure.body],
        }
    }

    /// Whether some part, itself included, is as asked.
    pub(super) fn any(&self, wanted: &dyn Fn(&Self) -> bool) -> bool {
        wanted(self) || self.parts().into_iter().any(|part| part.any(wanted))
    }

    /// Whether its Rust has a `?`.
    pub(super) fn is_fallible(&self) -> bool {
        self.any(&|node| match &node.kind {
            Kind::Arithmetic(..) | Kind::Negative(_) | Kind::Fact(Fact::AggregateId(_)) => true,
            Kind::Method(method, ..) => method.is_fallible(),
            _ => false,
        })
    }

    /// Whether it reads an owner.
    pub(super) fn mentions(&self, owner: &str) -> bool {
        self.any(&|node| match &node.kind {
            Kind::Owner(name) => *name == owner,
            Kind::Fact(fact) => fact.owner() == owner,
            _ => false,
        })
    }

    /// The literal inside newtypes.
    pub(super) fn literal(&self) -> Option<(Scalar, &str)> {
        match &self.kind {
            Kind::Literal(scalar, text) => Some((*scalar, text)),
            Kind::LengthLiteral(text) => Some((Scalar::U64, text)),
            Kind::New(_, inner) => inner.literal(),
            _ => None,
        }
    }

    /// Whether it is a literal that is zero.
    pub(super) fn is_zero(&self) -> bool {
        self.literal().is_some_and(|(scalar, text)| {
            scalar.is_number()
                && text.split(['e', 'E']).next().is_some_and(|it| !it.contains(|c| ('1'..='9').contains(&c)))
        })
    }
}
