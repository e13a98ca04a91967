//! The names of what is generated beside what the schema declares.
//!
//! Emitters take the names from here, and a rule keeps the schema's own names clear of them.

use super::{Aggregate, Domain, Event, Filter, FilterKind, Origin, Projection, Query, RowField, snake_case};

impl Aggregate {
    /// The set of its events: `AccountEvent`.
    #[must_use]
    pub fn event_set(&self) -> String {
        format!("{}Event", self.name.camel())
    }

    /// The enum of its errors: `AccountError`.
    #[must_use]
    pub fn error_set(&self) -> String {
        format!("{}Error", self.name.camel())
    }
}

impl Event {
    /// The type of an older shape: `MoneyDepositedV1`; today's is the event itself.
    #[must_use]
    pub fn shape_name(&self, version: u32) -> String {
        if version == self.version {
            self.name.camel().to_owned()
        } else {
            format!("{}V{version}", self.name.camel())
        }
    }
}

impl Projection {
    /// The key of its rows: `AccountSummaryKey`.
    #[must_use]
    pub fn key_name(&self) -> String {
        format!("{}Key", self.name.camel())
    }

    /// What the derive calls its columns: `AccountSummaryColumns`.
    #[must_use]
    pub fn columns_name(&self) -> String {
        format!("{}Columns", self.name.camel())
    }
}

impl RowField {
    /// The columns that an average keeps beside it: its sum and its count.
    #[must_use]
    pub fn average_columns(&self) -> [String; 2] {
        let name = self.field.name.snake();
        [format!("{name}_sum"), format!("{name}_count")]
    }
}

impl Query {
    /// The field of the request that a filter becomes: the column, and where the column is compared in several ways the
    /// way as well, as in `due_at_least`.
    #[must_use]
    pub fn request_field(&self, domain: &Domain, filter: &Filter) -> String {
        let column = snake_case(domain.projection(self.from).column_name(filter.column));
        let is_alone = self.filters.iter().filter(|other| other.column == filter.column).count() == 1;
        if is_alone || filter.kind == FilterKind::Equals {
            column
        } else {
            format!("{column}_{}", filter.kind.word())
        }
    }
}

impl Domain {
    /// Every name in the generated module that the schema does not declare, with what it is and what it comes from.
    #[must_use]
    pub fn generated_names(&self) -> Vec<(String, String, Origin)> {
        let mut names = Vec::new();
        for aggregate in &self.aggregates {
            let owner = aggregate.name.as_str();
            names.push((aggregate.event_set(), format!("the events of `{owner}`"), aggregate.origin));
            names.push((aggregate.error_set(), format!("the errors of `{owner}`"), aggregate.origin));
        }
        for event in &self.events {
            for shape in event.history.iter().filter(|shape| shape.version < event.version) {
                let what = format!("version {} of `{}`", shape.version, event.name);
                names.push((event.shape_name(shape.version), what, shape.origin));
            }
        }
        for projection in &self.projections {
            let (name, origin) = (&projection.name, projection.origin);
            names.push((projection.key_name(), format!("the key of `{name}`"), origin));
            names.push((projection.columns_name(), format!("the columns of `{name}`"), origin));
        }
        if let Some((_, origin)) = self.roles.first() {
            names.push((String::from("Role"), String::from("the roles"), *origin));
        }
        names
    }
}
