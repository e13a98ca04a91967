//! Released shapes in the words of the schema, with the types of those days.

use std::collections::BTreeMap;

use cqrs_evolution::model::{Definition, Field, Fields, Payload, Shape, Type, Version};

use crate::diagnostic::quote;
use crate::emit::docs::notation;
use crate::evolution::{alike_as_types, extern_path};
use crate::model::{self, Domain, Event, TypeKind};

use super::text::Yaml;
use super::{Refusal, Request, senseless};

/// The words for one released shape.
pub(super) struct Words<'a> {
    domain: &'a Domain,
    shape: &'a Shape,
    version: u32,
    /// The schema's names for the types of those days.
    names: BTreeMap<String, String>,
    /// The types of those days that have to be declared.
    older: Vec<(String, Yaml)>,
}

impl<'a> Words<'a> {
    pub(super) fn new(domain: &'a Domain, shape: &'a Shape, version: u32) -> Self {
        Self { domain, shape, version, names: BTreeMap::new(), older: Vec::new() }
    }

    /// What stands under the version in the history, the step left aside.
    pub(super) fn older_shape(
        &mut self,
        event: &Event,
        version: &Version,
        request: &Request,
    ) -> Result<Yaml, Refusal> {
        let mut entries = Vec::new();
        if version.name != event.name.as_str() {
            entries.push(("name".to_owned(), Yaml::Text(version.name.clone())));
        }
        let mut fields = Vec::new();
        for (name, field, today) in in_todays_order(&self.shape.fields, event, request) {
            fields.push((name.to_owned(), self.field(name, field, today, request)?));
        }
        if !fields.is_empty() {
            entries.push(("fields".to_owned(), Yaml::Map(fields)));
        }
        Ok(Yaml::Lines(entries))
    }

    /// The types of those days that today's schema has no more.
    pub(super) fn older_types(self) -> Vec<(String, Yaml)> {
        self.older
    }

    fn field(
        &mut self,
        name: &str,
        field: &Field,
        today: Option<&model::Field>,
        request: &Request,
    ) -> Result<Yaml, Refusal> {
        let ty = match today.filter(|today| self.is(&field.ty, &today.ty)) {
            Some(today) => self.domain.type_text(&today.ty),
            None => self.ty(&field.ty)?,
        };
        let mut entries = vec![("type".to_owned(), Yaml::scalar(&ty))];
        if field.default {
            // The lock says that there is a default, and not which.
            let default = today.and_then(|today| today.default.as_ref());
            let given = request.defaults.iter().find(|(it, _)| it == name);
            let value = match (default, given) {
                (Some(value), _) => notation::value(self.domain, value),
                (None, Some((_, text))) => super::step::plain(text),
                (None, None) => {
                    return Err(senseless(format!(
                        "{} was released with a default, which the lock does not have: give it as `--default {name}=…`",
                        quote(name)
                    )));
                }
            };
            entries.push(("default".to_owned(), Yaml::Text(value)));
        }
        if today.is_some_and(|today| today.personal) {
            entries.push(("personal".to_owned(), Yaml::Text("true".to_owned())));
        }
        match entries.as_slice() {
            [(_, ty)] => Ok(ty.clone()),
            _ => Ok(Yaml::Map(entries)),
        }
    }

    /// Whether a type of those days is stored as one of today is.
    fn is(&self, released: &Type, today: &model::TypeRef) -> bool {
        alike_as_types(self.domain, today, released, self.shape)
    }

    /// A type in the schema's words.
    fn ty(&mut self, ty: &Type) -> Result<String, Refusal> {
        Ok(match ty {
            Type::Scalar(scalar) => scalar.name().to_owned(),
            Type::Optional(inner) => format!("{}?", self.ty(inner)?),
            Type::List(item) => format!("list<{}>", self.ty(item)?),
            Type::Set(item) => format!("set<{}>", self.ty(item)?),
            Type::Map(key, value) => format!("map<{}, {}>", self.ty(key)?, self.ty(value)?),
            Type::Named(name) => self.named(name)?,
            Type::Extern(path) => self.by_hand(path)?,
        })
    }

    fn by_hand(&self, path: &str) -> Result<String, Refusal> {
        let found = self.domain.types.iter().find(|it| extern_path(it).as_deref() == Some(path));
        found.map(|it| it.name.to_string()).ok_or_else(|| {
            senseless(format!(
                "no type of the schema is {} any more, of which a released shape has values: declare it again",
                quote(path)
            ))
        })
    }

