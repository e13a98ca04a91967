//! Rules about names: what they may be, and that each is the only one where it is used.

use std::collections::BTreeMap;

use crate::code::{aggregate, name as code, projection as rows};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, quote};
use crate::model::{Domain, Field, Name, Origin, RowField, SummaryKind, TypeKind, snake_case};

/// How long a name may be, in bytes: what every database keeps.
const LONGEST: usize = 63;

/// Words that are no raw identifiers either.
const RESERVED: [&str; 4] = ["self", "super", "crate", "Self"];

pub(super) fn the_domain_is_in_snake_case(domain: &Domain, ctx: &mut Context) {
    let name = domain.name.as_str();
    let is_identifier = syn::parse_str::<syn::Ident>(name).is_ok();
    if is_identifier && name.is_ascii() && snake_case(name) == name && name.len() <= LONGEST {
        return;
    }
    let suggestion = snake_case(name);
    let is_usable = syn::parse_str::<syn::Ident>(&suggestion).is_ok() && suggestion.is_ascii();
    let help = match is_usable && suggestion.len() <= LONGEST {
        true => format!("write `domain: {suggestion}`"),
        false => String::from(
            "write small letters, digits and `_`, beginning with a letter, as in `retail_banking`",
        ),
    };
    let message = format!("{} does not name a module: it is no identifier in snake case", quote(name));
    ctx.report(Diagnostic::new(&code::DOMAIN_NAME, domain.origin.span(), message).help(help));
}

pub(super) fn names_are_identifiers(domain: &Domain, ctx: &mut Context) {
    for (name, origin, style) in every_name(domain) {
        let text = name.as_str();
        let mut characters = text.chars();
        let begins = characters.next().is_some_and(|it| it.is_ascii_alphabetic());
        if !begins || !characters.all(|it| it.is_ascii_alphanumeric() || it == '_') {
            let help = match suggestion(text) {
                Some(suggestion) => {
                    format!("write {}; texts for people belong into `doc`", quote(&suggestion))
                }
                None => String::from("begin with an English letter, and go on with letters, digits and `_`"),
            };
            let message = format!("{} is not a name", quote(text));
            ctx.report(Diagnostic::new(&code::NOT_AN_IDENTIFIER, origin.span(), message).help(help));
        } else if RESERVED.contains(&written(name, style)) {
            let message = format!("{} cannot be a name in Rust", quote(written(name, style)));
            let help = "take another word; other keywords, such as `type`, may be names";
            ctx.report(Diagnostic::new(&code::KEYWORD, origin.span(), message).help(help));
        } else if text.len() > LONGEST {
            let message = format!("the name {} has {} bytes", quote(text), text.len());
            let help = format!("shorten it to {LONGEST}");
            ctx.report(Diagnostic::new(&code::LONG_NAME, origin.span(), message).help(help));
        }
    }
}

pub(super) fn names_differ_in_generated_code(domain: &Domain, ctx: &mut Context) {
    let module = module_names(domain);
    names_differ(&module, Style::Camel, ctx);
    names_differ(
        &domain.roles.iter().map(|(name, origin)| (name, *origin)).collect::<Vec<_>>(),
        Style::Camel,
        ctx,
    );
    for aggregate in &domain.aggregates {
        let errors = aggregate.errors.iter().map(|id| domain.error(*id)).map(|it| (&it.name, it.origin));
        names_differ(&errors.collect::<Vec<_>>(), Style::Camel, ctx);
    }
    for ty in &domain.types {
        if let TypeKind::Enum(variants) = &ty.kind {
            let variants: Vec<(&Name, Origin)> = variants.iter().map(|it| (&it.name, it.origin)).collect();
            names_repeat(&variants, ctx);
            names_differ(&variants, Style::Camel, ctx);
        }
    }
    for fields in every_field_list(domain) {
        names_differ(&named(fields), Style::Snake, ctx);
    }
}

pub(super) fn names_leave_generated_ones_free(domain: &Domain, ctx: &mut Context) {
    let generated = domain.generated_names();
    let generated: BTreeMap<&str, (&str, Origin)> =
        generated.iter().map(|(name, what, origin)| (name.as_str(), (what.as_str(), *origin))).collect();
    for (name, origin) in module_names(domain) {
        let taken = name.camel();
        let Some((what, source)) = generated.get(taken) else { continue };
        let message = format!("the name {} is needed for {what}", quote(taken));
        ctx.report(
            Diagnostic::new(&code::GENERATED, origin.span(), message)
                .also(source.span(), "it is generated for this")
                .help("give one of them another name"),
        );
    }
}

