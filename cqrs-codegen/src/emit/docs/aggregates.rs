//! Aggregates: their state, commands, events with every version, and refusals.

use crate::model::{
    Aggregate, Apply, Command, Construction, Decision, Domain, Emission, ErrorKind, Event, Existence, Field,
    MessagePart, Retirement, Shape, Upcast, Write,
};

use super::diagram::Diagram;
use super::notation::{self, FIELDS, expression, fields};
use super::page::{Inline, Kind, Page, code, commas, link, text};

/// Writes each aggregate.
pub(super) fn write(domain: &Domain, page: &mut Page) {
    for (_, aggregate) in domain.aggregates() {
        page.thing(2, Kind::Aggregate, aggregate.name.as_str(), aggregate.doc.as_deref());
        let mut identity = vec![text("Identified by "), code(aggregate.id_field()), text(", a ")];
        identity.extend(notation::ty(domain, &aggregate.id));
        if let Some(every) = aggregate.snapshot_every {
            identity.push(text(format!("; a snapshot is taken every {every} events")));
        }
        identity.push(text("."));
        page.paragraph(identity);
        page.diagram(decisions(domain, aggregate));
        if !aggregate.state.is_empty() {
            page.section(3, &format!("State of {}", aggregate.name));
            page.table(FIELDS, fields(domain, &aggregate.state));
        }
        for id in &aggregate.commands {
            command(domain, domain.command(*id), page);
        }
        for id in &aggregate.events {
            event(domain, domain.event(*id), page);
        }
        for id in &aggregate.errors {
            error(domain, aggregate, domain.error(*id), page);
        }
    }
}

/// Each command with the events and refusals that it leads to.
fn decisions(domain: &Domain, aggregate: &Aggregate) -> Diagram {
    let mut diagram = Diagram::new(format!("What the commands of {} lead to", aggregate.name));
    for command in aggregate.commands.iter().map(|id| domain.command(*id)) {
        let from = diagram.node(0, Kind::Command, &command.name);
        for emission in emissions(command) {
            let to = diagram.node(1, Kind::Event, &domain.event(emission.event).name);
            diagram.edge(from, to, false);
        }
        for requirement in &command.requirements {
            let to = diagram.node(1, Kind::Error, &domain.error(requirement.error).name);
            diagram.edge(from, to, true);
        }
    }
    diagram
}

fn emissions(command: &Command) -> &[Emission] {
    match &command.decision {
        Decision::Emit(emissions) => emissions,
        Decision::Custom => &[],
    }
}

fn command(domain: &Domain, command: &Command, page: &mut Page) {
    page.thing(3, Kind::Command, command.name.as_str(), command.doc.as_deref());
    let mut who = vec![text("Sent by ")];
    who.extend(notation::roles(domain, command.allow.as_deref()));
    who.push(text(match command.existence {
        Existence::Any => ".",
        Existence::New => ". Only where there is none yet.",
        Existence::Existing => ". Only where there is one.",
    }));
    page.paragraph(who);
    page.table(FIELDS, fields(domain, &command.fields));
    let requirements = command.requirements.iter().map(|requirement| {
        let error = domain.error(requirement.error);
        let mut otherwise = vec![link(Kind::Error, &error.name)];
        if let Some(with) = notation::construction(domain, &error.fields, &requirement.construction) {
            otherwise.extend([text(" "), code(with)]);
        }
        vec![vec![code(expression(domain, requirement.that))], otherwise]
    });
    page.table(&["Requires", "Otherwise"], requirements.collect());
    match &command.decision {
        Decision::Custom => page.paragraph(vec![text("Decided by code beside the schema.")]),
        Decision::Emit(emissions) => {
            let rows = emissions.iter().map(|emission| {
                let event = domain.event(emission.event);
                let with = notation::construction(domain, &event.fields, &emission.construction);
                let when = emission.when.map_or_else(|| text("always"), |id| code(expression(domain, id)));
                vec![vec![link(Kind::Event, &event.name)], vec![when], with.map(code).into_iter().collect()]
            });
            page.table(&["Records", "When", "With"], rows.collect());
        }
    }
}

