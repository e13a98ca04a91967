//! What commands require and record, and what errors say.

use crate::code::aggregate as code;
use crate::diagnostic::{Diagnostic, did_you_mean, quote};
use crate::model::{
    AggregateId, Command, CommandId, Decision, Emission, ErrorId, Field, MessagePart, Origin, Requirement,
    Scope,
};
use crate::source::ScalarText;
use crate::syntax::ast;

use super::Work;
use super::construction::{Made, Source};

/// Resolves every error's sentence and every command's decision.
pub(super) fn resolve(work: &mut Work<'_>, schema: &ast::Document) {
    let errors = schema.aggregates.iter().flat_map(|aggregate| &aggregate.errors);
    for (index, declaration) in errors.enumerate() {
        let message = work.message(ErrorId::new(index), declaration);
        work.domain.errors[index].message = message;
    }
    let mut index = 0;
    for (aggregate, declaration) in schema.aggregates.iter().enumerate() {
        for command in &declaration.commands {
            work.resolve_command(AggregateId::new(aggregate), CommandId::new(index), command);
            index += 1;
        }
    }
}

impl Work<'_> {
    fn resolve_command(&mut self, aggregate: AggregateId, id: CommandId, declaration: &ast::Command) {
        let allow = declaration.allow.as_ref().map(|roles| self.roles(roles));
        let command = self.domain.command(id).clone();
        let scope = Scope::Decision(id);
        let source = Source { what: "the command", fields: &command.fields };
        let requirements = declaration
            .require
            .iter()
            .filter_map(|requirement| self.requirement(aggregate, requirement, &source, &scope))
            .collect();
        let decision = match &declaration.emit {
            None => Decision::Custom,
            Some(emit) => Decision::Emit(
                emit.iter()
                    .filter_map(|emission| self.emission(aggregate, emission, &source, &scope))
                    .collect(),
            ),
        };
        self.domain.commands[id.index()] = Command { allow, requirements, decision, ..command };
    }

    fn requirement(
        &mut self,
        aggregate: AggregateId,
        declared: &ast::Requirement,
        source: &Source<'_>,
        scope: &Scope,
    ) -> Option<Requirement> {
        let that = self.condition(&declared.that, scope);
        let error = self.error(aggregate, &declared.otherwise.name)?;
        let refusal = self.domain.error(error).clone();
        let made = Made {
            what: format!("the error {}", quote(refusal.name.as_str())),
            fields: &refusal.fields,
            at: declared.otherwise.name.span(),
            whole: declared.otherwise.whole,
            missing: &code::UNFILLED_ERROR,
            unknown: &code::UNKNOWN_ERROR_FIELD,
        };
        let construction = self.construct(&made, &declared.otherwise.fields, Some(source), scope);
        Some(Requirement { that: that?, error, construction })
    }

    fn emission(
        &mut self,
        aggregate: AggregateId,
        declared: &ast::Construction,
        source: &Source<'_>,
        scope: &Scope,
    ) -> Option<Emission> {
        let when = declared.when.as_ref().map(|text| self.condition(text, scope));
        let event = self.own_event(&declared.name, aggregate, "is emitted")?;
        let construction = self.make_event(event, declared, source, scope);
        let origin = Origin::new(declared.name.span(), declared.whole);
        Some(Emission { event, when: when.flatten(), construction, origin })
    }

    fn message(&mut self, id: ErrorId, declaration: &ast::ErrorKind) -> Vec<MessagePart> {
        let error = self.domain.error(id).clone();
        match &declaration.message {
            Some(text) => self.message_parts(text, &error.fields),
            None => vec![MessagePart::Text(error.name.snake().replace('_', " "))],
        }
    }

    /// A sentence with `{field}` in it; `{{` and `}}` are braces.
    fn message_parts(&mut self, text: &ScalarText, fields: &[Field]) -> Vec<MessagePart> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text.text().char_indices().peekable();
        while let Some((at, character)) = rest.next() {
            let doubled = rest.peek().is_some_and(|(_, next)| *next == character);
            match character {
                '{' | '}' if doubled => {
                    rest.next();
                    plain.push(character);
                }
                '{' => {
                    let start = at + 1;
                    let end = text.text().get(start..).and_then(|it| it.find('}')).map(|it| start + it);
                    let Some(end) = end else {
                        self.report_brace(text, at, "`{` is not closed");
                        break;
                    };
                    while rest.next_if(|(next, _)| *next <= end).is_some() {}
                    if let Some(field) = self.message_field(&text.slice(start..end), fields) {
                        parts.push(MessagePart::Text(std::mem::take(&mut plain)));
                        parts.push(MessagePart::Field(field));
                    }
                }
                '}' => self.report_brace(text, at, "`}` closes nothing"),
                _ => plain.push(character),
            }
        }
        parts.push(MessagePart::Text(plain));
        parts.retain(|part| !matches!(part, MessagePart::Text(text) if text.is_empty()));
        parts
    }

    fn message_field(&mut self, name: &ScalarText, fields: &[Field]) -> Option<usize> {
        let found = fields.iter().position(|field| field.name.as_str() == name.text().trim());
        if found.is_none() {
            let message = format!("the error has no field {}", quote(name.text()));
            let help = did_you_mean(name.text(), fields.iter().map(|field| field.name.as_str()))
                .unwrap_or_else(|| {
                    String::from("declare it under the error's `fields`, or write `{{` for a brace")
                });
            let span = if name.text().is_empty() { name.span() } else { name.place(0..name.text().len()) };
            self.ctx.report(Diagnostic::new(&code::MESSAGE_FIELD, span, message).help(help));
        }
        found
    }

    fn report_brace(&mut self, text: &ScalarText, at: usize, message: &str) {
        self.ctx.report(
            Diagnostic::new(&code::MESSAGE_BRACE, text.place(at..at + 1), message)
                .help("`{field}` stands for a field's value; write `{{` and `}}` for braces"),
        );
    }
}
