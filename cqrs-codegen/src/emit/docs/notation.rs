//! Values, terms and fields in the words of the schema language.

use crate::model::{
    Construction, Domain, ExpressionId, Field, Fill, Operation, RoleId, Target, Term, TypeRef, Value, Write,
};

use super::page::{Inline, Kind, code, commas, link, text};

/// An expression as the schema writes it, on one line.
pub(crate) fn expression(domain: &Domain, id: ExpressionId) -> String {
    domain.expression(id).text.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A type, its name leading to where it is described.
pub(super) fn ty(domain: &Domain, ty: &TypeRef) -> Vec<Inline> {
    match ty.required() {
        TypeRef::Named(id) => {
            let mut parts = vec![link(Kind::Type, &domain.ty(*id).name)];
            if let TypeRef::Optional(_) = ty {
                parts.push(text("?"));
            }
            parts
        }
        _ => vec![code(domain.type_text(ty))],
    }
}

/// Fields as the rows of a table: name, type, and what else there is to say.
pub(super) fn fields<'a>(
    domain: &Domain,
    fields: impl IntoIterator<Item = &'a Field>,
) -> Vec<Vec<Vec<Inline>>> {
    fields
        .into_iter()
        .map(|field| vec![vec![code(field.name.as_str())], ty(domain, &field.ty), remarks(domain, field)])
        .collect()
}

/// The head of the table of [`fields`].
pub(super) const FIELDS: &[&str] = &["Field", "Type", "Meaning"];

fn remarks(domain: &Domain, field: &Field) -> Vec<Inline> {
    let mut parts: Vec<Vec<Inline>> = Vec::new();
    parts.extend(field.doc.as_ref().map(|doc| vec![text(doc.as_str())]));
    parts.extend(field.default.as_ref().map(|it| vec![text("default "), code(value(domain, it))]));
    parts.extend(field.check.map(|check| vec![text("where "), code(expression(domain, check))]));
    if field.personal {
        parts.push(vec![text("personal")]);
    }
    let mut joined = Vec::new();
    for part in parts {
        if !joined.is_empty() {
            joined.push(text("; "));
        }
        joined.extend(part);
    }
    joined
}

/// Who may ask.
pub(super) fn roles(domain: &Domain, allow: Option<&[RoleId]>) -> Vec<Inline> {
    match allow {
        Some(roles) => commas(roles.iter().map(|id| code(domain.role(*id).0.as_str()))),
        None => vec![text("anyone")],
    }
}

/// A plain value as YAML on one line.
pub(crate) fn value(domain: &Domain, it: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(|item| value(domain, item)).collect::<Vec<_>>().join(", ");
    match it {
        Value::Scalar(_, text) if text.is_empty() => String::from("\"\""),
        Value::Scalar(_, text) => text.clone(),
        Value::None => String::from("null"),
        Value::Some(inner) | Value::Newtype(_, inner) => value(domain, inner),
        Value::List(items) | Value::Set(items) => format!("[{}]", list(items)),
        Value::Map(entries) => {
            let entries =
                entries.iter().map(|(key, it)| format!("{}: {}", value(domain, key), value(domain, it)));
            braces(entries)
        }
        Value::Struct(id, values) => match &domain.ty(*id).kind {
            crate::model::TypeKind::Struct(fields) => filled(domain, fields, values),
            _ => String::new(),
        },
        Value::Variant(id, index, values) => match &domain.ty(*id).kind {
            crate::model::TypeKind::Enum(variants) => {
                variants.get(*index).map_or_else(String::new, |variant| {
                    if variant.fields.is_empty() {
                        variant.name.to_string()
                    } else {
                        format!("{{ {}: {} }}", variant.name, filled(domain, &variant.fields, values))
                    }
                })
            }
            _ => String::new(),
        },
        Value::Extern(_, json) => json.clone(),
    }
}

/// The fields that a value is given for.
pub(super) fn filled(domain: &Domain, fields: &[Field], values: &[Option<Value>]) -> String {
    let given = fields.iter().zip(values).filter_map(|(field, it)| Some((field, it.as_ref()?)));
    braces(given.map(|(field, it)| format!("{}: {}", field.name, value(domain, it))))
}

fn braces(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = entries.collect();
    if entries.is_empty() { String::from("{}") } else { format!("{{ {} }}", entries.join(", ")) }
}

/// What stands where a value is wanted.
pub(crate) fn term(domain: &Domain, it: &Term) -> String {
    match it {
        Term::Expression(id) => expression(domain, *id),
        Term::Value(it) => value(domain, it),
        Term::Struct { ty, fields, .. } => match &domain.ty(*ty).kind {
            crate::model::TypeKind::Struct(declared) => written(domain, declared, fields),
            _ => String::new(),
        },
    }
}

/// The fields that a construction writes itself, as opposed to those that carry over.
pub(super) fn construction(domain: &Domain, fields: &[Field], it: &Construction) -> Option<String> {
    let text = written(domain, fields, &it.fills);
    (text != "{}").then_some(text)
}

fn written(domain: &Domain, fields: &[Field], fills: &[Fill]) -> String {
    braces(fields.iter().zip(fills).filter_map(|(field, fill)| match fill {
        Fill::Term(it) => Some(format!("{}: {}", field.name, term(domain, it))),
        Fill::Carry(..) | Fill::Default => None,
    }))
}

/// What is written to, given the fields that it is one of.
pub(crate) fn target<'a>(domain: &Domain, names: impl Fn(usize) -> &'a str, it: &Target) -> String {
    match it.entry {
        Some(entry) => format!("{}[{}]", names(it.field), expression(domain, entry)),
        None => names(it.field).to_owned(),
    }
}

/// What is done to a target, as a sentence that goes on after its name.
pub(super) fn operation(domain: &Domain, write: &Write) -> Vec<Inline> {
    let with = |word: &str, it: &Term| vec![text(format!("{word} ")), code(term(domain, it))];
    match &write.operation {
        Operation::Set(it) => with("becomes", it),
        Operation::Add(it) => with("grows by", it),
        Operation::Subtract(it) => with("shrinks by", it),
        Operation::Push(it) | Operation::Insert(it) => with("gets", it),
        Operation::Remove(it) => with("loses", it),
        Operation::Clear => vec![text("is emptied")],
    }
}