/// The key and the other fields of a row are columns of one table.
pub(super) fn columns_differ(domain: &Domain, ctx: &mut Context) {
    for it in &domain.projections {
        let mut columns: BTreeMap<&str, Origin> = BTreeMap::new();
        if let Some(window) = &it.window {
            columns.insert("window_start", window.origin);
        }
        let fields = it.key.iter().chain(it.fields.iter().map(|row| &row.field));
        for field in fields {
            let Some(first) = columns.insert(field.name.snake(), field.origin) else { continue };
            // Two fields of one list are reported by the rule on cases.
            let in_one_list = |list: &[Field]| {
                let spans = [first.span(), field.origin.span()];
                spans.iter().all(|span| list.iter().any(|other| other.origin.span() == *span))
            };
            let rows: Vec<Field> = it.fields.iter().map(|row| row.field.clone()).collect();
            if in_one_list(&it.key) || in_one_list(&rows) {
                continue;
            }
            let message = format!("the row has two columns {}", quote(field.name.snake()));
            ctx.report(
                Diagnostic::new(&rows::COLUMN_TWICE, field.origin.span(), message)
                    .also(first.span(), "the other comes from here")
                    .help("give this field another name"),
            );
        }
    }
}

/// An average keeps its sum and its count as columns of their own.
pub(super) fn columns_of_averages_are_free(domain: &Domain, ctx: &mut Context) {
    let is_average = |row: &&RowField| row.summary.as_ref().is_some_and(|it| it.kind == SummaryKind::Avg);
    for projection in &domain.projections {
        let columns = projection.key.iter().chain(projection.fields.iter().map(|row| &row.field));
        for average in projection.fields.iter().filter(is_average) {
            let needed = average.average_columns();
            for field in columns.clone().filter(|field| needed.iter().any(|it| it == field.name.snake())) {
                let message = format!("the row has two columns {}", quote(field.name.snake()));
                ctx.report(
                    Diagnostic::new(&rows::COLUMN_TWICE, field.origin.span(), message)
                        .also(
                            average.field.origin.span(),
                            "this average keeps its sum and its count beside it",
                        )
                        .help("give one of them another name"),
                );
            }
        }
    }
}

pub(super) fn commands_leave_their_id_to_the_compiler(domain: &Domain, ctx: &mut Context) {
    for command in &domain.commands {
        let Some((id, fields)) = command.fields.split_first() else { continue };
        for field in fields.iter().filter(|field| field.name.snake() == id.name.snake()) {
            let owner = domain.aggregate(command.aggregate);
            let message = format!(
                "every command of {} has {} already",
                quote(owner.name.as_str()),
                quote(id.name.as_str())
            );
            ctx.report(
                Diagnostic::new(&aggregate::ID_REDECLARED, field.origin.span(), message)
                    .also(owner.origin.span(), "it is the id of this aggregate")
                    .help("remove the field; its type is the aggregate's `id`"),
            );
        }
    }
}

/// How a name is written in Rust.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Snake,
    Camel,
}

fn written(name: &Name, style: Style) -> &str {
    match style {
        Style::Snake => name.snake(),
        Style::Camel => name.camel(),
    }
}

/// Two names that are not the same as they are written, but are in Rust.
fn names_differ(names: &[(&Name, Origin)], style: Style, ctx: &mut Context) {
    let mut seen: BTreeMap<&str, (&Name, Origin)> = BTreeMap::new();
    for (name, origin) in names {
        let rust = written(name, style);
        match seen.get(rust) {
            Some((first, first_origin)) if first != name => {
                let message =
                    format!("{} and {} both become `{rust}`", quote(first.as_str()), quote(name.as_str()));
                ctx.report(
                    Diagnostic::new(&code::CASE_CLASH, origin.span(), message)
                        .also(first_origin.span(), "the other is here")
                        .help("give one of them another name"),
                );
            }
            Some(_) => {}
            None => {
                seen.insert(rust, (name, *origin));
            }
        }
    }
}

/// The same name twice in a list, where YAML does not see it.
fn names_repeat(names: &[(&Name, Origin)], ctx: &mut Context) {
    let mut seen: BTreeMap<&str, Origin> = BTreeMap::new();
    for (name, origin) in names {
        if let Some(first) = seen.insert(name.as_str(), *origin) {
            let message = format!("{} is named twice", quote(name.as_str()));
            ctx.report(
                Diagnostic::new(&code::TAKEN, origin.span(), message)
                    .also(first.span(), "first named here")
                    .help("remove one of them"),
            );
        }
    }
}

