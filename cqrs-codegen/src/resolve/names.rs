//! The tables of names, and looking a name up in one.

use std::collections::BTreeMap;

use crate::code::{Code, aggregate, projection, types};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, did_you_mean, quote, quote_all};
use crate::model::{AggregateId, CommandId, ErrorId, EventId, Field, ProjectionId, RoleId, Scalar, TypeId};
use crate::source::{ScalarText, Span};

use super::Work;

/// Every name that a schema can mention, by what it names.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) roles: BTreeMap<String, RoleId>,
    pub(super) types: BTreeMap<String, TypeId>,
    pub(super) aggregates: BTreeMap<String, AggregateId>,
    pub(super) events: BTreeMap<String, EventId>,
    pub(super) commands: BTreeMap<String, CommandId>,
    pub(super) projections: BTreeMap<String, ProjectionId>,
    /// One table for each aggregate, by its place.
    pub(super) errors: Vec<BTreeMap<String, ErrorId>>,
    /// The stand-in for types that do not exist, once one was needed.
    pub(super) unknown_type: Option<TypeId>,
}

impl Work<'_> {
    pub(super) fn event(&mut self, name: &ScalarText) -> Option<EventId> {
        let found = look_up(&self.names.events, name);
        self.found(found, &aggregate::UNKNOWN_EVENT, name, "an event")
    }

    pub(super) fn command(&mut self, name: &ScalarText) -> Option<CommandId> {
        let found = look_up(&self.names.commands, name);
        self.found(found, &aggregate::UNKNOWN_COMMAND, name, "a command")
    }

    pub(super) fn projection(&mut self, name: &ScalarText) -> Option<ProjectionId> {
        let found = look_up(&self.names.projections, name);
        self.found(found, &projection::UNKNOWN_PROJECTION, name, "a projection")
    }

    pub(super) fn error(&mut self, of: AggregateId, name: &ScalarText) -> Option<ErrorId> {
        let found = match self.names.errors.get(of.index()) {
            Some(table) => look_up(table, name),
            None => Err(None),
        };
        found.map_err(|nearest| self.report_unknown_error(of, name, nearest)).ok()
    }

    pub(super) fn roles(&mut self, names: &[ScalarText]) -> Vec<RoleId> {
        let mut roles = Vec::new();
        for name in names {
            let found = look_up(&self.names.roles, name);
            if let Some(role) =
                self.found(found, &aggregate::UNKNOWN_ROLE, name, "a role").filter(|it| !roles.contains(it))
            {
                roles.push(role);
            }
        }
        roles
    }

    /// The stand-in for a type that was refused: a type of which nothing is known, so that nothing more is said of it.
    pub(super) fn unknown_type(&mut self, at: Span) -> TypeId {
        if let Some(id) = self.names.unknown_type {
            return id;
        }
        let id = self.domain.push_stand_in(at);
        self.names.unknown_type = Some(id);
        id
    }

    pub(super) fn report_unknown_type(&mut self, name: &str, at: Span) {
        let scalars = Scalar::ALL.iter().map(|scalar| scalar.name());
        let known = self.names.types.keys().map(String::as_str).chain(scalars).chain(["list", "set", "map"]);
        let help = did_you_mean(name, known).unwrap_or_else(|| {
            String::from("declare it under `types`, or name one of the language's own types")
        });
        let message = format!("no type is called {}", quote(name));
        self.ctx.report(Diagnostic::new(&types::UNKNOWN_TYPE, at, message).help(help));
    }

    fn report_unknown_error(&mut self, of: AggregateId, name: &ScalarText, nearest: Option<String>) {
        let aggregate = quote(self.domain.aggregate(of).name.as_str());
        let help = nearest.unwrap_or_else(|| format!("declare it under `errors` of {aggregate}"));
        let message = format!("{aggregate} has no error called {}", quote(name.text()));
        self.ctx.report(Diagnostic::new(&aggregate::UNKNOWN_ERROR, name.span(), message).help(help));
    }

    /// What was found, or nothing and a report.
    fn found<T>(
        &mut self,
        found: Result<T, Option<String>>,
        code: &'static Code,
        name: &ScalarText,
        wanted: &str,
    ) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(nearest) => {
                let message = format!("there is no {} called {}", bare(wanted), quote(name.text()));
                let other = self.what_else(name, wanted);
                let nothing = nearest.is_none() && other.is_none();
                let declare = nothing.then(|| format!("declare {wanted} of this name"));
                let diagnostic = Diagnostic::new(code, name.span(), message);
                self.ctx.report(diagnostic.maybe_help(nearest).maybe_help(other).maybe_help(declare));
                None
            }
        }
    }

    /// Says what a name stands for, where it stands for something else than `wanted`.
    fn what_else(&self, name: &ScalarText, wanted: &str) -> Option<String> {
        let text = name.text();
        let kinds = [
            (self.names.events.contains_key(text), "an event"),
            (self.names.commands.contains_key(text), "a command"),
            (self.names.projections.contains_key(text), "a projection"),
            (self.names.aggregates.contains_key(text), "an aggregate"),
            (self.names.types.contains_key(text), "a type"),
            (self.names.errors.iter().any(|table| table.contains_key(text)), "an error"),
        ];
        let (_, kind) = kinds.into_iter().find(|(is, _)| *is)?;
        Some(format!("{} is {kind}, and {wanted} is wanted here", quote(text)))
    }
}

fn bare(wanted: &str) -> &str {
    wanted.split_once(' ').map_or(wanted, |(_, noun)| noun)
}

/// What a name leads to, or the nearest name that there is.
fn look_up<T: Copy>(table: &BTreeMap<String, T>, name: &ScalarText) -> Result<T, Option<String>> {
    table.get(name.text()).copied().ok_or_else(|| did_you_mean(name.text(), table.keys().map(String::as_str)))
}

/// The place of the field that is called `name`, or a report that `owner` has none.
pub(super) fn field(
    ctx: &mut Context,
    name: &ScalarText,
    fields: &[Field],
    code: &'static Code,
    owner: &str,
) -> Option<usize> {
    let found = fields.iter().position(|field| field.name.as_str() == name.text());
    if found.is_none() {
        let names = || fields.iter().map(|field| field.name.as_str());
        let help = did_you_mean(name.text(), names()).unwrap_or_else(|| match fields.len() {
            0 => String::from("it has no fields at all"),
            _ => format!("it has {}", quote_all(names().take(12), "and")),
        });
        let message = format!("{owner} has no field {}", quote(name.text()));
        ctx.report(Diagnostic::new(code, name.span(), message).help(help));
    }
    found
}
