//! Types, who may do what, and where personal data is.

use crate::model::{Domain, Field, RoleId, TypeKind};

use super::notation::{self, FIELDS, expression, fields};
use super::page::{Inline, Kind, Page, code, commas, link, text};

/// Writes types, roles and personal data.
pub(super) fn write(domain: &Domain, page: &mut Page) {
    if !domain.types.is_empty() {
        page.section(2, "Types");
    }
    for (_, ty) in domain.types() {
        page.thing(3, Kind::Type, ty.name.as_str(), ty.doc.as_deref());
        match &ty.kind {
            TypeKind::Newtype { inner, check } => {
                let mut parts = vec![text("A ")];
                parts.extend(notation::ty(domain, inner));
                if let Some(check) = check {
                    parts.extend([text(" where "), code(expression(domain, *check))]);
                }
                parts.push(text("."));
                page.paragraph(parts);
            }
            TypeKind::Struct(it) => page.table(FIELDS, fields(domain, it)),
            TypeKind::Enum(variants) => {
                let rows = variants.iter().map(|variant| {
                    let fields = variant
                        .fields
                        .iter()
                        .map(|it| code(format!("{}: {}", it.name, domain.type_text(&it.ty))));
                    vec![vec![code(variant.name.as_str())], commas(fields)]
                });
                page.table(&["Variant", "Carries"], rows.collect());
            }
            TypeKind::Extern(path) => {
                page.paragraph(vec![text("The Rust type "), code(path.as_str()), text(".")]);
            }
        }
    }
    roles(domain, page);
    personal(domain, page);
}

fn roles(domain: &Domain, page: &mut Page) {
    if domain.roles.is_empty() {
        return;
    }
    page.section(2, "Roles");
    let rows = domain.roles.iter().enumerate().map(|(index, (name, _))| {
        let allows =
            |allow: &Option<Vec<RoleId>>| allow.as_ref().is_none_or(|it| it.contains(&RoleId::new(index)));
        let commands = domain
            .commands()
            .filter(|(_, it)| allows(&it.allow))
            .map(|(_, it)| link(Kind::Command, &it.name));
        let queries =
            domain.queries().filter(|(_, it)| allows(&it.allow)).map(|(_, it)| link(Kind::Query, &it.name));
        vec![vec![code(name.as_str())], commas(commands), commas(queries)]
    });
    page.table(&["Role", "May send", "May ask"], rows.collect());
}

/// Every field that is marked as personal, wherever it stands.
fn personal(domain: &Domain, page: &mut Page) {
    let mut rows = Vec::new();
    let mut look = |place: Vec<Inline>, fields: &mut dyn Iterator<Item = &Field>| {
        for field in fields.filter(|field| field.personal) {
            let meaning = field.doc.iter().map(|doc| text(doc.as_str())).collect();
            rows.push(vec![
                place.clone(),
                vec![code(field.name.as_str())],
                notation::ty(domain, &field.ty),
                meaning,
            ]);
        }
    };
    for (_, ty) in domain.types() {
        let place = vec![link(Kind::Type, &ty.name)];
        match &ty.kind {
            TypeKind::Struct(fields) => look(place, &mut fields.iter()),
            TypeKind::Enum(variants) => look(place, &mut variants.iter().flat_map(|it| &it.fields)),
            TypeKind::Newtype { .. } | TypeKind::Extern(_) => {}
        }
    }
    for (_, it) in domain.aggregates() {
        look(vec![text("state of "), link(Kind::Aggregate, &it.name)], &mut it.state.iter());
    }
    for (_, it) in domain.commands() {
        look(vec![link(Kind::Command, &it.name)], &mut it.fields.iter());
    }
    for (_, it) in domain.events() {
        look(vec![link(Kind::Event, &it.name)], &mut it.fields.iter());
        for shape in &it.history {
            let place = vec![link(Kind::Event, &it.name), text(format!(" version {}", shape.version))];
            look(place, &mut shape.fields.iter());
        }
    }
    for it in &domain.errors {
        look(vec![link(Kind::Error, &it.name)], &mut it.fields.iter());
    }
    for (_, it) in domain.projections() {
        let mut fields = it.key.iter().chain(it.fields.iter().map(|it| &it.field));
        look(vec![link(Kind::Projection, &it.name)], &mut fields);
    }
    if !rows.is_empty() {
        page.section(2, "Personal data");
        page.table(&["Where", "Field", "Type", "Meaning"], rows);
    }
}
