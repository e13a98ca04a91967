//! Plain YAML values against the types of their places.

use crate::code::{Code, types as code};
use crate::diagnostic::{Diagnostic, did_you_mean, quote, quote_all};
use crate::model::{Field, Name, Scalar, TypeId, TypeKind, TypeRef, Value};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

use super::Work;
use super::names::field;
use super::scalar::{Refusal, canonical};

/// Where a value stands, which decides whether the user's own types may have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the generated code itself: it must be written as Rust.
    Code,
    /// In a scenario, which is a test: it may be read from JSON.
    Scenario,
}

impl Work<'_> {
    /// A value in a default or under `value`.
    pub(super) fn plain_value(&mut self, node: &Node, ty: &TypeRef) -> Option<Value> {
        self.value(node, ty, Place::Code)
    }

    /// A value in a scenario.
    pub(super) fn scenario_value(&mut self, node: &Node, ty: &TypeRef) -> Option<Value> {
        self.value(node, ty, Place::Scenario)
    }

    fn value(&mut self, node: &Node, ty: &TypeRef, place: Place) -> Option<Value> {
        if let Kind::Hole = node.kind {
            return None;
        }
        match ty {
            TypeRef::Optional(_) if node.is_null() => Some(Value::None),
            TypeRef::Optional(inner) => self.value(node, inner, place).map(Box::new).map(Value::Some),
            TypeRef::Scalar(Scalar::Json) => Some(Value::Scalar(Scalar::Json, json(node).to_string())),
            TypeRef::Scalar(scalar) => self.scalar_value(node, *scalar),
            TypeRef::List(item) => self.items(node, item, ty, place).map(Value::List),
            TypeRef::Set(item) => {
                let values = self.items(node, item, ty, place)?;
                self.refuse_repetition(node, &values);
                Some(Value::Set(values))
            }
            TypeRef::Map(key, value) => self.map_value(node, ty, key, value, place),
            TypeRef::Named(id) => self.named_value(node, *id, place),
        }
    }

    fn scalar_value(&mut self, node: &Node, scalar: Scalar) -> Option<Value> {
        let text = match &node.kind {
            Kind::Scalar(text) if !text.is_null() => text.text.clone(),
            // An empty value, where a text is wanted, is more likely a value that was forgotten.
            _ => return self.report_misfit(node, &TypeRef::Scalar(scalar)),
        };
        match canonical(scalar, text.text()) {
            Ok(canonical) => Some(Value::Scalar(scalar, canonical)),
            Err(Refusal::Form(form)) => {
                let message = format!("{} is not {form}", quote(text.text()));
                let words: &[&str] = if scalar == Scalar::Bool { &["true", "false"] } else { &[] };
                let help = did_you_mean(text.text(), words.iter().copied())
                    .unwrap_or_else(|| format!("a `{}` is written here", scalar.name()));
                self.report(&code::VALUE_TEXT, node.span, message, &help)
            }
            Err(Refusal::Range(least, greatest)) => {
                let message = format!("{} is out of the range of `{}`", quote(text.text()), scalar.name());
                self.report(
                    &code::VALUE_RANGE,
                    node.span,
                    message,
                    &format!("it goes from {least} to {greatest}"),
                )
            }
        }
    }

    fn items(&mut self, node: &Node, item: &TypeRef, ty: &TypeRef, place: Place) -> Option<Vec<Value>> {
        match &node.kind {
            Kind::List(nodes) => {
                let values: Vec<Option<Value>> =
                    nodes.iter().map(|node| self.value(node, item, place)).collect();
                values.into_iter().collect()
            }
            _ => self.report_misfit(node, ty),
        }
    }

    fn refuse_repetition(&mut self, node: &Node, values: &[Value]) {
        let Kind::List(nodes) = &node.kind else { return };
        for (index, value) in values.iter().enumerate() {
            let first = values.iter().take(index).position(|other| other == value);
            if let (Some(first), Some(again)) = (first.and_then(|it| nodes.get(it)), nodes.get(index)) {
                self.ctx.report(
                    Diagnostic::new(&code::VALUE_TWICE, again.span, "a set holds a value twice")
                        .also(first.span, "it is here already")
                        .help("remove one of them, or use a list"),
                );
            }
        }
    }

    fn map_value(
        &mut self,
        node: &Node,
        ty: &TypeRef,
        key: &TypeRef,
        value: &TypeRef,
        place: Place,
    ) -> Option<Value> {
        let Kind::Map(entries) = &node.kind else { return self.report_misfit(node, ty) };
        let mut pairs: Vec<(Value, Value)> = Vec::new();
        let mut complete = true;
        for entry in entries {
            let key_node = Node::plain(entry.key.clone());
            let pair = (self.value(&key_node, key, place), self.value(&entry.value, value, place));
            let (Some(key), Some(value)) = pair else {
                complete = false;
                continue;
            };
            if pairs.iter().any(|(other, _)| *other == key) {
                let message = format!("{} names an entry that is there already", quote(entry.key.text()));
                self.report::<()>(&code::VALUE_TWICE, entry.key.span(), message, "remove one of them");
            }
            pairs.push((key, value));
        }
        complete.then_some(Value::Map(pairs))
    }

    fn named_value(&mut self, node: &Node, id: TypeId, place: Place) -> Option<Value> {
        let ty = self.domain.ty(id).clone();
        match &ty.kind {
            // A rule reports the type; no value of it has an end.
            TypeKind::Newtype { .. } if self.domain.is_endless_newtype(id) => None,
            TypeKind::Newtype { inner, .. } => {
                self.value(node, inner, place).map(Box::new).map(|inner| Value::Newtype(id, inner))
            }
            TypeKind::Struct(fields) => {
                let Kind::Map(entries) = &node.kind else {
                    return self.report_misfit(node, &TypeRef::Named(id));
                };
                let owner = format!("the type {}", quote(ty.name.as_str()));
                let span = node.head(&self.ctx.sources);
                self.field_values(entries, fields, &owner, span, place)
                    .map(|values| Value::Struct(id, values))
            }
            TypeKind::Enum(_) => self.variant_value(node, id, place),
            TypeKind::Extern(path) if path.is_empty() => None,
            TypeKind::Extern(_) if place == Place::Scenario => {
                Some(Value::Extern(id, json(node).to_string()))
            }
            TypeKind::Extern(_) => {
                let name = quote(ty.name.as_str());
                let message = format!("{name} is the user's own type, so its values cannot be written here");
                let help = "leave the default out, or write the value in Rust";
                self.report(&code::VALUE_EXTERN, node.head(&self.ctx.sources), message, help)
            }
        }
    }

    fn variant_value(&mut self, node: &Node, id: TypeId, place: Place) -> Option<Value> {
        let ty = self.domain.ty(id).clone();
        let TypeKind::Enum(variants) = &ty.kind else { return None };
        let (name, entries): (_, &[Entry]) = match &node.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => (scalar.text.clone(), &[]),
            Kind::Map(entries) => match entries.as_slice() {
                [Entry { key, value }] => match &value.kind {
                    Kind::Map(entries) => (key.clone(), entries),
                    _ if value.is_null() => (key.clone(), &[]),
                    _ => return self.report_misfit(value, &TypeRef::Named(id)),
                },
                _ => return self.report_misfit(node, &TypeRef::Named(id)),
            },
            _ => return self.report_misfit(node, &TypeRef::Named(id)),
        };
        let Some(index) = variants.iter().position(|variant| variant.name.as_str() == name.text()) else {
            let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
            let help = did_you_mean(name.text(), names.iter().copied()).unwrap_or_else(|| {
                format!("it is one of {}", quote_all(names.iter().copied().take(12), "and"))
            });
            let message = format!("{} has no variant {}", quote(ty.name.as_str()), quote(name.text()));
            return self.report(&code::UNKNOWN_VARIANT, name.span(), message, &help);
        };
        let variant = variants.get(index)?;
        let owner = format!("the variant {}", quote(variant.name.as_str()));
        self.field_values(entries, &variant.fields, &owner, name.span(), place)
            .map(|values| Value::Variant(id, index, values))
    }

    /// Values for fields, by their order; what may be absent may be left out.
    fn field_values(
        &mut self,
        entries: &[Entry],
        fields: &[Field],
        owner: &str,
        at: Span,
        place: Place,
    ) -> Option<Vec<Option<Value>>> {
        let mut values: Vec<Option<Value>> = vec![None; fields.len()];
        let mut complete = true;
        let mut mentioned = vec![false; fields.len()];
        for entry in entries {
            let Some(index) = field(self.ctx, &entry.key, fields, &code::VALUE_UNKNOWN_FIELD, owner) else {
                complete = false;
                continue;
            };
            mentioned[index] = true;
            values[index] = self.value(&entry.value, &fields[index].ty, place);
            complete &= values[index].is_some();
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&mentioned)
            .filter(|(field, mentioned)| !**mentioned && !field.may_be_absent())
            .map(|(field, _)| field.name.as_str())
            .collect();
        if complete && !missing.is_empty() {
            let message = format!("{owner} lacks a value for {}", quote_all(missing.iter().copied(), "and"));
            let help = format!("add {}", quote_all(missing.iter().copied(), "and"));
            return self.report(&code::VALUE_MISSING_FIELD, at, message, &help);
        }
        complete.then_some(values)
    }

    /// Values for some of the fields, each with its place; the rest is not looked at.
    pub(super) fn some_values<'n>(
        &mut self,
        given: impl Iterator<Item = (&'n crate::source::ScalarText, &'n Node)>,
        fields: &[Field],
        code: &'static Code,
        owner: &str,
    ) -> Vec<(usize, Value)> {
        let mut values = Vec::new();
        for (name, node) in given {
            if let Some(index) = field(self.ctx, name, fields, code, owner)
                && let Some(value) = self.value(node, &fields[index].ty, Place::Scenario)
            {
                values.push((index, value));
            }
        }
        values
    }

    fn report_misfit<T>(&mut self, node: &Node, ty: &TypeRef) -> Option<T> {
        let text = self.domain.type_text(ty);
        let message = format!("expected a value of type {}, found {}", quote(&text), node.describe());
        let help = match self.domain.stored(ty) {
            TypeRef::List(_) | TypeRef::Set(_) => String::from("write a list: `[a, b]`"),
            TypeRef::Map(..) => String::from("write a mapping: `{ key: value }`"),
            TypeRef::Named(id) => self.form_of(*id),
            _ => format!("write one `{text}`"),
        };
        self.report(&code::VALUE_KIND, node.head(&self.ctx.sources), message, &help)
    }

    fn form_of(&self, id: TypeId) -> String {
        match &self.domain.ty(id).kind {
            TypeKind::Struct(fields) => format!("write its fields: {}", quote_all(names(fields), "and")),
            TypeKind::Enum(variants) => {
                format!(
                    "it is one of {}",
                    quote_all(variants.iter().map(|it| it.name.as_str()).take(12), "and")
                )
            }
            _ => String::from("write a value of this type"),
        }
    }

    fn report<T>(&mut self, code: &'static Code, span: Span, message: String, help: &str) -> Option<T> {
        self.ctx.report(Diagnostic::new(code, span, message).help(help));
        None
    }
}

fn names(fields: &[Field]) -> impl Iterator<Item = &str> {
    fields.iter().map(|field| Name::as_str(&field.name))
}

/// A YAML value as JSON, by the rules of YAML's own JSON schema.
fn json(node: &Node) -> serde_json::Value {
    use serde_json::Value as Json;
    match &node.kind {
        Kind::Map(entries) => {
            Json::Object(entries.iter().map(|it| (it.key.text().to_owned(), json(&it.value))).collect())
        }
        Kind::List(items) => Json::Array(items.iter().map(json).collect()),
        Kind::Scalar(scalar) if scalar.plain => match scalar.text.text() {
            "" | "~" | "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            text => text
                .parse::<serde_json::Number>()
                .map_or_else(|_| Json::String(text.to_owned()), Json::Number),
        },
        Kind::Scalar(scalar) => Json::String(scalar.text.text().to_owned()),
        Kind::Hole => Json::Null,
    }
}
