//! Scenarios as given, when, then.

use crate::model::{Column, Domain, Field, Projection, Scenario, Value};

use super::notation::{filled, value};
use super::page::{Inline, Kind, Page, code, link, text};

/// Writes each scenario.
pub(super) fn write(domain: &Domain, page: &mut Page) {
    if !domain.scenarios.is_empty() {
        page.section(2, "Scenarios");
    }
    for scenario in &domain.scenarios {
        page.section(3, &scenario.name);
        page.list(steps(domain, scenario));
    }
}

fn steps(domain: &Domain, scenario: &Scenario) -> Vec<Vec<Inline>> {
    let mut steps = Vec::new();
    for given in &scenario.given {
        let event = domain.event(given.event);
        let with = filled(domain, &event.fields, &given.fields);
        steps.push(step("Given", Kind::Event, event.name.as_str(), with));
    }
    if let Some(when) = &scenario.when {
        let command = domain.command(when.command);
        let with = filled(domain, &command.fields, &when.fields);
        steps.push(step("When", Kind::Command, command.name.as_str(), with));
    }
    let then = &scenario.then;
    if let Some(expected) = &then.error {
        let error = domain.error(expected.error);
        let with = mentioned(domain, &error.fields, &expected.fields);
        steps.push(step("Then refused:", Kind::Error, error.name.as_str(), with));
    }
    if then.events.as_ref().is_some_and(Vec::is_empty) {
        steps.push(vec![text("Then nothing is recorded")]);
    }
    for expected in then.events.iter().flatten() {
        let event = domain.event(expected.event);
        let with = mentioned(domain, &event.fields, &expected.fields);
        steps.push(step("Then", Kind::Event, event.name.as_str(), with));
    }
    if let (Some(aggregate), false) = (scenario.aggregate, then.state.is_empty()) {
        let aggregate = domain.aggregate(aggregate);
        let with = mentioned(domain, &aggregate.state, &then.state);
        steps.push(step("Then the state of", Kind::Aggregate, aggregate.name.as_str(), with));
    }
    for expected in &then.rows {
        let projection = domain.projection(expected.projection);
        if expected.rows.is_empty() {
            steps.push(vec![text("Then no row of "), link(Kind::Projection, &projection.name)]);
        }
        for row in &expected.rows {
            let with = columns(domain, projection, row);
            steps.push(step("Then a row of", Kind::Projection, projection.name.as_str(), with));
        }
    }
    steps
}

fn step(words: &str, kind: Kind, name: &str, with: String) -> Vec<Inline> {
    let mut parts = vec![text(format!("{words} ")), link(kind, name)];
    if with != "{}" {
        parts.extend([text(" "), code(with)]);
    }
    parts
}

fn mentioned(domain: &Domain, fields: &[Field], values: &[(usize, Value)]) -> String {
    let name = |at: &usize| fields.get(*at).map_or("", |field| field.name.as_str());
    let pairs: Vec<String> =
        values.iter().map(|(at, it)| format!("{}: {}", name(at), value(domain, it))).collect();
    if pairs.is_empty() { String::from("{}") } else { format!("{{ {} }}", pairs.join(", ")) }
}

fn columns(domain: &Domain, projection: &Projection, row: &[(Column, Value)]) -> String {
    let pairs: Vec<String> = row
        .iter()
        .map(|(column, it)| format!("{}: {}", projection.column_name(*column), value(domain, it)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}
