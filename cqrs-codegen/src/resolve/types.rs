//! References to types, the types themselves, and the fields of everything that has fields.

use crate::code::types as code;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{
    AggregateId, CommandId, Construction, ErrorId, EventId, Field, Name, Origin, Scalar, Scope, Shape,
    TypeId, TypeKind, TypeRef, Upcast, Value, Variant,
};
use crate::source::ScalarText;
use crate::syntax::ast;

use super::Work;

/// Gives every declared type its kind; then, when all kinds are known, its rules and defaults.
pub(super) fn resolve<'a>(
    work: &mut Work<'_>,
    declarations: impl Iterator<Item = &'a ast::TypeDeclaration> + Clone,
) {
    for (index, declaration) in declarations.clone().enumerate() {
        let kind = work.kind(&declaration.kind);
        if let Some(ty) = work.domain.types.get_mut(index) {
            ty.kind = kind;
        }
    }
    for (index, declaration) in declarations.enumerate() {
        let finished = work.finished(TypeId::new(index), declaration);
        if let Some(ty) = work.domain.types.get_mut(index) {
            ty.kind = finished;
        }
    }
}

/// Gives every aggregate, event, error and command its fields.
pub(super) fn resolve_members(work: &mut Work<'_>, schema: &ast::Document) {
    let (mut events, mut errors, mut commands) = (0, 0, 0);
    for (index, declaration) in schema.aggregates.iter().enumerate() {
        let aggregate = AggregateId::new(index);
        let state = work.fields(&declaration.state);
        if let Some(text) = &declaration.id {
            let it = &mut work.domain.aggregates[aggregate.index()];
            it.id_origin = Origin::new(text.span, text.span);
            work.domain.aggregates[aggregate.index()].id = work.ty(text);
        }
        work.domain.aggregates[aggregate.index()].state = state;
        for event in &declaration.events {
            work.event_fields(EventId::new(events), event);
            events += 1;
        }
        for error in &declaration.errors {
            let fields = work.fields(&error.fields);
            work.domain.errors[ErrorId::new(errors).index()].fields = fields;
            errors += 1;
        }
        for command in &declaration.commands {
            work.command_fields(aggregate, CommandId::new(commands), command);
            commands += 1;
        }
    }
}

