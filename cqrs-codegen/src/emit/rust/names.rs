//! The Rust names of everything that is generated.
//!
//! What the schema names keeps its name, in Rust's case. What it does not name, an event set or an older shape, gets a
//! name made of its owner's, and another one where the schema has taken that.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use crate::model::{AggregateId, Domain, EventId, KEYWORDS, Name, ProjectionId};

/// A type that the schema does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Made {
    /// The set of an aggregate's events.
    EventSet(AggregateId),
    /// Why an aggregate refuses.
    Error(AggregateId),
    /// The decisions that the user writes.
    Decisions(AggregateId),
    /// The changes of state that the user writes.
    Applies(AggregateId),
    /// The conversions of older shapes that the user writes.
    Upcasts(AggregateId),
    /// An older shape of an event.
    Shape(EventId, u32),
    /// The key of a projection's rows.
    Key(ProjectionId),
    /// The changes of rows that the user writes.
    Folds(ProjectionId),
}

/// The names of the generated module's types.
#[derive(Debug)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    made: BTreeMap<Made, Ident>,
}

impl Names {
    /// The names of a domain's types, those that it does not name itself included.
    pub(super) fn new(domain: &Domain) -> Self {
        let named = (domain.types.iter().map(|it| &it.name))
            .chain(domain.aggregates.iter().map(|it| &it.name))
            .chain(domain.events.iter().map(|it| &it.name))
            .chain(domain.commands.iter().map(|it| &it.name))
            .chain(domain.projections.iter().map(|it| &it.name))
            .chain(domain.queries.iter().map(|it| &it.name));
        let role = domain.roles.first().map(|_| "Role");
        let mut names = Self {
            taken: named.map(Name::camel).chain(role).map(str::to_owned).collect(),
            made: BTreeMap::new(),
        };
        for (id, aggregate) in domain.aggregates() {
            let name = aggregate.name.camel();
            names.make(Made::EventSet(id), aggregate.event_set());
            names.make(Made::Error(id), aggregate.error_set());
            names.make(Made::Decisions(id), format!("{name}Decisions"));
            names.make(Made::Applies(id), format!("{name}Applies"));
            names.make(Made::Upcasts(id), format!("{name}Upcasts"));
        }
        for (id, event) in domain.events() {
            for shape in &event.history {
                names.make(Made::Shape(id, shape.version), event.shape_name(shape.version));
            }
        }
        for (id, projection) in domain.projections() {
            let name = projection.name.camel();
            names.make(Made::Key(id), projection.key_name());
            names.make(Made::Folds(id), format!("{name}Folds"));
        }
        names
    }

    /// Takes the name; where the schema has taken it, the next that is free. A rule keeps the names of events, errors and
    /// keys free, for other derives know them; the traits for what the user writes are known here alone.
    fn make(&mut self, made: Made, mut name: String) {
        while !self.taken.insert(name.clone()) {
            name.push_str("InRust");
        }
        self.made.insert(made, type_ident(&name));
    }

    /// The name of a type that the schema does not name.
    pub(super) fn made(&self, made: Made) -> Ident {
        self.made.get(&made).cloned().unwrap_or_else(|| type_ident("Unnamed"))
    }

    /// Whether a type of the generated module has this name.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }
}

/// The identifier of a type, a variant or a trait.
pub(super) fn type_ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The name of a type or variant.
pub(super) fn camel(name: &Name) -> Ident {
    type_ident(name.camel())
}

/// The name of a field or function; a raw identifier where it is a keyword.
pub(super) fn snake(name: &Name) -> Ident {
    value_ident(name.snake())
}

/// The identifier of a field, function or variable; a raw one where the text is a keyword.
pub(super) fn value_ident(text: &str) -> Ident {
    if KEYWORDS.contains(&text) {
        Ident::new_raw(text, Span::call_site())
    } else {
        Ident::new(text, Span::call_site())
    }
}
