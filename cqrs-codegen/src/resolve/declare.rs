//! Gives every declared thing its id, so that any of them can mention any other.

use std::collections::BTreeMap;

use crate::code::name as code;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::documents::Documents;
use crate::model::{
    Aggregate, AggregateId, Apply, Command, CommandId, Decision, Domain, ErrorId, ErrorKind, Event, EventId,
    Existence, Name, Origin, Projection, ProjectionId, Refresh, RoleId, Scalar, Type, TypeId, TypeKind,
    TypeRef,
};
use crate::source::{ScalarText, Span};
use crate::syntax::ast;

use super::names::Names;

/// A domain in which every thing is there by name, and the tables that find them.
pub(super) fn declare(documents: &Documents, ctx: &mut Context) -> (Domain, Names) {
    let schema = &documents.schema;
    let (name, origin) = match &schema.domain {
        Some(domain) => (Name::new(domain.text()), Origin::new(domain.span(), domain.span())),
        None => (Name::new("unnamed"), Origin::new(documents.start, documents.start)),
    };
    let mut declaring = Declaring {
        domain: Domain::empty(name, schema.doc.clone(), origin),
        names: Names::default(),
        module: BTreeMap::new(),
        ctx,
    };
    declaring.roles(&schema.roles);
    for declaration in documents.imported.iter().chain(&schema.types) {
        declaring.ty(declaration);
    }
    for aggregate in &schema.aggregates {
        declaring.aggregate(aggregate);
    }
    for projection in &schema.projections {
        declaring.projection(projection);
    }
    for query in &schema.queries {
        declaring.is_first("query", &query.name);
    }
    (declaring.domain, declaring.names)
}

struct Declaring<'a> {
    domain: Domain,
    names: Names,
    /// What has a name of its own in the generated module: all but roles and errors.
    module: BTreeMap<String, (&'static str, Span)>,
    ctx: &'a mut Context,
}

impl Declaring<'_> {
    fn roles(&mut self, roles: &[ScalarText]) {
        for role in roles {
            let id = RoleId::new(self.domain.roles.len());
            if let Some(first) = self.names.roles.get(role.text()) {
                let first = self.domain.role(*first).1.span();
                self.report_twice("the role", role, "it", first);
                continue;
            }
            self.names.roles.insert(role.text().to_owned(), id);
            self.domain.roles.push((Name::new(role.text()), Origin::new(role.span(), role.span())));
        }
    }

    fn ty(&mut self, declaration: &ast::TypeDeclaration) {
        let id = TypeId::new(self.domain.types.len());
        let origin = Origin::new(declaration.name.span(), declaration.whole);
        let name = Name::new(declaration.name.text());
        let kind = TypeKind::Struct(Vec::new());
        self.domain.types.push(Type { name, doc: declaration.doc.clone(), kind, origin });
        if self.is_first("type", &declaration.name) {
            self.names.types.insert(declaration.name.text().to_owned(), id);
        }
    }

    fn aggregate(&mut self, declaration: &ast::Aggregate) {
        let id = AggregateId::new(self.domain.aggregates.len());
        if self.is_first("aggregate", &declaration.name) {
            self.names.aggregates.insert(declaration.name.text().to_owned(), id);
        }
        self.names.errors.push(BTreeMap::new());
        let events = declaration.events.iter().map(|event| self.event(id, event)).collect();
        let errors = declaration.errors.iter().map(|error| self.error(id, error)).collect();
        let commands = declaration.commands.iter().map(|command| self.command(id, command)).collect();
        self.domain.aggregates.push(Aggregate {
            name: Name::new(declaration.name.text()),
            doc: declaration.doc.clone(),
            id: TypeRef::Scalar(Scalar::Uuid),
            id_origin: Origin::new(declaration.name.span(), declaration.name.span()),
            state: Vec::new(),
            events,
            errors,
            commands,
            snapshot_every: declaration.snapshot_every,
            origin: Origin::new(declaration.name.span(), declaration.whole),
        });
    }

    fn event(&mut self, aggregate: AggregateId, declaration: &ast::Event) -> EventId {
        let id = EventId::new(self.domain.events.len());
        if self.is_first("event", &declaration.name) {
            self.names.events.insert(declaration.name.text().to_owned(), id);
        }
        self.domain.events.push(Event {
            name: Name::new(declaration.name.text()),
            doc: declaration.doc.clone(),
            aggregate,
            published: declaration.published,
            version: declaration.version.map_or(1, |(version, _)| version),
            fields: Vec::new(),
            history: Vec::new(),
            apply: Apply::Nothing,
            retired: None,
            origin: Origin::new(declaration.name.span(), declaration.whole),
        });
        id
    }

    fn error(&mut self, aggregate: AggregateId, declaration: &ast::ErrorKind) -> ErrorId {
        let id = ErrorId::new(self.domain.errors.len());
        if let Some(table) = self.names.errors.get_mut(aggregate.index()) {
            table.insert(declaration.name.text().to_owned(), id);
        }
        self.domain.errors.push(ErrorKind {
            name: Name::new(declaration.name.text()),
            aggregate,
            fields: Vec::new(),
            message: Vec::new(),
            origin: Origin::new(declaration.name.span(), declaration.whole),
        });
        id
    }

    fn command(&mut self, aggregate: AggregateId, declaration: &ast::Command) -> CommandId {
        let id = CommandId::new(self.domain.commands.len());
        if self.is_first("command", &declaration.name) {
            self.names.commands.insert(declaration.name.text().to_owned(), id);
        }
        self.domain.commands.push(Command {
            name: Name::new(declaration.name.text()),
            doc: declaration.doc.clone(),
            aggregate,
            existence: match declaration.creates {
                None => Existence::Any,
                Some(true) => Existence::New,
                Some(false) => Existence::Existing,
            },
            allow: None,
            fields: Vec::new(),
            requirements: Vec::new(),
            decision: Decision::Custom,
            origin: Origin::new(declaration.name.span(), declaration.whole),
        });
        id
    }

    fn projection(&mut self, declaration: &ast::Projection) {
        let id = ProjectionId::new(self.domain.projections.len());
        if self.is_first("projection", &declaration.name) {
            self.names.projections.insert(declaration.name.text().to_owned(), id);
        }
        self.domain.projections.push(Projection {
            name: Name::new(declaration.name.text()),
            doc: declaration.doc.clone(),
            key: Vec::new(),
            fields: Vec::new(),
            folds: Vec::new(),
            indexes: Vec::new(),
            index_origins: Vec::new(),
            refresh: declaration.refresh.unwrap_or(Refresh::OnCommit),
            window: None,
            origin: Origin::new(declaration.name.span(), declaration.whole),
        });
    }

    /// Whether the name is new in the generated module; a second thing of one name is reported.
    fn is_first(&mut self, kind: &'static str, name: &ScalarText) -> bool {
        match self.module.get(name.text()) {
            None => {
                self.module.insert(name.text().to_owned(), (kind, name.span()));
                true
            }
            Some((first_kind, first)) => {
                let (what, first) = (format!("the {first_kind}"), *first);
                self.report_twice(&format!("the {kind}"), name, &what, first);
                false
            }
        }
    }

    fn report_twice(&mut self, kind: &str, name: &ScalarText, first_kind: &str, first: Span) {
        let message = format!("{kind} {} has a name that is taken", quote(name.text()));
        self.ctx.report(
            Diagnostic::new(&code::TAKEN, name.span(), message)
                .also(first, format!("{first_kind} is declared here"))
                .help("give one of them another name: types, aggregates, events, commands, projections and queries of a domain share one module"),
        );
    }
}