impl Work<'_> {
    pub(super) fn ty(&mut self, text: &ast::TypeText) -> TypeRef {
        use ast::TypeTextKind as Kind;
        match &text.kind {
            Kind::Name(name) => self.named_type(name, text),
            Kind::Optional(inner) => TypeRef::Optional(Box::new(self.ty(inner))),
            Kind::List(item) => TypeRef::List(Box::new(self.ty(item))),
            Kind::Set(item) => TypeRef::Set(Box::new(self.ty(item))),
            Kind::Map(key, value) => TypeRef::Map(Box::new(self.ty(key)), Box::new(self.ty(value))),
            Kind::Hole => TypeRef::Named(self.unknown_type(text.span)),
        }
    }

    fn named_type(&mut self, name: &str, text: &ast::TypeText) -> TypeRef {
        if let Some(id) = self.names.types.get(name) {
            return TypeRef::Named(*id);
        }
        if let Some(scalar) = Scalar::find(name) {
            return TypeRef::Scalar(scalar);
        }
        self.report_unknown_type(name, text.span);
        TypeRef::Named(self.unknown_type(text.span))
    }

    fn kind(&mut self, kind: &ast::TypeKind) -> TypeKind {
        match kind {
            ast::TypeKind::Newtype { ty, .. } => TypeKind::Newtype { inner: self.ty(ty), check: None },
            ast::TypeKind::Struct(fields) => TypeKind::Struct(self.bare_fields(fields)),
            ast::TypeKind::Enum(variants) => TypeKind::Enum(
                variants
                    .iter()
                    .map(|variant| Variant {
                        name: Name::new(variant.name.text()),
                        fields: self.bare_fields(&variant.fields),
                        origin: Origin::new(variant.name.span(), variant.whole),
                    })
                    .collect(),
            ),
            ast::TypeKind::Extern(path) => TypeKind::Extern(self.rust_path(path)),
            ast::TypeKind::Hole => TypeKind::Extern(String::new()),
        }
    }

    /// The kind of a type with its rules and defaults.
    fn finished(&mut self, id: TypeId, declaration: &ast::TypeDeclaration) -> TypeKind {
        let kind = self.domain.ty(id).kind.clone();
        match (kind, &declaration.kind) {
            (TypeKind::Newtype { inner, .. }, ast::TypeKind::Newtype { check, .. }) => {
                let scope = Scope::Value(inner.clone());
                let check = check.as_ref().and_then(|text| self.condition(text, &scope));
                TypeKind::Newtype { inner, check }
            }
            (TypeKind::Struct(fields), ast::TypeKind::Struct(declared)) => {
                TypeKind::Struct(self.finish_fields(fields, declared))
            }
            (TypeKind::Enum(variants), ast::TypeKind::Enum(declared)) => TypeKind::Enum(
                variants
                    .into_iter()
                    .zip(declared)
                    .map(|(variant, declared)| Variant {
                        fields: self.finish_fields(variant.fields, &declared.fields),
                        ..variant
                    })
                    .collect(),
            ),
            (kind, _) => kind,
        }
    }

    /// Fields with their types, rules and defaults.
    pub(super) fn fields(&mut self, declared: &[ast::Field]) -> Vec<Field> {
        declared.iter().map(|field| self.field(field)).collect()
    }

    /// A field with its type, rule and default.
    pub(super) fn field(&mut self, declared: &ast::Field) -> Field {
        let field = self.bare_field(declared);
        self.finish_field(field, declared)
    }

    fn bare_fields(&mut self, declared: &[ast::Field]) -> Vec<Field> {
        declared.iter().map(|field| self.bare_field(field)).collect()
    }

    /// A field with its type alone, for as long as not every type is known.
    fn bare_field(&mut self, declared: &ast::Field) -> Field {
        Field {
            name: Name::new(declared.name.text()),
            doc: declared.doc.clone(),
            ty: match &declared.ty {
                Some(text) => self.ty(text),
                None => TypeRef::Named(self.unknown_type(declared.name.span())),
            },
            // A stand-in, so that values which leave the field out are complete before its own default is known.
            default: declared.default.as_ref().map(|_| Value::None),
            check: None,
            personal: declared.personal,
            origin: Origin::new(declared.name.span(), declared.whole),
        }
    }

    fn finish_fields(&mut self, fields: Vec<Field>, declared: &[ast::Field]) -> Vec<Field> {
        fields.into_iter().zip(declared).map(|(field, declared)| self.finish_field(field, declared)).collect()
    }

    fn finish_field(&mut self, field: Field, declared: &ast::Field) -> Field {
        // A default that was refused leaves a stand-in behind: it is there, only not usable.
        let value = |node| self.plain_value(node, &field.ty).unwrap_or(Value::None);
        let default = declared.default.as_ref().map(value);
        let scope = Scope::Value(field.ty.clone());
        let check = declared.check.as_ref().and_then(|text| self.condition(text, &scope));
        Field { default, check, ..field }
    }

    fn event_fields(&mut self, id: EventId, declaration: &ast::Event) {
        let fields = self.fields(&declaration.fields);
        let mut history: Vec<Shape> = declaration
            .history
            .iter()
            .map(|step| Shape {
                version: step.version,
                stored_name: step
                    .name
                    .as_ref()
                    .map_or_else(|| Name::new(declaration.name.text()), |name| Name::new(name.text())),
                fields: self.fields(&step.fields),
                upcast: Upcast::Fields(Construction { fills: Vec::new() }),
                downcast: None,
                origin: Origin::new(step.key, step.whole),
            })
            .collect();
        history.sort_by_key(|shape| shape.version);
        let event = &mut self.domain.events[id.index()];
        (event.fields, event.history) = (fields, history);
    }

    /// A command's fields: the aggregate's id, then what the schema declares.
    fn command_fields(&mut self, aggregate: AggregateId, id: CommandId, declaration: &ast::Command) {
        let owner = self.domain.aggregate(aggregate);
        let id_field = Field {
            name: Name::new(owner.id_field()),
            doc: Some(format!("The {} that is asked.", owner.name.snake().replace('_', " "))),
            ty: owner.id.clone(),
            default: None,
            check: None,
            personal: false,
            origin: Origin::new(declaration.name.span(), declaration.name.span()),
        };
        let mut fields = vec![id_field];
        fields.extend(self.fields(&declaration.fields));
        self.domain.commands[id.index()].fields = fields;
    }

    fn rust_path(&mut self, text: &ScalarText) -> String {
        const LONGEST: usize = 200;
        let is_plain = text.text().chars().all(|it| it.is_alphanumeric() || it == '_' || it == ':');
        let path =
            (is_plain && text.text().len() <= LONGEST).then(|| syn::parse_str::<syn::Path>(text.text()));
        match path {
            Some(Ok(_)) => text.text().to_owned(),
            _ => {
                let message = format!("{} is not the path of a Rust type", quote(text.text()));
                self.ctx.report(
                    Diagnostic::new(&code::EXTERN_PATH, text.span(), message)
                        .help("write a path without type arguments, such as `geo::Point` or `crate::Point`"),
                );
                String::new()
            }
        }
    }
}

pub(super) fn boolean() -> TypeRef {
    TypeRef::Scalar(Scalar::Bool)
}
