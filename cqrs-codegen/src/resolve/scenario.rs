//! Scenarios: what they mention, with values for its fields.

use crate::code::{scenario as code, types as types_code};
use crate::diagnostic::{Diagnostic, quote, quote_all};
use crate::model::{
    AggregateId, Column, Expectation, ExpectedError, ExpectedEvent, ExpectedRows, Field, Given, Origin,
    Scalar, Scenario, TypeRef, Value, When,
};
use crate::source::{ScalarText, Span};
use crate::syntax::ast;
use crate::yaml::Node;

use super::Work;

/// Resolves every scenario.
pub(super) fn resolve(work: &mut Work<'_>, schema: &ast::Document) {
    for declaration in &schema.scenarios {
        let scenario = work.resolve_scenario(declaration);
        work.domain.scenarios.push(scenario);
    }
}

impl Work<'_> {
    fn resolve_scenario(&mut self, declaration: &ast::Scenario) -> Scenario {
        let given: Vec<Given> = declaration.given.iter().filter_map(|mention| self.given(mention)).collect();
        let when = declaration.when.as_ref().and_then(|mention| self.when(mention));
        let aggregate = self.scenario_aggregate(&given, when.as_ref());
        let then = match &declaration.then {
            Some(then) => self.expectation(declaration, then, aggregate),
            None => Expectation::default(),
        };
        Scenario {
            name: declaration.name.text().trim().to_owned(),
            aggregate,
            given,
            when,
            then,
            origin: Origin::new(declaration.name.span(), declaration.whole),
        }
    }

    /// The aggregate that is asked, or the only one that anything happened to.
    fn scenario_aggregate(&self, given: &[Given], when: Option<&When>) -> Option<AggregateId> {
        if let Some(when) = when {
            return Some(self.domain.command(when.command).aggregate);
        }
        let mut aggregates: Vec<AggregateId> =
            given.iter().map(|it| self.domain.event(it.event).aggregate).collect();
        aggregates.sort();
        aggregates.dedup();
        match aggregates.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    fn given(&mut self, mention: &ast::Mention) -> Option<Given> {
        let event = self.event(&mention.name)?;
        let recorded = self.domain.event(event).clone();
        let owner = format!("the event {}", quote(recorded.name.as_str()));
        let fields = self.complete_values(mention, &recorded.fields, &owner, 0);
        let id_type = self.domain.aggregate(recorded.aggregate).id.clone();
        let id = mention.id.as_ref().and_then(|node| self.scenario_value(node, &id_type));
        Some(Given { event, id, fields, origin: Origin::new(mention.name.span(), mention.whole) })
    }

    fn when(&mut self, mention: &ast::Mention) -> Option<When> {
        let id = self.command(&mention.name)?;
        let command = self.domain.command(id).clone();
        let owner = format!("the command {}", quote(command.name.as_str()));
        // The first field is the id, which the scenario has by itself.
        let fields = self.complete_values(mention, &command.fields, &owner, 1);
        let now = mention.now.as_ref().and_then(|node: &Node| {
            match self.scenario_value(node, &TypeRef::Scalar(Scalar::Timestamp))? {
                Value::Scalar(_, text) => Some(text),
                _ => None,
            }
        });
        Some(When { command: id, fields, now, origin: Origin::new(mention.name.span(), mention.whole) })
    }

    /// A value for each field; those before `optional` and those that may be absent may be left out.
    fn complete_values(
        &mut self,
        mention: &ast::Mention,
        fields: &[Field],
        owner: &str,
        optional: usize,
    ) -> Vec<Option<Value>> {
        let given = mention.values.iter().map(|given| (&given.name, &given.value));
        let some = self.some_values(given, fields, &types_code::VALUE_UNKNOWN_FIELD, owner);
        let mut values: Vec<Option<Value>> = vec![None; fields.len()];
        for (index, value) in some {
            values[index] = Some(value);
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&values)
            .skip(optional)
            .filter(|(field, value)| value.is_none() && !field.may_be_absent())
            .map(|(field, _)| field.name.as_str())
            .collect();
        if !missing.is_empty() {
            let names = quote_all(missing.iter().copied(), "and");
            let message = format!("{owner} lacks a value for {names}");
            self.ctx.report_absence(
                mention.whole,
                Diagnostic::new(&types_code::VALUE_MISSING_FIELD, mention.name.span(), message)
                    .help(format!("add {names}")),
            );
        }
        values
    }

    fn expectation(
        &mut self,
        scenario: &ast::Scenario,
        then: &ast::Then,
        aggregate: Option<AggregateId>,
    ) -> Expectation {
        Expectation {
            error: then.error.as_ref().and_then(|mention| self.expected_error(scenario, mention, aggregate)),
            events: then
                .events
                .as_ref()
                .map(|mentions| self.expected_events(scenario, then, mentions, aggregate)),
            state: match &then.state {
                Some((key, values)) => self.expected_state(*key, values, aggregate),
                None => Vec::new(),
            },
            rows: then.rows.iter().filter_map(|rows| self.expected_rows(rows)).collect(),
        }
    }

    fn expected_error(
        &mut self,
        scenario: &ast::Scenario,
        mention: &ast::Mention,
        aggregate: Option<AggregateId>,
    ) -> Option<ExpectedError> {
        self.require_command(scenario, mention.name.span(), "an error");
        let error = self.error(aggregate.filter(|_| scenario.when.is_some())?, &mention.name)?;
        let refusal = self.domain.error(error).clone();
        let owner = format!("the error {}", quote(refusal.name.as_str()));
        let fields = self.mentioned(&mention.values, &refusal.fields, &owner);
        Some(ExpectedError { error, fields })
    }

    fn expected_events(
        &mut self,
        scenario: &ast::Scenario,
        then: &ast::Then,
        mentions: &[ast::Mention],
        aggregate: Option<AggregateId>,
    ) -> Vec<ExpectedEvent> {
        let at = mentions.first().map_or(then.key, |mention| mention.name.span());
        self.require_command(scenario, at, "recorded events");
        mentions
            .iter()
            .filter_map(|mention| {
                let event = match aggregate {
                    Some(aggregate) => self.own_event(&mention.name, aggregate, "is expected")?,
                    None => self.event(&mention.name)?,
                };
                let recorded = self.domain.event(event).clone();
                let owner = format!("the event {}", quote(recorded.name.as_str()));
                Some(ExpectedEvent {
                    event,
                    fields: self.mentioned(&mention.values, &recorded.fields, &owner),
                })
            })
            .collect()
    }

    fn require_command(&mut self, scenario: &ast::Scenario, at: Span, what: &str) {
        if scenario.when.is_none() {
            let message = format!("{what} can only come of a command, and the scenario asks for none");
            self.ctx.report_absence(
                scenario.whole,
                Diagnostic::new(&code::NO_COMMAND, at, message).help("add `when: { Command: { … } }`"),
            );
        }
    }

    fn expected_state(
        &mut self,
        key: Span,
        values: &[ast::Given],
        aggregate: Option<AggregateId>,
    ) -> Vec<(usize, Value)> {
        let Some(aggregate) = aggregate else {
            let message = "it is not clear whose state is meant";
            let help = "name a command under `when`, or give events of one aggregate alone";
            self.ctx.report_absence(key, Diagnostic::new(&code::NO_AGGREGATE, key, message).help(help));
            return Vec::new();
        };
        let aggregate = self.domain.aggregate(aggregate).clone();
        let owner = format!("the state of {}", quote(aggregate.name.as_str()));
        self.mentioned(values, &aggregate.state, &owner)
    }

    fn expected_rows(&mut self, declared: &ast::Rows) -> Option<ExpectedRows> {
        let id = self.projection(&declared.projection)?;
        let projection = self.domain.projection(id).clone();
        let rows = declared
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .filter_map(|given| {
                        let column: Column = self.column(&projection, &given.name)?;
                        let value = self.scenario_value(&given.value, &projection.column_type(column))?;
                        Some((column, value))
                    })
                    .collect()
            })
            .collect();
        Some(ExpectedRows { projection: id, rows })
    }

    fn mentioned(&mut self, values: &[ast::Given], fields: &[Field], owner: &str) -> Vec<(usize, Value)> {
        let given =
            values.iter().map(|given: &ast::Given| -> (&ScalarText, &Node) { (&given.name, &given.value) });
        self.some_values(given, fields, &types_code::VALUE_UNKNOWN_FIELD, owner)
    }
}
