//! Projections with what each event does to their rows, and the queries that are put to them.

use crate::model::{
    Calendar, Column, Domain, Fold, FoldAction, KeyPart, Projection, Query, Refresh, RowField, Window,
    WindowSize,
};

use super::aggregates::{changes, relation};
use super::notation::{self, FIELDS, expression, fields};
use super::page::{Inline, Kind, Page, code, commas, link, text};

/// Writes each projection and each query.
pub(super) fn write(domain: &Domain, page: &mut Page) {
    if !domain.projections.is_empty() {
        page.section(2, "Projections");
    }
    for (_, it) in domain.projections() {
        projection(domain, it, page);
    }
    if !domain.queries.is_empty() {
        page.section(2, "Queries");
    }
    for (_, it) in domain.queries() {
        query(domain, it, page);
    }
}

fn projection(domain: &Domain, projection: &Projection, page: &mut Page) {
    page.thing(3, Kind::Projection, projection.name.as_str(), projection.doc.as_deref());
    let mut parts = vec![text("One row for each ")];
    parts.extend(commas(projection.key.iter().map(|field| code(field.name.as_str()))));
    if let Some(window) = &projection.window {
        parts.extend(kept_apart(domain, window));
    }
    parts.push(text(format!("; refreshed {}.", refreshed(projection.refresh))));
    page.paragraph(parts);
    let mut rows = fields(domain, projection.key.iter().chain(projection.fields.iter().map(|it| &it.field)));
    for (row, field) in rows.iter_mut().skip(projection.key.len()).zip(&projection.fields) {
        if let (Some(meaning), Some(summary)) = (row.last_mut(), summary(domain, field)) {
            meaning.splice(0..0, summary);
        }
    }
    page.table(FIELDS, rows);
    for fold in &projection.folds {
        self::fold(domain, projection, fold, page);
    }
    let indexes = projection.indexes.iter().map(|index| {
        commas(index.iter().map(|column| code(projection.column_name(*column))))
            .into_iter()
            .collect::<Vec<_>>()
    });
    let indexes: Vec<Vec<Inline>> = indexes.collect();
    if !indexes.is_empty() {
        page.paragraph(vec![text("Looked up by:")]);
        page.list(indexes);
    }
    let queries = domain.queries().filter(|(_, it)| domain.projection(it.from) == projection);
    relation(page, "Asked by", queries.map(|(_, it)| link(Kind::Query, &it.name)));
}

fn summary(domain: &Domain, field: &RowField) -> Option<Vec<Inline>> {
    let summary = field.summary.as_ref()?;
    let mut parts = vec![text(summary.kind.word())];
    if let Some(of) = summary.of {
        parts.extend([text(" of "), code(expression(domain, of))]);
    }
    if field.field.doc.is_some() || field.field.personal {
        parts.push(text("; "));
    }
    Some(parts)
}

fn fold(domain: &Domain, projection: &Projection, fold: &Fold, page: &mut Page) {
    let mut parts = vec![text("On "), link(Kind::Event, &domain.event(fold.event).name)];
    if let Some(when) = fold.when {
        parts.extend([text(" where "), code(expression(domain, when))]);
    }
    let keys = projection.key.iter().zip(&fold.key).filter_map(|(field, part)| match part {
        KeyPart::Term(it) => Some(code(format!("{}: {}", field.name, notation::term(domain, it)))),
        KeyPart::AggregateId | KeyPart::EventField(_) => None,
    });
    let keys = commas(keys);
    if !keys.is_empty() {
        parts.push(text(", for the row of "));
        parts.extend(keys);
    }
    let (what, writes) = match &fold.action {
        FoldAction::Set(writes) => (":", writes.as_slice()),
        FoldAction::Insert(writes) => (" the row is made anew:", writes.as_slice()),
        FoldAction::Delete => (" the row is removed.", &[][..]),
        FoldAction::Summarize => (" the summaries go on.", &[][..]),
        FoldAction::Custom => (" the row is changed by code beside the schema.", &[][..]),
    };
    parts.push(text(what));
    page.paragraph(parts);
    let name = |at: usize| projection.column_name(Column::Field(at));
    page.table(&["Column", "Change"], changes(domain, name, writes));
}

fn kept_apart(domain: &Domain, window: &Window) -> Vec<Inline> {
    let size = match window.size {
        WindowSize::Seconds(seconds) => seconds_text(seconds),
        WindowSize::Calendar(calendar) => String::from(match calendar {
            Calendar::Day => "a day",
            Calendar::Week => "a week",
            Calendar::Month => "a month",
            Calendar::Year => "a year",
        }),
    };
    let mut parts = vec![text(format!(" and window of {size}"))];
    if let Some(hop) = window.hop_seconds {
        parts.push(text(format!(", beginning every {}", seconds_text(hop))));
    }
    parts.push(text(", placed by "));
    parts.push(window.time.map_or_else(|| code("meta.recorded_at"), |time| code(expression(domain, time))));
    parts
}

fn refreshed(refresh: Refresh) -> String {
    match refresh {
        Refresh::OnCommit => String::from("with every commit"),
        Refresh::Continuous => String::from("continuously"),
        Refresh::EverySeconds(seconds) => format!("every {}", seconds_text(seconds)),
        Refresh::Manual => String::from("when asked"),
    }
}

/// A length of time as the schema writes it: `1h30m`.
fn seconds_text(mut seconds: u64) -> String {
    let mut text = String::new();
    for (unit, length) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        let count = seconds / length;
        seconds %= length;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    text
}

fn query(domain: &Domain, query: &Query, page: &mut Page) {
    page.thing(3, Kind::Query, query.name.as_str(), query.doc.as_deref());
    let projection = domain.projection(query.from);
    let mut who = vec![text("Asked by ")];
    who.extend(notation::roles(domain, query.allow.as_deref()));
    who.extend([text(", answered from "), link(Kind::Projection, &projection.name)]);
    let order = query.order_by.iter().map(|order| {
        let direction = if order.descending { " desc" } else { "" };
        code(format!("{}{direction}", projection.column_name(order.column)))
    });
    let order = commas(order);
    if !order.is_empty() {
        who.push(text(", ordered by "));
        who.extend(order);
    }
    if let Some(limit) = query.limit {
        who.push(text(format!(", {limit} rows a page")));
    }
    who.push(text("."));
    page.paragraph(who);
    let filters = query.filters.iter().map(|filter| {
        vec![vec![code(projection.column_name(filter.column))], vec![code(filter.kind.word())]]
    });
    page.table(&["Narrowed by", "How"], filters.collect());
}

#[cfg(test)]
mod tests {
    use super::seconds_text;

    #[test]
    fn lengths_of_time_read_as_the_schema_writes_them() {
        assert_eq!(seconds_text(5_400), "1h30m");
        assert_eq!(seconds_text(604_800), "1w");
        assert_eq!(seconds_text(30), "30s");
    }
}
