//! What events do to the state, and how older shapes become today's.

use crate::code::{aggregate as code, history as history_code};
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Apply, Construction, Event, EventId, Replacement, Retirement, Scope, Upcast};
use crate::source::ScalarText;
use crate::syntax::ast;

use super::Work;
use super::construction::{Made, Source};
use super::write::Written;

/// What `cqrs evolve` writes where only a person can know what a field is for older records.
pub(crate) const BLANK: &str = "TODO";

/// Resolves every event's apply, history and retirement.
pub(super) fn resolve(work: &mut Work<'_>, schema: &ast::Document) {
    let declared = schema.aggregates.iter().flat_map(|aggregate| &aggregate.events);
    for (index, declaration) in declared.enumerate() {
        let id = EventId::new(index);
        let apply = work.apply(id, declaration);
        let upcasts = work.upcasts(id, declaration);
        let downcasts = work.downcasts(id, declaration);
        let retired = work.retirement(id, declaration);
        let event = &mut work.domain.events[index];
        event.apply = apply;
        event.retired = retired;
        for (shape, (upcast, downcast)) in event.history.iter_mut().zip(upcasts.into_iter().zip(downcasts)) {
            (shape.upcast, shape.downcast) = (upcast, downcast);
        }
    }
}

/// Where a step between two versions begins.
struct End {
    /// What `event` is in it.
    what: &'static str,
    /// Who has the older version.
    whom: &'static str,
}

const OLDER: End = End { what: "the older version", whom: "records" };
const NEWER: End = End { what: "the newer version", whom: "consumers" };

/// The older shapes as they are declared, in the order of their versions.
fn steps(declaration: &ast::Event) -> Vec<&ast::Step> {
    let mut steps: Vec<&ast::Step> = declaration.history.iter().collect();
    steps.sort_by_key(|step| step.version);
    steps
}

