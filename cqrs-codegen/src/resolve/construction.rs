//! How events, errors, older shapes and structs come by their fields.
//!
//! A field is filled by what the schema writes; else by the field of the same name that is at hand; else by its default
//! or by absence. What nothing fills is reported with all of its fellows at once.

use crate::code::{Code, aggregate as code, types as types_code};
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, quote, quote_all};
use crate::model::{
    Construction, Conversion, ExpressionId, Field, Fill, Purpose, Scope, Term, TypeKind, TypeRef,
};
use crate::source::Span;
use crate::syntax::ast;

use super::Work;
use super::convert::conversion;
use super::names::field;

/// What is made.
pub(super) struct Made<'a> {
    /// The thing in words: `` the event `Opened` ``.
    pub(super) what: String,
    /// Its fields.
    pub(super) fields: &'a [Field],
    /// Where it is made: the name that is underlined.
    pub(super) at: Span,
    /// Everything that is said about its making.
    pub(super) whole: Span,
    /// The code for a field that nothing fills.
    pub(super) missing: &'static Code,
    /// The code for a field that it does not have.
    pub(super) unknown: &'static Code,
}

/// Whose fields of the same names are taken.
pub(super) struct Source<'a> {
    /// The owner in words: `the command`.
    pub(super) what: &'static str,
    /// Its fields.
    pub(super) fields: &'a [Field],
}

