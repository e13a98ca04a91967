//! The head of the page: what the domain is about, and how its messages flow.

use crate::model::Domain;

use super::diagram::Diagram;
use super::page::{Kind, Page};

/// Writes the head of the page.
pub(super) fn write(domain: &Domain, page: &mut Page) {
    page.prose(domain.doc.as_deref());
    page.diagram(flow(domain));
}

/// From what is asked to what can be read: commands, aggregates, events, projections, queries.
fn flow(domain: &Domain) -> Diagram {
    let mut diagram = Diagram::new("How messages flow");
    for (_, aggregate) in domain.aggregates() {
        let commands = aggregate.commands.iter().map(|id| domain.command(*id));
        let commands: Vec<usize> = commands.map(|it| diagram.node(0, Kind::Command, &it.name)).collect();
        let owner = diagram.node(1, Kind::Aggregate, &aggregate.name);
        for command in commands {
            diagram.edge(command, owner, false);
        }
        for event in aggregate.events.iter().map(|id| domain.event(*id)).filter(|it| it.retired.is_none()) {
            let event = diagram.node(2, Kind::Event, &event.name);
            diagram.edge(owner, event, false);
        }
    }
    for (_, projection) in domain.projections() {
        let table = diagram.node(3, Kind::Projection, &projection.name);
        for fold in &projection.folds {
            let event = diagram.node(2, Kind::Event, &domain.event(fold.event).name);
            diagram.edge(event, table, false);
        }
    }
    for (_, query) in domain.queries() {
        let table = diagram.node(3, Kind::Projection, &domain.projection(query.from).name);
        let query = diagram.node(4, Kind::Query, &query.name);
        diagram.edge(table, query, false);
    }
    diagram
}
