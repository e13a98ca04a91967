//! How an event, error or row comes by its values: fills, terms and writes.

use super::{ExpressionId, Origin, TypeId, Value};

/// What stands where a value is wanted: code, a plain value, or a struct whose fields are terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// An expression.
    Expression(ExpressionId),
    /// `{ value: branch }`.
    Value(Value),
    /// A struct written as a mapping of its fields.
    Struct {
        /// The struct.
        ty: TypeId,
        /// One for each field, in the order of their declaration.
        fields: Vec<Fill>,
        /// Whether the place is a `T?`, so that the struct stands in a `Some`.
        optional: bool,
    },
}

/// The making of an event, error or older shape: one fill for each field, in the order of their declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Construction {
    /// The fills.
    pub fills: Vec<Fill>,
}

/// Where the value of one field comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Fill {
    /// What the schema writes.
    Term(Term),
    /// The field of the same name of the command, older event or retired event that is at hand, by its place there.
    Carry(usize, Conversion),
    /// The field's own default, or absence for a `T?`.
    Default,
}

/// How a carried value becomes one of the field's type; never loses anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// Both types are the same.
    Same,
    /// A wider number, with `From`.
    Widen,
    /// `T` to `T?`.
    Wrap,
    /// A wider number, then `T?`.
    WidenAndWrap,
    /// `T?` to a `T?` with a wider number inside.
    WidenInside,
}

/// One change of a state or row: `balance: state.balance + event.amount`.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// What is written to.
    pub target: Target,
    /// What is done to it.
    pub operation: Operation,
    /// Where it was written: the key.
    pub origin: Origin,
}

/// A field of a state or row, or one entry of a map in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The field's place in the state, or among the row's fields.
    pub field: usize,
    /// The entry's key: `stock[event.sku]`.
    pub entry: Option<ExpressionId>,
}

/// What is done to a target. Each fits the target's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// The target becomes this.
    Set(Term),
    /// A number grows by this.
    Add(Term),
    /// A number shrinks by this.
    Subtract(Term),
    /// A list gets this at its end.
    Push(Term),
    /// A set gets this.
    Insert(Term),
    /// A set loses this, a map the entry of this key, a list every item equal to this.
    Remove(Term),
    /// A collection loses everything, an optional its value.
    Clear,
}
