//! Descriptors of event sets as the model has them.

use std::collections::BTreeMap;

use cqrs_core::{EventDescriptor, FieldShape, NamedShape, ShapeKind, VariantKind};

use crate::model::{Definition, Event, Field, Fields, Payload, Scalar, Shape, Type, Version};

/// An event with all its versions.
pub(super) fn event(descriptor: &EventDescriptor, retired: bool) -> Event {
    let versions = descriptor.chain().map(|shape| {
        let version = Version { name: shape.name.to_owned(), shape: payload(shape.fields), step: None };
        (shape.version, version)
    });
    Event { retired, published: false, versions: versions.collect() }
}

fn payload(fields: &[FieldShape]) -> Shape {
    let mut types = Types::default();
    let fields = types.fields(fields);
    Shape { fields, types: types.defined }
}

/// The named types of one payload, as far as they were met.
#[derive(Default)]
struct Types {
    defined: BTreeMap<String, Definition>,
    /// The name that each type was given. Types of one name and different modules get different ones.
    names: BTreeMap<Identity, String>,
}

/// What tells two named types apart: their module, and all that they consist of.
type Identity = (&'static str, String);

impl Types {
    fn fields(&mut self, fields: &[FieldShape]) -> Fields {
        let each = fields.iter().map(|field| {
            let ty = self.ty(&field.shape);
            (field.name.to_owned(), Field { ty, default: field.has_default })
        });
        each.collect()
    }

    fn ty(&mut self, shape: &cqrs_core::Shape) -> Type {
        use cqrs_core::Shape as Described;
        let boxed = |types: &mut Self, shape| Box::new(types.ty(shape));
        match shape {
            Described::Scalar(scalar) => Type::Scalar(of_scalar(*scalar)),
            Described::Optional(inner) => Type::Optional(boxed(self, inner)),
            Described::List(item) => Type::List(boxed(self, item)),
            Described::Set(item) => Type::Set(boxed(self, item)),
            Described::Map(key, value) => Type::Map(boxed(self, key), boxed(self, value)),
            Described::Opaque(name) => Type::Extern((*name).to_owned()),
            Described::Named(named) => Type::Named(self.named(shape, named)),
        }
    }

    fn named(&mut self, shape: &cqrs_core::Shape, named: &NamedShape) -> String {
        let identity = (named.module, shape.describe());
        if let Some(name) = self.names.get(&identity) {
            return name.clone();
        }
        let plain = shape.to_string();
        let taken = |name: &String| self.names.values().any(|other| other == name);
        let numbered = (2_u32..).map(|number| format!("{plain}_{number}"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken(name));
        let name = name.unwrap_or(plain);
        // Named before it is defined, because it may contain itself.
        self.names.insert(identity, name.clone());
        let definition = self.definition(&named.kind);
        self.defined.insert(name.clone(), definition);
        name
    }

    fn definition(&mut self, kind: &ShapeKind) -> Definition {
        match kind {
            ShapeKind::Newtype(inner) => Definition::Newtype(self.ty(inner)),
            ShapeKind::Struct(fields) => Definition::Struct(self.fields(fields())),
            ShapeKind::Enum(variants) => {
                let each = variants().iter();
                Definition::Enum(
                    each.map(|variant| (variant.name.to_owned(), self.payload(&variant.kind))).collect(),
                )
            }
        }
    }

    fn payload(&mut self, kind: &VariantKind) -> Payload {
        match kind {
            VariantKind::Unit => Payload::Unit,
            VariantKind::Newtype(inner) => Payload::Newtype(self.ty(inner)),
            VariantKind::Tuple(items) => Payload::Tuple(items.iter().map(|item| self.ty(item)).collect()),
            VariantKind::Struct(fields) => Payload::Struct(self.fields(fields)),
        }
    }
}

fn of_scalar(scalar: cqrs_core::Scalar) -> Scalar {
    use cqrs_core::Scalar as Described;
    match scalar {
        Described::Bool => Scalar::Bool,
        Described::I8 => Scalar::I8,
        Described::I16 => Scalar::I16,
        Described::I32 => Scalar::I32,
        Described::I64 => Scalar::I64,
        Described::I128 => Scalar::I128,
        Described::U8 => Scalar::U8,
        Described::U16 => Scalar::U16,
        Described::U32 => Scalar::U32,
        Described::U64 => Scalar::U64,
        Described::U128 => Scalar::U128,
        Described::F32 => Scalar::F32,
        Described::F64 => Scalar::F64,
        Described::String => Scalar::String,
        Described::Decimal => Scalar::Decimal,
        Described::Uuid => Scalar::Uuid,
        Described::Date => Scalar::Date,
        Described::Time => Scalar::Time,
        Described::Timestamp => Scalar::Timestamp,
        Described::Duration => Scalar::Duration,
        Described::Bytes => Scalar::Bytes,
        Described::Json => Scalar::Json,
    }
}