    fn named(&mut self, name: &str) -> Result<String, Refusal> {
        if let Some(known) = self.names.get(name) {
            return Ok(known.clone());
        }
        let ty = Type::Named(name.to_owned());
        let same = |it: &&(model::TypeRef, &model::Type)| self.is(&ty, &it.0);
        let reference = |at| model::TypeRef::Named(model::TypeId::new(at));
        let declared: Vec<_> =
            self.domain.types.iter().enumerate().map(|(at, it)| (reference(at), it)).collect();
        let by_name = declared.iter().filter(|(_, it)| it.name.as_str() == name).find(same);
        // Two newtypes of one scalar are stored alike and mean different things.
        let mut others =
            declared.iter().filter(|(_, it)| matches!(it.kind, TypeKind::Struct(_) | TypeKind::Enum(_)));
        if let Some((_, found)) = by_name.or_else(|| others.find(same)) {
            let found = found.name.to_string();
            self.names.insert(name.to_owned(), found.clone());
            return Ok(found);
        }
        let Some(definition) = self.shape.types.get(name) else {
            return Err(senseless(format!("the lock does not say what the type {} was", quote(name))));
        };
        if let Definition::Newtype(inner) = definition {
            // The name of a newtype is not stored.
            return self.ty(inner);
        }
        let older = self.free_name(name);
        self.names.insert(name.to_owned(), older.clone());
        let declaration = match definition {
            Definition::Struct(fields) => vec![("fields".to_owned(), self.fields(fields)?)],
            Definition::Enum(variants) => vec![("enum".to_owned(), self.variants(variants)?)],
            Definition::Newtype(_) => Vec::new(),
        };
        self.older.push((older.clone(), Yaml::Map(declaration)));
        Ok(older)
    }

    /// `HolderV1`, or a name after it that is not taken.
    fn free_name(&self, name: &str) -> String {
        let is_taken = |wanted: &str| {
            self.domain.types.iter().any(|it| it.name.as_str() == wanted)
                || self.older.iter().any(|(it, _)| it == wanted)
        };
        let mut wanted = format!("{name}V{}", self.version);
        while is_taken(&wanted) {
            wanted.push_str("Older");
        }
        wanted
    }

    fn fields(&mut self, fields: &Fields) -> Result<Yaml, Refusal> {
        let mut entries = Vec::new();
        for (name, field) in fields {
            if field.default {
                return Err(senseless(format!(
                    "the field {} of a type of those days has a default, which the lock does not have: declare the type by hand",
                    quote(name)
                )));
            }
            let ty = self.ty(&field.ty)?;
            entries.push((name.clone(), Yaml::scalar(&ty)));
        }
        Ok(Yaml::Map(entries))
    }

    fn variants(&mut self, variants: &BTreeMap<String, Payload>) -> Result<Yaml, Refusal> {
        if variants.values().all(|payload| *payload == Payload::Unit) {
            return Ok(Yaml::List(variants.keys().cloned().collect()));
        }
        let mut entries = Vec::new();
        for (name, payload) in variants {
            let fields = match payload {
                Payload::Unit => Yaml::Map(Vec::new()),
                Payload::Struct(fields) => self.fields(fields)?,
                Payload::Newtype(_) | Payload::Tuple(_) => {
                    return Err(senseless(format!(
                        "the variant {} carries values without names, which a schema has no words for",
                        quote(name)
                    )));
                }
            };
            entries.push((name.clone(), fields));
        }
        Ok(Yaml::Map(entries))
    }
}

/// Released fields, each with the one of today that it lives on in: in today's order, the others after them by name.
fn in_todays_order<'a>(
    fields: &'a Fields,
    event: &'a Event,
    request: &Request,
) -> Vec<(&'a str, &'a Field, Option<&'a model::Field>)> {
    let older_name = |name: &str| {
        let renamed = request.renames.iter().find(|(_, new)| new == name);
        renamed.map_or_else(|| name.to_owned(), |(old, _)| old.clone())
    };
    let mut ordered = Vec::new();
    for today in &event.fields {
        if let Some((name, field)) = fields.get_key_value(&older_name(today.name.as_str())) {
            ordered.push((name.as_str(), field, Some(today)));
        }
    }
    for (name, field) in fields {
        if ordered.iter().all(|(there, ..)| there != name) {
            ordered.push((name, field, None));
        }
    }
    ordered
}