fn event(domain: &Domain, event: &Event, page: &mut Page) {
    page.thing(3, Kind::Event, event.name.as_str(), event.doc.as_deref());
    let published = if event.published { " Published: others outside the domain read it." } else { "" };
    page.paragraph(vec![text(format!("Version {}.{published}", event.version))]);
    page.table(FIELDS, fields(domain, &event.fields));
    let state = &domain.aggregate(event.aggregate).state;
    let name = |field: usize| state.get(field).map_or("", |field| field.name.as_str());
    match &event.apply {
        Apply::Nothing => {}
        Apply::Custom => page.paragraph(vec![text("Applied by code beside the schema.")]),
        Apply::Writes(writes) => page.table(&["State", "Change"], changes(domain, name, writes)),
    }
    if let Some(retirement) = &event.retired {
        retired(domain, retirement, page);
    }
    let by =
        domain.commands().filter(|(_, it)| emissions(it).iter().any(|it| domain.event(it.event) == event));
    relation(page, "Recorded by", by.map(|(_, it)| link(Kind::Command, &it.name)));
    let folded =
        domain.projections().filter(|(_, it)| it.folds.iter().any(|it| domain.event(it.event) == event));
    relation(page, "Read by", folded.map(|(_, it)| link(Kind::Projection, &it.name)));
    let rows = event.history.iter().map(|shape| version(domain, event, shape)).collect();
    let columns = ["Older version", "Stored as", "Fields", "Step to the next", "Step back"];
    page.table(if event.published { &columns } else { &columns[..4] }, rows);
}

/// What is written, a row for each.
pub(super) fn changes<'a>(
    domain: &Domain,
    name: impl Fn(usize) -> &'a str,
    writes: &[Write],
) -> Vec<Vec<Vec<Inline>>> {
    let row = |write: &Write| {
        vec![vec![code(notation::target(domain, &name, &write.target))], notation::operation(domain, write)]
    };
    writes.iter().map(row).collect()
}

fn retired(domain: &Domain, retirement: &Retirement, page: &mut Page) {
    match retirement {
        Retirement::Drop => page.paragraph(vec![text("No longer written; stored ones are read as nothing.")]),
        Retirement::Into(replacements) => {
            let mut parts = vec![text("No longer written; stored ones are read as ")];
            parts.extend(commas(
                replacements.iter().map(|it| link(Kind::Event, &domain.event(it.event).name)),
            ));
            parts.push(text("."));
            page.paragraph(parts);
        }
    }
}

fn version(domain: &Domain, event: &Event, shape: &Shape) -> Vec<Vec<Inline>> {
    let fields = shape.fields.iter().map(|it| code(format!("{}: {}", it.name, domain.type_text(&it.ty))));
    let next = event.shape(shape.version + 1).map_or(&[][..], |(_, fields)| fields);
    let step = match &shape.upcast {
        Upcast::Custom => vec![text("by code beside the schema")],
        Upcast::Fields(it) => filled(domain, next, it),
    };
    let back = event.published.then(|| match &shape.downcast {
        Some(it) => filled(domain, &shape.fields, it),
        None => Vec::new(),
    });
    let name = vec![code(shape.stored_name.as_str())];
    let cells = [vec![text(shape.version.to_string())], name, commas(fields), step];
    cells.into_iter().chain(back).collect()
}

/// What a step fills.
fn filled(domain: &Domain, fields: &[Field], step: &Construction) -> Vec<Inline> {
    match notation::construction(domain, fields, step) {
        Some(with) => vec![code(with)],
        None => vec![text("fields carry over")],
    }
}

fn error(domain: &Domain, aggregate: &Aggregate, error: &ErrorKind, page: &mut Page) {
    page.thing(3, Kind::Error, error.name.as_str(), None);
    let message = error.message.iter().map(|part| match part {
        MessagePart::Text(it) => text(it.as_str()),
        MessagePart::Field(at) => code(error.fields.get(*at).map_or("", |field| field.name.as_str())),
    });
    page.paragraph(message.collect());
    page.table(FIELDS, fields(domain, &error.fields));
    let by = aggregate.commands.iter().map(|id| domain.command(*id));
    let by = by.filter(|it| it.requirements.iter().any(|it| domain.error(it.error) == error));
    relation(page, "Given by", by.map(|it| link(Kind::Command, &it.name)));
}

/// A sentence that names the things that something is connected with, where there are any.
pub(super) fn relation(page: &mut Page, words: &str, things: impl Iterator<Item = Inline>) {
    let things = commas(things);
    if !things.is_empty() {
        let mut parts = vec![text(format!("{words} "))];
        parts.extend(things);
        parts.push(text("."));
        page.paragraph(parts);
    }
}
