//! Queries: typed questions to a projection.

use super::{Column, Name, Origin, ProjectionId, RoleId};

/// A question to one projection, answered by pages of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Its name, unique in the domain.
    pub name: Name,
    /// What it asks, in the schema's words.
    pub doc: Option<String>,
    /// Who may ask; nothing means anyone. Never empty.
    pub allow: Option<Vec<RoleId>>,
    /// The projection.
    pub from: ProjectionId,
    /// What the request narrows by; all must hold. Each pair of column and kind once.
    pub filters: Vec<Filter>,
    /// The order of the rows; ties are broken by the key.
    pub order_by: Vec<Order>,
    /// The most rows of a page, where the schema says so.
    pub limit: Option<u32>,
    /// Where it was declared: the name.
    pub origin: Origin,
}

/// One field of a query's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What is compared.
    pub column: Column,
    /// How it is compared with the request's value.
    pub kind: FilterKind,
    /// Where it was written: the column.
    pub origin: Origin,
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilterKind {
    /// The value.
    Equals,
    /// The value or more.
    AtLeast,
    /// More than the value.
    Above,
    /// The value or less.
    AtMost,
    /// Less than the value.
    Below,
    /// One of the values of a list.
    AnyOf,
    /// A text that begins with the value.
    Prefix,
}

impl FilterKind {
    /// Every kind, in the order of the reference.
    pub const ALL: &[Self] =
        &[Self::Equals, Self::AtLeast, Self::Above, Self::AtMost, Self::Below, Self::AnyOf, Self::Prefix];

    /// The word in the schema language, and in the derive.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::AtLeast => "at_least",
            Self::Above => "above",
            Self::AtMost => "at_most",
            Self::Below => "below",
            Self::AnyOf => "any_of",
            Self::Prefix => "prefix",
        }
    }
}

/// A column by which rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: Column,
    /// Whether the greatest come first.
    pub descending: bool,
    /// Where it was written: the column.
    pub origin: Origin,
}
