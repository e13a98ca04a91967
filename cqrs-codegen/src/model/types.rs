//! Types under `types`, the fields that have them, and references to them.

pub use cqrs_evolution::model::Scalar;

use super::{ExpressionId, Name, Origin, TypeId, Value};

/// A type that the schema declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// Its name.
    pub name: Name,
    /// What it is for, in the schema's words.
    pub doc: Option<String>,
    /// What it consists of.
    pub kind: TypeKind,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// What a declared type consists of.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// Another type under a name of its own.
    Newtype {
        /// The type inside.
        inner: TypeRef,
        /// The rule for values that enter by a command: a condition on `value`, which has the type inside.
        check: Option<ExpressionId>,
    },
    /// Named fields.
    Struct(Vec<Field>),
    /// One of several variants; at least one.
    Enum(Vec<Variant>),
    /// The user's own Rust type, of which nothing is known but its path; empty for the stand-in of a refused type.
    Extern(String),
}

/// A variant of an enum, with or without fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// What it carries; empty for a variant that is only a name.
    pub fields: Vec<Field>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// A field of a type, state, event, error, command or row.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What it is for, in the schema's words.
    pub doc: Option<String>,
    /// Its type.
    pub ty: TypeRef,
    /// The value where none is given.
    pub default: Option<Value>,
    /// The rule for values that enter by a command: a condition on `value`, which has the field's type.
    pub check: Option<ExpressionId>,
    /// Whether it holds personal data.
    pub personal: bool,
    /// Where it was declared: the name.
    pub origin: Origin,
}

impl Field {
    /// Whether a value may be left out: there is a default, or absence is a value.
    #[must_use]
    pub fn may_be_absent(&self) -> bool {
        self.default.is_some() || matches!(self.ty, TypeRef::Optional(_))
    }
}

/// A type as a field names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// A type of the language.
    Scalar(Scalar),
    /// A type under `types`.
    Named(TypeId),
    /// `T?`; never of another optional.
    Optional(Box<TypeRef>),
    /// `list<T>`.
    List(Box<TypeRef>),
    /// `set<T>`.
    Set(Box<TypeRef>),
    /// `map<K, V>`.
    Map(Box<TypeRef>, Box<TypeRef>),
}

impl TypeRef {
    /// The type inside `T?`, or the type itself.
    #[must_use]
    pub fn required(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner,
            other => other,
        }
    }
}