impl Work<'_> {
    pub(super) fn construct(
        &mut self,
        made: &Made<'_>,
        given: &[ast::Assignment],
        source: Option<&Source<'_>>,
        scope: &Scope,
    ) -> Construction {
        let mut fills: Vec<Option<Fill>> = vec![None; made.fields.len()];
        let mut refused = false;
        for assignment in given {
            let Some(index) = field(self.ctx, &assignment.name, made.fields, made.unknown, &made.what) else {
                refused = true;
                continue;
            };
            let term = self.term(&assignment.term, &made.fields[index].ty, scope);
            fills[index] = Some(term.map_or(Fill::Default, Fill::Term));
        }
        let mut missing: Vec<(&Field, Option<&Field>)> = Vec::new();
        for (field, fill) in made.fields.iter().zip(&mut fills) {
            if fill.is_some() {
                continue;
            }
            match self.carried(field, source) {
                Carried::Fits(index, conversion) => *fill = Some(Fill::Carry(index, conversion)),
                Carried::OfOtherType(other) => missing.push((field, Some(other))),
                Carried::No if field.may_be_absent() => *fill = Some(Fill::Default),
                Carried::No => missing.push((field, None)),
            }
        }
        let errors_stand = refused || self.ctx.diagnostics.has_error_within(made.whole);
        if !missing.is_empty() && !errors_stand {
            self.report_missing(made, source, &missing);
        }
        Construction { fills: fills.into_iter().map(|fill| fill.unwrap_or(Fill::Default)).collect() }
    }

    fn carried<'s>(&self, field: &Field, source: Option<&Source<'s>>) -> Carried<'s> {
        let Some(source) = source else { return Carried::No };
        let Some(index) = source.fields.iter().position(|other| other.name == field.name) else {
            return Carried::No;
        };
        let other = &source.fields[index];
        match conversion(&self.domain, &other.ty, &field.ty) {
            Some(conversion) => Carried::Fits(index, conversion),
            None => Carried::OfOtherType(other),
        }
    }

    fn report_missing(
        &mut self,
        made: &Made<'_>,
        source: Option<&Source<'_>>,
        missing: &[(&Field, Option<&Field>)],
    ) {
        let from = source.map_or("the schema", |source| source.what);
        let mut other_types = missing.iter().filter_map(|(field, other)| other.map(|other| (field, other)));
        if let Some((field, other)) = other_types.next() {
            let (wanted, found) = (self.domain.type_text(&field.ty), self.domain.type_text(&other.ty));
            let name = quote(field.name.as_str());
            let message = format!(
                "the field {name} of {} is {}, but that of {from} is {}",
                made.what,
                quote(&wanted),
                quote(&found)
            );
            self.ctx.report(
                Diagnostic::new(&code::CARRIED_TYPE, made.at, message)
                    .also(field.origin.span(), format!("declared as {} here", quote(&wanted)))
                    .also(other.origin.span(), format!("declared as {} here", quote(&found)))
                    .help(format!("say how one becomes the other: `{}: …`", field.name)),
            );
            return;
        }
        let names: Vec<&str> = missing.iter().map(|(field, _)| field.name.as_str()).collect();
        let fields = if names.len() == 1 { "field" } else { "fields" };
        let message = format!(
            "nothing fills the {fields} {} of {}",
            quote_all(names.iter().copied(), "and"),
            made.what
        );
        let mut diagnostic = Diagnostic::new(made.missing, made.at, message);
        for (field, _) in missing.iter().take(3) {
            diagnostic = diagnostic.also(field.origin.span(), "declared here");
        }
        let first = names.first().copied().unwrap_or_default();
        let similar = source.and_then(|source| similar(first, source, made.fields));
        if let Some(other) = similar {
            let help = format!("did you mean {} by {}?", quote(first), quote(other.name.as_str()));
            let place = other.origin.span();
            self.ctx.report(diagnostic.also(place, "this is nearly the same name").help(help));
            return;
        }
        let help = match source {
            Some(source) => format!("write `{first}: …` here, or give {} a field of this name", source.what),
            None => format!("write `{first}: …` here"),
        };
        self.ctx.report(diagnostic.help(help));
    }

    /// A term where a value of type `ty` is wanted.
    pub(super) fn term(&mut self, term: &ast::Term, ty: &TypeRef, scope: &Scope) -> Option<Term> {
        match term {
            ast::Term::Code(text) => {
                self.expression(text, scope.clone(), Purpose::Value, Some(ty.clone())).map(Term::Expression)
            }
            ast::Term::Value(node) => self.plain_value(node, ty).map(Term::Value),
            ast::Term::Struct(at, assignments) => self.struct_term(*at, assignments, ty, scope),
        }
    }

    fn struct_term(
        &mut self,
        at: Span,
        assignments: &[ast::Assignment],
        ty: &TypeRef,
        scope: &Scope,
    ) -> Option<Term> {
        let optional = matches!(ty, TypeRef::Optional(_));
        if let TypeRef::Named(id) = ty.required() {
            let id = *id;
            let declared = self.domain.ty(id).clone();
            match &declared.kind {
                TypeKind::Struct(fields) => {
                    let made = Made {
                        what: format!("the type {}", quote(declared.name.as_str())),
                        fields,
                        at,
                        whole: at,
                        missing: &types_code::VALUE_MISSING_FIELD,
                        unknown: &types_code::VALUE_UNKNOWN_FIELD,
                    };
                    let Construction { fills } = self.construct(&made, assignments, None, scope);
                    return Some(Term::Struct { ty: id, fields: fills, optional });
                }
                TypeKind::Extern(path) if path.is_empty() => return None,
                _ => {}
            }
        }
        let text = self.domain.type_text(ty);
        let message = format!("fields are written where a {} is wanted", quote(&text));
        let help = match assignments {
            [only] => did_you_mean(only.name.text(), WORDS),
            _ => None,
        };
        let otherwise =
            "write an expression, or a plain value as `{ value: … }`; only a struct is written by its fields";
        let help = help.unwrap_or_else(|| otherwise.to_owned());
        self.ctx.report(Diagnostic::new(&types_code::VALUE_KIND, at, message).help(help));
        None
    }

    /// A condition.
    pub(super) fn condition(
        &mut self,
        text: &crate::source::ScalarText,
        scope: &Scope,
    ) -> Option<ExpressionId> {
        self.expression(text, scope.clone(), Purpose::Condition, Some(super::types::boolean()))
    }
}

/// The words that stand alone in a mapping in the place of a value.
const WORDS: [&str; 7] = ["value", "add", "subtract", "push", "insert", "remove", "clear"];

/// The field at hand that was probably meant to be called `name`.
fn similar<'s>(name: &str, source: &Source<'s>, wanted: &[Field]) -> Option<&'s Field> {
    let unused = || source.fields.iter().filter(|field| wanted.iter().all(|other| other.name != field.name));
    let found = nearest(name, unused().map(|field| field.name.as_str()))?;
    unused().find(|field| field.name.as_str() == found)
}

enum Carried<'a> {
    Fits(usize, Conversion),
    OfOtherType(&'a Field),
    No,
}