/// A name that is allowed and near to the text.
fn suggestion(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(|it| match it {
            'ä' | 'à' | 'á' | 'â' | 'ã' | 'å' => 'a',
            'Ä' | 'À' | 'Á' | 'Â' | 'Å' => 'A',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'É' | 'È' | 'Ê' => 'E',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => 'o',
            'Ö' | 'Ó' | 'Ô' | 'Ø' => 'O',
            'ü' | 'ú' | 'ù' | 'û' => 'u',
            'Ü' | 'Ú' => 'U',
            'ç' => 'c',
            'ñ' => 'n',
            'ß' => 's',
            it if it.is_ascii_alphanumeric() => it,
            _ => '_',
        })
        .collect();
    let plain = plain.trim_matches('_');
    plain.starts_with(|it: char| it.is_ascii_alphabetic()).then(|| plain.to_owned())
}

fn module_names(domain: &Domain) -> Vec<(&Name, Origin)> {
    let types = domain.types.iter().filter(|ty| ty.name.as_str() != "?").map(|it| (&it.name, it.origin));
    types
        .chain(domain.aggregates.iter().map(|it| (&it.name, it.origin)))
        .chain(domain.events.iter().map(|it| (&it.name, it.origin)))
        .chain(domain.commands.iter().map(|it| (&it.name, it.origin)))
        .chain(domain.projections.iter().map(|it| (&it.name, it.origin)))
        .chain(domain.queries.iter().map(|it| (&it.name, it.origin)))
        .collect()
}

fn named(fields: &[Field]) -> Vec<(&Name, Origin)> {
    fields.iter().map(|field| (&field.name, field.origin)).collect()
}

/// Every list of fields that is one scope.
fn every_field_list(domain: &Domain) -> Vec<&[Field]> {
    let mut lists: Vec<&[Field]> = Vec::new();
    for ty in &domain.types {
        match &ty.kind {
            TypeKind::Struct(fields) => lists.push(fields),
            TypeKind::Enum(variants) => {
                lists.extend(variants.iter().map(|variant| variant.fields.as_slice()))
            }
            TypeKind::Newtype { .. } | TypeKind::Extern(_) => {}
        }
    }
    lists.extend(domain.aggregates.iter().map(|it| it.state.as_slice()));
    for event in &domain.events {
        lists.push(&event.fields);
        lists.extend(event.history.iter().map(|shape| shape.fields.as_slice()));
    }
    lists.extend(domain.errors.iter().map(|it| it.fields.as_slice()));
    // A command's id field is added by the compiler and has a rule of its own.
    lists.extend(domain.commands.iter().filter_map(|it| it.fields.get(1..)));
    lists.extend(domain.projections.iter().map(|it| it.key.as_slice()));
    lists
}

/// Every name that a schema declares, with how it is written in Rust.
fn every_name(domain: &Domain) -> Vec<(&Name, Origin, Style)> {
    let mut names: Vec<(&Name, Origin, Style)> = Vec::new();
    names.extend(module_names(domain).into_iter().map(|(name, origin)| (name, origin, Style::Camel)));
    names.extend(domain.roles.iter().map(|(name, origin)| (name, *origin, Style::Camel)));
    names.extend(domain.errors.iter().map(|it| (&it.name, it.origin, Style::Camel)));
    for ty in &domain.types {
        if let TypeKind::Enum(variants) = &ty.kind {
            names.extend(variants.iter().map(|it| (&it.name, it.origin, Style::Camel)));
        }
    }
    for event in &domain.events {
        let stored = event.history.iter().filter(|shape| shape.stored_name != event.name);
        names.extend(stored.map(|shape| (&shape.stored_name, shape.origin, Style::Camel)));
    }
    let rows = domain.projections.iter().flat_map(|it| &it.fields).map(|row| &row.field);
    let fields = every_field_list(domain).into_iter().flatten().chain(rows);
    // A key that the compiler made is named after its aggregate, whose own name is looked at.
    names.extend(fields.map(|field| (&field.name, field.origin, Style::Snake)));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_another_script_is_given_a_near_one() {
        assert_eq!(suggestion("Währung"), Some(String::from("Wahrung")));
        assert_eq!(suggestion("order-id"), Some(String::from("order_id")));
        assert_eq!(suggestion("日付"), None);
    }
}
