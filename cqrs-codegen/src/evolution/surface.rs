//! What a domain offers beside its events: read models, and the items that callers write against.

use std::collections::BTreeMap;

use cqrs_evolution::model::{Projection, Surface};

use crate::emit::docs::notation::{expression, target, term, value};
use crate::model::{self, Column, Domain, Field, Fold, FoldAction, KeyPart, Operation, TypeKind, Write};

/// The read models and items of a domain.
pub(super) fn surface(domain: &Domain) -> Surface {
    let projections = domain.projections.iter();
    Surface {
        projections: projections.map(|it| (it.name.to_string(), projection(domain, it))).collect(),
        api: Items { domain, found: BTreeMap::new() }.all(),
    }
}

fn projection(domain: &Domain, projection: &model::Projection) -> Projection {
    let columns = projection.columns().into_iter().map(|column| {
        let ty = domain.type_text(&projection.column_type(column));
        (projection.column_name(column).to_owned(), ty)
    });
    let mut folds: Vec<String> = projection.folds.iter().map(|it| fold(domain, projection, it)).collect();
    folds.sort();
    folds.extend(projection.window.as_ref().map(|window| {
        let time = window.time.map_or_else(String::new, |time| expression(domain, time));
        format!("window {:?} every {:?} by {time}", window.size, window.hop_seconds)
    }));
    folds.extend(projection.fields.iter().filter_map(|row| {
        let name = &row.field.name;
        let default = row.field.default.as_ref().map(|it| format!("{name} from {}", value(domain, it)));
        let summary = row.summary.as_ref().map(|summary| {
            let of = summary.of.map_or_else(String::new, |of| expression(domain, of));
            format!("{name} is {} {of}", summary.kind.word())
        });
        summary.or(default)
    }));
    Projection { columns: columns.collect(), folds: folds.join("\n") }
}

fn fold(domain: &Domain, projection: &model::Projection, fold: &Fold) -> String {
    let mut text = format!("on {}", domain.event(fold.event).name);
    for part in &fold.key {
        text.push_str(&match part {
            KeyPart::AggregateId => " by id".to_owned(),
            KeyPart::EventField(field) => format!(" by field {field}"),
            KeyPart::Term(it) => format!(" by {}", term(domain, it)),
        });
    }
    if let Some(when) = fold.when {
        text.push_str(&format!(" if {}", expression(domain, when)));
    }
    let (word, writes) = match &fold.action {
        FoldAction::Set(writes) => ("set", writes.as_slice()),
        FoldAction::Insert(writes) => ("insert", writes.as_slice()),
        FoldAction::Delete => ("delete", &[][..]),
        FoldAction::Summarize => ("summarize", &[][..]),
        FoldAction::Custom => ("custom", &[][..]),
    };
    text.push_str(&format!(" {word}"));
    for it in writes {
        text.push_str(&format!(" {};", write(domain, projection, it)));
    }
    text
}

fn write(domain: &Domain, projection: &model::Projection, write: &Write) -> String {
    let name = |at: usize| projection.column_name(Column::Field(at));
    let (word, of) = match &write.operation {
        Operation::Set(it) => ("=", Some(it)),
        Operation::Add(it) => ("+=", Some(it)),
        Operation::Subtract(it) => ("-=", Some(it)),
        Operation::Push(it) => ("push", Some(it)),
        Operation::Insert(it) => ("insert", Some(it)),
        Operation::Remove(it) => ("remove", Some(it)),
        Operation::Clear => ("clear", None),
    };
    let of = of.map_or_else(String::new, |it| term(domain, it));
    format!("{} {word} {of}", target(domain, name, &write.target))
}

/// The items of the domain crate, as canonical text by path.
struct Items<'a> {
    domain: &'a Domain,
    found: BTreeMap<String, String>,
}

impl Items<'_> {
    fn all(mut self) -> BTreeMap<String, String> {
        let domain = self.domain;
        for (name, _) in &domain.roles {
            self.item(format!("role {name}"), "role");
        }
        for ty in &domain.types {
            self.ty(ty);
        }
        for aggregate in &domain.aggregates {
            let path = format!("aggregate {}", aggregate.name);
            self.item(path.clone(), format!("by {}", domain.type_text(&aggregate.id)));
            self.fields(&path, &aggregate.state);
        }
        for event in domain.events.iter().filter(|it| it.retired.is_none()) {
            let path = format!("event {}", event.name);
            self.item(path.clone(), format!("of {}", domain.aggregate(event.aggregate).name));
            self.fields(&path, &event.fields);
            for shape in event.history.iter().filter(|shape| shape.downcast.is_some()) {
                self.item(format!("downcast {}.{}", event.name, shape.version), "step");
            }
        }
        for error in &domain.errors {
            let path = format!("error {}.{}", domain.aggregate(error.aggregate).name, error.name);
            self.item(path.clone(), "error");
            self.fields(&path, &error.fields);
        }
        for command in &domain.commands {
            let path = format!("command {}", command.name);
            self.item(path.clone(), format!("of {}", domain.aggregate(command.aggregate).name));
            self.fields(&path, &command.fields);
        }
        for query in &domain.queries {
            let path = format!("query {}", query.name);
            let projection = domain.projection(query.from);
            self.item(path.clone(), format!("of {}", projection.name));
            for filter in &query.filters {
                let ty = domain.type_text(&projection.column_type(filter.column));
                let field = query.request_field(domain, filter);
                self.item(format!("{path}.{field}"), format!("{} {ty}", filter.kind.word()));
            }
        }
        for projection in &domain.projections {
            for column in projection.columns() {
                let path = format!("row {}.{}", projection.name, projection.column_name(column));
                self.item(path, domain.type_text(&projection.column_type(column)));
            }
        }
        self.found
    }

    fn ty(&mut self, ty: &model::Type) {
        let path = format!("type {}", ty.name);
        match &ty.kind {
            TypeKind::Newtype { inner, .. } => {
                self.item(path, format!("newtype of {}", self.domain.type_text(inner)));
            }
            TypeKind::Extern(rust) => self.item(path, rust.clone()),
            TypeKind::Struct(fields) => {
                self.item(path.clone(), "struct");
                self.fields(&path, fields);
            }
            TypeKind::Enum(variants) => {
                self.item(path.clone(), "enum");
                for variant in variants {
                    let path = format!("{path}.{}", variant.name);
                    self.item(path.clone(), "variant");
                    self.fields(&path, &variant.fields);
                }
            }
        }
    }

    fn fields(&mut self, owner: &str, fields: &[Field]) {
        for field in fields {
            self.item(format!("{owner}.{}", field.name), self.domain.type_text(&field.ty));
        }
    }

    fn item(&mut self, path: String, text: impl Into<String>) {
        self.found.insert(path, text.into());
    }
}
