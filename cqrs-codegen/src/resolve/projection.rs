//! Projections: their keys and rows, and what each event does to them.

use crate::code::{projection as code, types as types_code};
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, quote, quote_all};
use crate::expr;
use crate::model::{
    AggregateId, Column, EventId, Field, Fold, FoldAction, KeyPart, Name, Origin, Projection, ProjectionId,
    Purpose, RowField, Scalar, Scope, Summary, SummaryKind, TypeRef, Window, WindowSize,
};
use crate::source::{ScalarText, Span};
use crate::syntax::ast;

use super::Work;
use super::convert::conversion;
use super::infer::{path_type, summary_type};
use super::names::field;
use super::write::Written;

/// Resolves every projection.
pub(super) fn resolve(work: &mut Work<'_>, schema: &ast::Document) {
    for (index, declaration) in schema.projections.iter().enumerate() {
        work.resolve_projection(ProjectionId::new(index), declaration);
    }
}

impl Work<'_> {
    fn resolve_projection(&mut self, id: ProjectionId, declaration: &ast::Projection) {
        let from = self.summed_events(declaration);
        let on: Vec<(EventId, &ast::Fold)> =
            declaration.on.iter().filter_map(|fold| Some((self.event(&fold.event)?, fold))).collect();
        self.refuse_events_of_both(declaration, &from, &on);
        let events: Vec<EventId> = from.iter().copied().chain(on.iter().map(|(event, _)| *event)).collect();

        let key = self.key(declaration, &events);
        let fields: Vec<RowField> =
            declaration.fields.iter().map(|field| self.row_field(id, field, &from, declaration)).collect();
        let window = declaration.window.as_ref().map(|window| self.window(id, window, &events));
        let projection = &mut self.domain.projections[id.index()];
        (projection.key, projection.fields, projection.window) = (key, fields, window);

        let projection = self.domain.projection(id).clone();
        let mut folds: Vec<Fold> = Vec::new();
        for (event, mention) in from.iter().zip(&declaration.from) {
            let key = self.fold_key(id, &projection, *event, None, mention);
            let origin = Origin::new(mention.span(), mention.span());
            folds.push(Fold { event: *event, key, when: None, action: FoldAction::Summarize, origin });
        }
        for (event, declared) in on {
            folds.push(self.fold(id, &projection, event, declared));
        }
        let (indexes, origins) = self.indexes(&projection, &declaration.index);
        let projection = &mut self.domain.projections[id.index()];
        (projection.folds, projection.indexes, projection.index_origins) = (folds, indexes, origins);
    }

    fn indexes(
        &mut self,
        projection: &Projection,
        declared: &[Vec<ScalarText>],
    ) -> (Vec<Vec<Column>>, Vec<Vec<Origin>>) {
        let index = |names: &Vec<ScalarText>| -> (Vec<Column>, Vec<Origin>) {
            let column = |name: &ScalarText| {
                self.column(projection, name).map(|column| (column, Origin::new(name.span(), name.span())))
            };
            names.iter().filter_map(column).unzip()
        };
        declared.iter().map(index).filter(|(columns, _)| !columns.is_empty()).unzip()
    }

    fn summed_events(&mut self, declaration: &ast::Projection) -> Vec<EventId> {
        let mut events: Vec<EventId> = Vec::new();
        for mention in &declaration.from {
            let Some(event) = self.event(mention) else { continue };
            if events.contains(&event) {
                let message = format!("{} is named twice under `from`", quote(mention.text()));
                let help = "remove one of them";
                self.ctx.report(Diagnostic::new(&code::FOLDED_TWICE, mention.span(), message).help(help));
            } else {
                events.push(event);
            }
        }
        events
    }

    fn refuse_events_of_both(
        &mut self,
        declaration: &ast::Projection,
        from: &[EventId],
        on: &[(EventId, &ast::Fold)],
    ) {
        for (event, fold) in on.iter().filter(|(event, _)| from.contains(event)) {
            let name = self.domain.event(*event).name.to_string();
            let first = declaration.from.iter().find(|mention| mention.text() == name);
            let message = format!("{} stands under both `from` and `on`", quote(&name));
            let mut diagnostic = Diagnostic::new(&code::FOLDED_TWICE, fold.event.span(), message).help(
                "one event is folded once: leave it under `from` for summaries, or under `on` for writes",
            );
            if let Some(first) = first {
                diagnostic = diagnostic.also(first.span(), "it is folded into the summaries here");
            }
            self.ctx.report(diagnostic);
        }
    }

    /// The key: what is declared, or the id of the one aggregate whose events are folded.
    fn key(&mut self, declaration: &ast::Projection, events: &[EventId]) -> Vec<Field> {
        if let Some(declared) = &declaration.key {
            return self.fields(declared);
        }
        let mut aggregates: Vec<AggregateId> =
            events.iter().map(|event| self.domain.event(*event).aggregate).collect();
        aggregates.sort();
        aggregates.dedup();
        if let [_, _, ..] = aggregates.as_slice() {
            let names = aggregates.iter().map(|id| self.domain.aggregate(*id).name.as_str());
            let message = format!(
                "{} folds events of {}, so it needs a key of its own",
                quote(declaration.name.text()),
                quote_all(names, "and")
            );
            self.ctx.report(
                Diagnostic::new(&code::KEY_NEEDED, declaration.name.span(), message)
                    .help("add `key: { … }` with fields that each of the events has"),
            );
        }
        let Some(aggregate) = aggregates.first().map(|id| self.domain.aggregate(*id)) else {
            return Vec::new();
        };
        vec![Field {
            name: Name::new(aggregate.id_field()),
            doc: Some(format!("The {}.", aggregate.name.snake().replace('_', " "))),
            ty: aggregate.id.clone(),
            default: None,
            check: None,
            personal: false,
            origin: Origin::new(declaration.name.span(), declaration.name.span()),
        }]
    }

    fn row_field(
        &mut self,
        id: ProjectionId,
        declared: &ast::Field,
        from: &[EventId],
        declaration: &ast::Projection,
    ) -> RowField {
        let Some(summary) = &declared.summary else {
            let Some(at) = self.misspelt_count(declared) else {
                return RowField { field: self.field(declared), summary: None };
            };
            let message = "this is neither a type nor a summary";
            self.ctx.report(
                Diagnostic::new(&types_code::UNKNOWN_TYPE, at, message).help("did you mean `count`?"),
            );
            let ty = TypeRef::Named(self.unknown_type(at));
            return RowField { field: row_field(declared, ty), summary: None };
        };
        if declaration.from.is_empty() {
            let message = format!("`{}` sums up events, but `from` names none", summary.kind.word());
            self.ctx.report_absence(
                declaration.whole,
                Diagnostic::new(&code::SUMMARY_WITHOUT_EVENTS, summary.word, message)
                    .help("add `from: EventName` to the projection"),
            );
        }
        let declared_type = declared.ty.as_ref().map(|text| self.ty(text));
        let scope = Scope::Row(id, from.to_vec());
        let expected = match (&declared_type, summary.kind) {
            (Some(TypeRef::List(item)), SummaryKind::Collect) => Some(item.as_ref().clone()),
            (ty, _) => ty.clone(),
        };
        let of =
            summary.of.as_ref().and_then(|text| self.expression(text, scope, Purpose::Summary, expected));
        // What is no expression is reported with all the others; that its type cannot be told is then no news.
        let syntax = of.map(|of| expr::parse(&self.domain.expression(of).text));
        let is_broken = matches!(syntax, Some(Err(_)));
        let found = syntax.and_then(Result::ok).and_then(|it| path_type(&self.domain, &it, from));
        if let (Some(of), Some(found), None) = (of, &found, &declared_type) {
            self.domain.expressions[of.index()].expected = Some(found.clone());
        }
        let ty = match (declared_type, summary.kind, found) {
            (Some(ty), ..) => ty,
            (None, SummaryKind::Count, _) => TypeRef::Scalar(Scalar::U64),
            (None, kind, Some(found)) => summary_type(&self.domain, kind, &found),
            (None, _, None) if is_broken => TypeRef::Named(self.unknown_type(summary.word)),
            (None, kind, None) => {
                let message = format!("the type of `{}` cannot be told here", kind.word());
                let at = summary.of.as_ref().map_or(summary.word, ScalarText::span);
                self.ctx.report_absence(
                    declaration.whole,
                    Diagnostic::new(&code::SUMMARY_TYPE_UNKNOWN, at, message).help(format!(
                        "write the type: `{}: {{ type: …, {}: … }}`",
                        declared.name.text(),
                        kind.word()
                    )),
                );
                TypeRef::Named(self.unknown_type(at))
            }
        };
        let field = row_field(declared, ty);
        RowField { field, summary: Some(Summary { kind: summary.kind, of }) }
    }

    /// The place of a type that nobody declared and that was probably meant to be `count`.
    fn misspelt_count(&self, declared: &ast::Field) -> Option<Span> {
        let ast::TypeText { kind: ast::TypeTextKind::Name(name), span } = declared.ty.as_ref()? else {
            return None;
        };
        let is_type = self.names.types.contains_key(name) || Scalar::find(name).is_some();
        let known = self.names.types.keys().map(String::as_str).chain(["count"]);
        let is_count = !is_type && nearest(name, known) == Some("count");
        is_count.then_some(*span)
    }

    fn window(&mut self, id: ProjectionId, declared: &ast::Window, events: &[EventId]) -> Window {
        let size = match declared.size {
            ast::WindowSize::Seconds(seconds) => WindowSize::Seconds(seconds),
            ast::WindowSize::Calendar(calendar) => WindowSize::Calendar(calendar),
        };
        let timestamp = TypeRef::Scalar(Scalar::Timestamp);
        let scope = Scope::Row(id, events.to_vec());
        let time = declared
            .time
            .as_ref()
            .and_then(|text| self.expression(text, scope, Purpose::Value, Some(timestamp)));
        let origin = Origin::new(declared.whole, declared.whole);
        Window { size, hop_seconds: declared.hop_seconds, time, origin }
    }

    fn fold(
        &mut self,
        id: ProjectionId,
        projection: &Projection,
        event: EventId,
        declared: &ast::Fold,
    ) -> Fold {
        let scope = Scope::Fold(id, event);
        let key = self.fold_key(id, projection, event, declared.key.as_ref(), &declared.event);
        let when = declared.when.as_ref().and_then(|text| self.condition(text, &scope));
        let fields: Vec<Field> = projection.fields.iter().map(|row| row.field.clone()).collect();
        let what = format!("a row of {}", quote(projection.name.as_str()));
        let written = Written { what, fields: &fields };
        let action = match &declared.action {
            ast::FoldAction::Delete => FoldAction::Delete,
            ast::FoldAction::Custom => FoldAction::Custom,
            ast::FoldAction::Set(writes) => FoldAction::Set(self.writes(&written, writes, &scope)),
            ast::FoldAction::Insert(writes) => FoldAction::Insert(self.writes(&written, writes, &scope)),
        };
        let origin = Origin::new(declared.event.span(), declared.whole);
        Fold { event, key, when, action, origin }
    }

    /// Where each part of the key comes from: what the fold says, the event's field of the same name, or the id of the
    /// aggregate.
    fn fold_key(
        &mut self,
        id: ProjectionId,
        projection: &Projection,
        event: EventId,
        declared: Option<&ast::FoldKey>,
        mention: &ScalarText,
    ) -> Vec<KeyPart> {
        let scope = Scope::Row(id, vec![event]);
        let mut parts: Vec<Option<KeyPart>> = vec![None; projection.key.len()];
        match declared {
            None => {}
            Some(ast::FoldKey::One(term, at)) => match projection.key.as_slice() {
                [only] => parts[0] = self.term(term, &only.ty, &scope).map(KeyPart::Term),
                key => {
                    let names = key.iter().map(|field| field.name.as_str());
                    let message = format!("the key has {} fields: {}", key.len(), quote_all(names, "and"));
                    self.ctx.report(
                        Diagnostic::new(&code::KEY_PARTS, *at, message)
                            .help("write each of them: `key: { name: … }`"),
                    );
                    return Vec::new();
                }
            },
            Some(ast::FoldKey::Parts(assignments)) => {
                if let [only] = assignments.as_slice()
                    && projection.key.iter().all(|field| field.name.as_str() != only.name.text())
                    && let Some(help) = did_you_mean(only.name.text(), ["value"])
                {
                    let message = format!("{} is no field of the key", quote(only.name.text()));
                    self.ctx.report(Diagnostic::new(&code::KEY_PARTS, only.name.span(), message).help(help));
                    return Vec::new();
                }
                let owner = format!("the key of {}", quote(projection.name.as_str()));
                for assignment in assignments {
                    let found = field(self.ctx, &assignment.name, &projection.key, &code::KEY_PARTS, &owner);
                    if let Some(index) = found {
                        parts[index] =
                            self.term(&assignment.term, &projection.key[index].ty, &scope).map(KeyPart::Term);
                    }
                }
            }
        }
        let recorded = self.domain.event(event).clone();
        let aggregate = self.domain.aggregate(recorded.aggregate).clone();
        let single = projection.key.len() == 1;
        let mut open: Vec<&str> = Vec::new();
        for (part, field) in parts.iter_mut().zip(&projection.key) {
            if part.is_some() {
                continue;
            }
            let same = recorded.fields.iter().position(|other| other.name == field.name);
            let fits = |ty: &TypeRef| {
                conversion(&self.domain, ty, &field.ty) == Some(crate::model::Conversion::Same)
            };
            *part = match same {
                Some(index) if fits(&recorded.fields[index].ty) => Some(KeyPart::EventField(index)),
                _ if fits(&aggregate.id) && (single || field.name.as_str() == aggregate.id_field()) => {
                    Some(KeyPart::AggregateId)
                }
                _ => None,
            };
            if part.is_none() {
                open.push(field.name.as_str());
            }
        }
        if !open.is_empty() {
            let message = format!(
                "{} does not say which {} its row has",
                quote(recorded.name.as_str()),
                quote_all(open.iter().copied(), "and")
            );
            let first = projection.key.iter().find(|field| Some(&field.name.as_str()) == open.first());
            let declared = first.map_or(projection.origin.span(), |field| field.origin.span());
            let wanted = open.first().copied().unwrap_or_default();
            let id_field = aggregate.id_field();
            let at_hand = recorded.fields.iter().map(|field| field.name.as_str()).chain([id_field.as_str()]);
            let help = did_you_mean(wanted, at_hand.filter(|name| *name != wanted)).unwrap_or_else(|| {
                format!(
                    "give the event a field of this name and type, or write it under `on`: `{}: {{ key: {{ {wanted}: … }}, … }}`",
                    recorded.name
                )
            });
            self.ctx.report_absence(
                mention.span(),
                Diagnostic::new(&code::KEY_OPEN, mention.span(), message)
                    .also(declared, "a part of the key is declared here")
                    .help(help),
            );
        }
        parts.into_iter().map(|part| part.unwrap_or(KeyPart::AggregateId)).collect()
    }

    /// A column by its name.
    pub(super) fn column(&mut self, projection: &Projection, name: &ScalarText) -> Option<Column> {
        let columns = projection.columns();
        let found = columns.iter().find(|column| projection.column_name(**column) == name.text()).copied();
        if found.is_none() {
            let names = || columns.iter().map(|column| projection.column_name(*column));
            let help = did_you_mean(name.text(), names())
                .unwrap_or_else(|| format!("it has {}", quote_all(names().take(12), "and")));
            let owner = quote(projection.name.as_str());
            let message = format!("{owner} has no column {}", quote(name.text()));
            self.ctx.report(Diagnostic::new(&code::UNKNOWN_COLUMN, name.span(), message).help(help));
        }
        found
    }
}

/// A field of a row whose type does not come from the schema.
fn row_field(declared: &ast::Field, ty: TypeRef) -> Field {
    Field {
        name: Name::new(declared.name.text()),
        doc: declared.doc.clone(),
        ty,
        default: None,
        check: None,
        personal: declared.personal,
        origin: Origin::new(declared.name.span(), declared.whole),
    }
}
