//! Events and the types of their fields, as they are stored.

use std::collections::BTreeMap;

use cqrs_evolution::model::{
    self as released, Definition, Event, Field, Fields, Payload, Shape, Type, Version,
};
use cqrs_evolution::rules::compare;

use crate::model::{self, Domain, TypeKind, TypeRef, Variant};

use super::steps;

/// An event with every shape that it ever had.
pub(super) fn event(domain: &Domain, event: &model::Event) -> Event {
    let older = event.history.iter().map(|shape| {
        let step = steps::to_next(domain, event, shape);
        (shape.version, &shape.stored_name, &shape.fields, step)
    });
    let today = (event.version, &event.name, &event.fields, Some(steps::of_retirement(domain, event)));
    let versions = older.chain([today]).map(|(number, name, fields, step)| {
        (number, Version { name: name.to_string(), shape: shape(domain, fields), step })
    });
    Event { retired: event.retired.is_some(), published: event.published, versions: versions.collect() }
}

/// A payload, with the types that its fields name.
pub(crate) fn shape(domain: &Domain, fields: &[model::Field]) -> Shape {
    let mut types = Types { domain, defined: BTreeMap::new() };
    let fields = types.fields(fields);
    Shape { fields, types: types.defined }
}

/// Whether payloads of both shapes are stored alike, whatever their types are called.
pub(crate) fn alike(one: &Shape, other: &Shape) -> bool {
    let (one, other) = (alone(one), alone(other));
    compare(&one, &other).is_empty() && compare(&other, &one).is_empty()
}

/// Whether a type of the schema is stored as one of a released shape is.
pub(crate) fn alike_as_types(domain: &Domain, today: &TypeRef, released: &Type, of: &Shape) -> bool {
    let mut types = Types { domain, defined: BTreeMap::new() };
    let ty = types.ty(today);
    let today = Shape { fields: field(ty), types: types.defined };
    alike(&today, &Shape { fields: field(released.clone()), types: of.types.clone() })
}

/// The path of a type that is written by hand.
pub(crate) fn extern_path(ty: &model::Type) -> Option<String> {
    match &ty.kind {
        TypeKind::Extern(path) => Some(path.clone()),
        _ => None,
    }
}

/// One field of a type.
fn field(ty: Type) -> Fields {
    Fields::from([("it".to_owned(), Field::new(ty))])
}

/// A domain in which nothing but this is stored.
fn alone(shape: &Shape) -> released::Domain {
    let version = Version { name: "It".to_owned(), shape: shape.clone(), step: None };
    let event = Event { versions: BTreeMap::from([(1, version)]), ..Event::default() };
    let aggregate = released::Aggregate { events: BTreeMap::from([("It".to_owned(), event)]) };
    let mut domain = released::Domain::new("it");
    domain.aggregates.insert("It".to_owned(), aggregate);
    domain
}

/// The named types of one payload, as far as they were met.
struct Types<'a> {
    domain: &'a Domain,
    defined: BTreeMap<String, Definition>,
}

impl Types<'_> {
    fn fields(&mut self, fields: &[model::Field]) -> Fields {
        let each = fields.iter().map(|field| {
            let stored = Field { ty: self.ty(&field.ty), default: field.default.is_some() };
            (field.name.to_string(), stored)
        });
        each.collect()
    }

    fn ty(&mut self, ty: &TypeRef) -> Type {
        match ty {
            TypeRef::Scalar(scalar) => Type::Scalar(*scalar),
            TypeRef::Optional(inner) => Type::Optional(Box::new(self.ty(inner))),
            TypeRef::List(item) => Type::List(Box::new(self.ty(item))),
            TypeRef::Set(item) => Type::Set(Box::new(self.ty(item))),
            TypeRef::Map(key, value) => Type::Map(Box::new(self.ty(key)), Box::new(self.ty(value))),
            TypeRef::Named(id) => self.named(self.domain.ty(*id)),
        }
    }

    fn named(&mut self, ty: &model::Type) -> Type {
        let name = ty.name.to_string();
        if let Some(path) = extern_path(ty) {
            return Type::Extern(path);
        }
        if !self.defined.contains_key(&name) {
            // Named before it is defined, because it may contain itself.
            self.defined.insert(name.clone(), Definition::Struct(Fields::new()));
            let definition = match &ty.kind {
                TypeKind::Newtype { inner, .. } => Definition::Newtype(self.ty(inner)),
                TypeKind::Enum(variants) => {
                    let each = variants.iter().map(|it| (it.name.to_string(), self.payload(it)));
                    Definition::Enum(each.collect())
                }
                TypeKind::Struct(fields) => Definition::Struct(self.fields(fields)),
                TypeKind::Extern(_) => Definition::Struct(Fields::new()),
            };
            self.defined.insert(name.clone(), definition);
        }
        Type::Named(name)
    }

    fn payload(&mut self, variant: &Variant) -> Payload {
        if variant.fields.is_empty() { Payload::Unit } else { Payload::Struct(self.fields(&variant.fields)) }
    }
}
