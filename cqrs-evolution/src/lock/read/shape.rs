//! The lines below a version: fields, and the parts of the types that they name.

use std::collections::BTreeMap;

use super::super::ReadError;
use super::super::tokens::Line;
use crate::model::{Definition, Field, Fields, Payload, Scalar, Shape, Type};

/// How deep types may lie in one another on one line.
const DEEPEST: usize = 64;

/// A version's shape, as far as it was read.
#[derive(Default)]
pub(super) struct ShapeReader {
    shape: Shape,
    parts: BTreeMap<String, usize>,
    /// The first place where each type is named.
    named: BTreeMap<String, ReadError>,
}

impl ShapeReader {
    /// The rest of `name: type`.
    pub(super) fn field(&mut self, line: &mut Line<'_>, name: String) -> Result<(), ReadError> {
        let field = self.typed(line)?;
        line.end()?;
        self.place(line, name.clone());
        insert(&mut self.shape.fields, line, name, field)
    }

    /// The rest of a line that begins with `newtype`, `struct` or `enum`.
    pub(super) fn definition(&mut self, line: &mut Line<'_>, kind: &str) -> Result<(), ReadError> {
        let (name, _) = line.name()?;
        self.place(line, name.clone());
        match kind {
            "newtype" => self.newtype(line, name)?,
            "struct" => self.structure(line, name)?,
            _ => self.enumeration(line, name)?,
        }
        line.end()
    }

    pub(super) fn finish(self) -> Result<(Shape, BTreeMap<String, usize>), ReadError> {
        let undefined = self.named.into_iter().find(|(name, _)| !self.shape.types.contains_key(name));
        match undefined {
            Some((_, error)) => Err(error),
            None => Ok((self.shape, self.parts)),
        }
    }

    fn newtype(&mut self, line: &mut Line<'_>, name: String) -> Result<(), ReadError> {
        line.expect(":")?;
        let inner = self.ty(line, 0)?;
        match self.shape.types.insert(name.clone(), Definition::Newtype(inner)) {
            None => Ok(()),
            Some(_) => Err(twice(line, &name)),
        }
    }

    fn structure(&mut self, line: &mut Line<'_>, name: String) -> Result<(), ReadError> {
        let field = if line.take(".") { Some(self.named_field(line, &name)?) } else { None };
        let is_new = !self.shape.types.contains_key(&name);
        let definition = self.shape.types.entry(name.clone()).or_insert(Definition::Struct(Fields::new()));
        match (definition, field) {
            (Definition::Struct(fields), Some((key, field))) => insert(fields, line, key, field),
            (Definition::Struct(_), None) if is_new => Ok(()),
            _ => Err(twice(line, &name)),
        }
    }

    fn enumeration(&mut self, line: &mut Line<'_>, name: String) -> Result<(), ReadError> {
        let is_new = !self.shape.types.contains_key(&name);
        if !line.take(".") {
            self.shape.types.entry(name.clone()).or_insert(Definition::Enum(BTreeMap::new()));
            return if is_new { Ok(()) } else { Err(twice(line, &name)) };
        }
        let (variant, _) = line.name()?;
        self.place(line, format!("{name}.{variant}"));
        let payload = self.payload(line, &format!("{name}.{variant}"))?;
        let definition = self.shape.types.entry(name.clone()).or_insert(Definition::Enum(BTreeMap::new()));
        let Definition::Enum(variants) = definition else { return Err(twice(line, &name)) };
        match (variants.get_mut(&variant), payload) {
            (None, payload) => {
                variants.insert(variant, payload);
                Ok(())
            }
            // A line each is said of a variant's fields.
            (Some(Payload::Struct(fields)), Payload::Struct(more))
                if !more.is_empty() && !fields.is_empty() =>
            {
                more.into_iter().try_for_each(|(key, field)| insert(fields, line, key, field))
            }
            _ => Err(twice(line, &variant)),
        }
    }

