//! The ids that stand in the place of names.
//!
//! An id is an index into one list of the [`Domain`](super::Domain) that gave it out, and means nothing in another.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(u32);

            impl $name {
                pub(crate) fn new(index: usize) -> Self {
                    Self(u32::try_from(index).unwrap_or(u32::MAX))
                }

                /// The place in the domain's list.
                #[must_use]
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A type under `types`.
    TypeId;
    /// An aggregate.
    AggregateId;
    /// An event of any aggregate.
    EventId;
    /// A command of any aggregate.
    CommandId;
    /// A refusal of any aggregate.
    ErrorId;
    /// A projection.
    ProjectionId;
    /// A query.
    QueryId;
    /// A role.
    RoleId;
    /// An expression anywhere in the schema.
    ExpressionId;
}
