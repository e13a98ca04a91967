//! Findings of the rules of change as diagnostics: the schema's place, the lock's line, and the way out.

use cqrs_evolution::lock::Lock;
use cqrs_evolution::model::StoredAs;
use cqrs_evolution::rules::Finding;

use crate::code::evolution as code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{self, Domain, Event, Origin, Type, TypeKind, Waiver};
use crate::source::{FileId, SourceMap, Span};

/// Where things stand: in the schema, and in the lock.
pub(super) struct Places<'a> {
    pub(super) domain: &'a Domain,
    pub(super) lock: Option<(&'a Lock, FileId)>,
    pub(super) sources: &'a SourceMap,
}

impl Places<'_> {
    /// What is told of a finding; nothing only of a rule that has no code.
    pub(super) fn diagnostic(&self, finding: &Finding) -> Option<Diagnostic> {
        let (span, label) = self.in_schema(finding);
        let mut told = Diagnostic::new(code::of(finding.rule)?, span, &finding.message).label(label);
        if let Some(user) = self.nested_in(finding).filter(|user| *user != span) {
            told = told.also(user, "stored as a part of this");
        }
        if let Some(line) = self.in_lock(finding) {
            let text =
                if told.severity() == Severity::Note { "what was released before" } else { "released here" };
            told = told.also(line, text);
        }
        Some(told.help(finding.help.as_str()))
    }

    /// What is told of a waiver that does not hold.
    pub(super) fn waiver_problem(&self, finding: &Finding, waiver: &Waiver) -> Option<Diagnostic> {
        let told = Diagnostic::new(code::of(finding.rule)?, waiver.origin.span(), &finding.message);
        Some(told.help(finding.help.as_str()))
    }

    /// The place of the schema that a finding is about, and what is said beside it.
    fn in_schema(&self, finding: &Finding) -> (Span, &'static str) {
        let Some(event) = self.event(finding) else {
            let aggregate = finding.subject.aggregate.as_deref();
            let aggregate = self.domain.aggregates.iter().find(|it| Some(it.name.as_str()) == aggregate);
            let span = aggregate.map_or(self.domain.origin.span(), |it| it.origin.span());
            return (span, "not here any more");
        };
        let (shape, fields) = self.shape(event, finding.subject.stored.as_ref());
        if let Some(place) = finding.subject.part.as_deref().and_then(|part| self.of_type(part)) {
            return (place.span(), "");
        }
        let field = first_field(finding).and_then(|name| fields.iter().find(|it| it.name.as_str() == name));
        (field.map_or(shape, |field| field.origin).span(), "")
    }

    /// The field of the event through which a change of a named type reaches it.
    fn nested_in(&self, finding: &Finding) -> Option<Span> {
        let event = self.event(finding)?;
        let (_, fields) = self.shape(event, finding.subject.stored.as_ref());
        let name = first_field(finding)?;
        fields.iter().find(|it| it.name.as_str() == name).map(|it| it.origin.span())
    }

    fn in_lock(&self, finding: &Finding) -> Option<Span> {
        let (lock, file) = self.lock?;
        let line = finding.lock_line(&lock.lines).or_else(|| {
            // The identity of a version that is new is not there; that of the event is.
            let aggregate = finding.subject.aggregate.as_ref().unwrap_or(&finding.subject.item);
            let released = lock.domain.aggregates.get(aggregate)?;
            let gone =
                finding.subject.aggregate.is_none().then(|| released.events.keys().next()).flatten()?;
            lock.lines.event(aggregate, gone)
        })?;
        Some(Span::new(file, self.sources.file(file).line(line)))
    }

    /// The event of today that has the finding's shape, or its name.
    fn event(&self, finding: &Finding) -> Option<&Event> {
        let aggregate = finding.subject.aggregate.as_deref()?;
        let events = || {
            self.domain
                .events
                .iter()
                .filter(|it| self.domain.aggregate(it.aggregate).name.as_str() == aggregate)
        };
        let by_shape = finding.subject.stored.as_ref().and_then(|stored| {
            events().find(|event| {
                event.shape(stored.version).is_some_and(|(name, _)| name.as_str() == stored.name)
            })
        });
        by_shape.or_else(|| events().find(|event| event.name.as_str() == finding.subject.item))
    }

    /// Where a shape of an event was declared, and its fields; today's where the event has not this one.
    fn shape<'e>(&self, event: &'e Event, stored: Option<&StoredAs>) -> (Origin, &'e [model::Field]) {
        let older = stored.and_then(|stored| event.history.iter().find(|it| it.version == stored.version));
        older.map_or((event.origin, &event.fields), |shape| (shape.origin, &shape.fields))
    }

    /// The place of a part of a named type: of its field or variant, or of the whole where it has that no more.
    fn of_type(&self, part: &str) -> Option<Origin> {
        let mut steps = part.split('.');
        let ty: &Type =
            steps.next().and_then(|name| self.domain.types.iter().find(|it| it.name.as_str() == name))?;
        let step = steps.next()?;
        let place = match &ty.kind {
            TypeKind::Struct(fields) => fields.iter().find(|it| it.name.as_str() == step).map(|it| it.origin),
            TypeKind::Enum(variants) => variants.iter().find(|it| it.name.as_str() == step).map(|variant| {
                let field =
                    steps.next().and_then(|step| variant.fields.iter().find(|it| it.name.as_str() == step));
                field.map_or(variant.origin, |field| field.origin)
            }),
            TypeKind::Newtype { .. } | TypeKind::Extern(_) => None,
        };
        Some(place.unwrap_or(ty.origin))
    }
}

/// The field of the event that the way to a finding's place begins with.
fn first_field(finding: &Finding) -> Option<&str> {
    finding.subject.path.as_deref()?.split(['.', '[']).next()
}