    /// What follows a variant's name.
    fn payload(&mut self, line: &mut Line<'_>, owner: &str) -> Result<Payload, ReadError> {
        if line.take(".") {
            return Ok(Payload::Struct(Fields::from([self.named_field(line, owner)?])));
        }
        if line.take("{") {
            line.expect("}")?;
            return Ok(Payload::Struct(Fields::new()));
        }
        if !line.take("(") {
            return Ok(Payload::Unit);
        }
        let (mut items, mut has_comma) = (Vec::new(), false);
        while !line.take(")") {
            if !items.is_empty() {
                line.expect(",")?;
                has_comma = true;
                if line.take(")") {
                    break;
                }
            }
            items.push(self.ty(line, 0)?);
        }
        Ok(match items.pop() {
            Some(only) if items.is_empty() && !has_comma => Payload::Newtype(only),
            last => {
                items.extend(last);
                Payload::Tuple(items)
            }
        })
    }

    fn named_field(&mut self, line: &mut Line<'_>, owner: &str) -> Result<(String, Field), ReadError> {
        let (key, _) = line.name()?;
        self.place(line, format!("{owner}.{key}"));
        line.expect(":")?;
        Ok((key, self.typed(line)?))
    }

    /// A type, and whether a payload may lack the field.
    fn typed(&mut self, line: &mut Line<'_>) -> Result<Field, ReadError> {
        let ty = self.ty(line, 0)?;
        let default = line.take("=");
        if default {
            line.expect_word("default")?;
        }
        Ok(Field { ty, default })
    }

    fn ty(&mut self, line: &mut Line<'_>, depth: usize) -> Result<Type, ReadError> {
        if depth > DEEPEST {
            return Err(line.error(format!("types lie in one another more than {DEEPEST} deep")));
        }
        let mut ty = self.required(line, depth)?;
        for _ in depth..DEEPEST {
            if !line.take("?") {
                break;
            }
            ty = Type::Optional(Box::new(ty));
        }
        Ok(ty)
    }

    fn required(&mut self, line: &mut Line<'_>, depth: usize) -> Result<Type, ReadError> {
        let unknown = line.error("expected a type");
        let (name, is_quoted) = line.name()?;
        if is_quoted {
            return Ok(self.name(unknown, name));
        }
        if let Some(scalar) = Scalar::find(&name) {
            return Ok(Type::Scalar(scalar));
        }
        if !["list", "set", "map", "extern"].contains(&name.as_str()) {
            return Ok(self.name(unknown, name));
        }
        line.expect("<")?;
        let ty = match name.as_str() {
            "extern" => Type::Extern(line.name()?.0),
            "list" => Type::List(Box::new(self.ty(line, depth + 1)?)),
            "set" => Type::Set(Box::new(self.ty(line, depth + 1)?)),
            _ => {
                let key = self.ty(line, depth + 1)?;
                line.expect(",")?;
                Type::Map(Box::new(key), Box::new(self.ty(line, depth + 1)?))
            }
        };
        line.expect(">")?;
        Ok(ty)
    }

    /// A named type, which some line of the version must define.
    fn name(&mut self, at: ReadError, name: String) -> Type {
        let message = format!("type `{name}` is not defined below the version that names it");
        self.named.entry(name.clone()).or_insert(ReadError { message, ..at });
        Type::Named(name)
    }

    /// Says in which line a part stands.
    pub(super) fn place(&mut self, line: &Line<'_>, part: String) {
        self.parts.entry(part).or_insert(line.number());
    }
}

fn insert(fields: &mut Fields, line: &Line<'_>, name: String, field: Field) -> Result<(), ReadError> {
    match fields.insert(name.clone(), field) {
        None => Ok(()),
        Some(_) => Err(twice(line, &name)),
    }
}

fn twice(line: &Line<'_>, name: &str) -> ReadError {
    line.error(format!("`{name}` is said for the second time, or otherwise than before"))
}