impl Work<'_> {
    fn apply(&mut self, id: EventId, declaration: &ast::Event) -> Apply {
        match &declaration.apply {
            None => Apply::Nothing,
            Some((_, ast::Apply::Custom)) => Apply::Custom,
            Some((_, ast::Apply::Writes(writes))) => {
                let owner = self.domain.aggregate(self.domain.event(id).aggregate).clone();
                let what = format!("the state of {}", quote(owner.name.as_str()));
                let written = Written { what, fields: &owner.state };
                Apply::Writes(self.writes(&written, writes, &Scope::Apply(id)))
            }
        }
    }

    /// The upcast of each older shape, in the order of their versions.
    fn upcasts(&mut self, id: EventId, declaration: &ast::Event) -> Vec<Upcast> {
        let event = self.domain.event(id).clone();
        steps(declaration)
            .iter()
            .zip(&event.history)
            .map(|(step, shape)| {
                let given = match &step.upcast {
                    ast::Upcast::Custom => return Upcast::Custom,
                    ast::Upcast::Fields(given) => self.without_blanks(given, &OLDER, shape.version),
                };
                // Where the next version is not there, a rule reports the gap.
                let Some((_, fields)) = event.shape(shape.version + 1) else {
                    return Upcast::Fields(Construction { fills: Vec::new() });
                };
                let made = Made {
                    what: format!("version {} of {}", shape.version + 1, quote(event.name.as_str())),
                    fields,
                    at: step.key,
                    whole: step.whole,
                    missing: &history_code::UNEXPLAINED_FIELD,
                    unknown: &history_code::UNKNOWN_FIELD,
                };
                let source = Source { what: OLDER.what, fields: &shape.fields };
                let scope = Scope::Upcast { event: id, from: shape.version };
                Upcast::Fields(self.construct(&made, &given, Some(&source), &scope))
            })
            .collect()
    }

    /// The downcast to each older shape that has one, in the order of their versions.
    fn downcasts(&mut self, id: EventId, declaration: &ast::Event) -> Vec<Option<Construction>> {
        let event = self.domain.event(id).clone();
        steps(declaration)
            .iter()
            .zip(&event.history)
            .map(|(step, shape)| {
                let declared = step.downcast.as_ref()?;
                if !event.published {
                    self.report_unpublished(declared, &event);
                    return None;
                }
                let given = self.without_blanks(&declared.given, &NEWER, shape.version);
                // Where the next version is not there, a rule reports the gap.
                let (_, newer) = event.shape(shape.version + 1)?;
                let made = Made {
                    what: format!("version {} of {}", shape.version, quote(event.name.as_str())),
                    fields: &shape.fields,
                    at: declared.key,
                    whole: declared.whole,
                    missing: &history_code::UNEXPLAINED_FIELD,
                    unknown: &history_code::UNKNOWN_FIELD,
                };
                let source = Source { what: NEWER.what, fields: newer };
                let scope = Scope::Downcast { event: id, to: shape.version };
                Some(self.construct(&made, &given, Some(&source), &scope))
            })
            .collect()
    }

    fn report_unpublished(&mut self, downcast: &ast::Downcast, event: &Event) {
        let message =
            format!("{} is not published, so nobody needs an older version", quote(event.name.as_str()));
        self.ctx.report(
            Diagnostic::new(&history_code::NOT_PUBLISHED, downcast.key, message)
                .also(event.origin.span(), "the event is here")
                .help("write `published: true` under the event if others read it, or remove `downcast`"),
        );
    }

    /// What fills a version, without the blanks that `cqrs evolve` has left, which are reported.
    fn without_blanks(
        &mut self,
        given: &[ast::Assignment],
        from: &End,
        version: u32,
    ) -> Vec<ast::Assignment> {
        let is_blank =
            |it: &&ast::Assignment| matches!(&it.term, ast::Term::Code(text) if text.text() == BLANK);
        for blank in given.iter().filter(is_blank) {
            let name = blank.name.text();
            let message =
                format!("nobody has said yet what {} is for {} of version {version}", quote(name), from.whom);
            let at = if let ast::Term::Code(text) = &blank.term { text.span() } else { blank.name.span() };
            self.ctx.report(Diagnostic::new(&history_code::BLANK, at, message).help(format!(
                "write an expression over `event`, which is {}, or a plain value: `{name}: {{ value: … }}`",
                from.what
            )));
        }
        given.iter().filter(|it| !is_blank(it)).cloned().collect()
    }

    fn retirement(&mut self, id: EventId, declaration: &ast::Event) -> Option<Retirement> {
        match declaration.retired.as_ref()? {
            ast::Retired::Drop => Some(Retirement::Drop),
            ast::Retired::Into(into) => {
                let retired = self.domain.event(id).clone();
                let source = Source { what: "the retired event", fields: &retired.fields };
                let scope = Scope::Retirement(id);
                let mut replacements = Vec::new();
                for declared in into {
                    let Some(event) = self.own_event(&declared.name, retired.aggregate, "is read as") else {
                        continue;
                    };
                    let construction = self.make_event(event, declared, &source, &scope);
                    replacements.push(Replacement { event, construction });
                }
                Some(Retirement::Into(replacements))
            }
        }
    }

    /// An event that is made of fields at hand.
    pub(super) fn make_event(
        &mut self,
        event: EventId,
        declared: &ast::Construction,
        source: &Source<'_>,
        scope: &Scope,
    ) -> Construction {
        let event = self.domain.event(event).clone();
        let made = Made {
            what: format!("the event {}", quote(event.name.as_str())),
            fields: &event.fields,
            at: declared.name.span(),
            whole: declared.whole,
            missing: &code::UNFILLED_EVENT,
            unknown: &code::UNKNOWN_EVENT_FIELD,
        };
        self.construct(&made, &declared.fields, Some(source), scope)
    }

    /// An event of this aggregate; one of another is reported.
    pub(super) fn own_event(
        &mut self,
        name: &ScalarText,
        aggregate: crate::model::AggregateId,
        verb: &str,
    ) -> Option<EventId> {
        let id = self.event(name)?;
        let event = self.domain.event(id);
        if event.aggregate == aggregate {
            return Some(id);
        }
        let owner = self.domain.aggregate(event.aggregate);
        let message =
            format!("{} {verb} here, but {} records it", quote(name.text()), quote(owner.name.as_str()));
        let declared = event.origin.span();
        let help = format!(
            "one aggregate records its own events alone; declare it under {}",
            quote(self.domain.aggregate(aggregate).name.as_str())
        );
        self.ctx.report(
            Diagnostic::new(&code::FOREIGN_EVENT, name.span(), message)
                .also(declared, "declared here")
                .help(help),
        );
        None
    }
}
