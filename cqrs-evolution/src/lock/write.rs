//! A domain's released shapes as the text of a lock.

use std::fmt::Write as _;

use super::FORMAT;
use crate::model::text::{name, name_of_type};
use crate::model::{Definition, Domain, Event, Field, Fields, Payload, Shape, StoredAs, Type, Version};

/// The text of a lock: the same for the same domain, whatever the order in which it was built.
#[must_use]
pub fn write(domain: &Domain) -> String {
    let mut text = format!(
        "# Every shape in which an event of `{}` was released. Records of each may be stored, so no later build may\n\
         # contradict one. `cqrs lock`, or a test with CQRS_LOCK=update, writes this file and never takes a shape away.\n\
         # Commit it, and review what is added.\n\
         lock {FORMAT}\n\
         domain {}\n",
        domain.name.escape_debug(),
        name(&domain.name)
    );
    for (aggregate, of) in &domain.aggregates {
        for (event_name, event) in &of.events {
            text.push('\n');
            write_event(&mut text, aggregate, event_name, event);
        }
    }
    text
}

fn write_event(text: &mut String, aggregate: &str, event_name: &str, event: &Event) {
    if event.versions.is_empty() {
        return;
    }
    let _ = write!(text, "event {}.{} [{}]", name(aggregate), name(event_name), event.versions.len());
    text.push_str(if event.retired { " retired" } else { "" });
    text.push_str(if event.published { " published" } else { "" });
    text.push('\n');
    for (number, version) in &event.versions {
        let stored =
            StoredAs { aggregate: aggregate.to_owned(), name: version.name.clone(), version: *number };
        write_version(text, event_name, &stored, version);
    }
}

fn write_version(text: &mut String, event_name: &str, stored: &StoredAs, version: &Version) {
    let _ = write!(text, "  version {}", stored.version);
    if version.name != event_name {
        let _ = write!(text, " as {}", name(&version.name));
    }
    let _ = writeln!(text, " [{:08x}]", sum(stored, version));
    for line in lines(version) {
        let _ = writeln!(text, "    {line}");
    }
}

/// The sum of a version: it changes with what its records say of themselves, and with every line below it.
pub(super) fn sum(stored: &StoredAs, version: &Version) -> u32 {
    let head = format!("{stored}\n");
    let lines = lines(version);
    let bytes = lines.iter().flat_map(|line| line.bytes().chain([b'\n']));
    // FNV-1a: it notices accidents, and is not meant to withstand somebody who looks for a collision.
    head.bytes()
        .chain(bytes)
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The lines of a version: its fields, the parts of the types that they name, and what its step says.
fn lines(version: &Version) -> Vec<String> {
    let mut lines = shape_lines(&version.shape);
    let step = version.step.iter().flatten();
    lines.extend(step.map(|path| {
        let path: Vec<_> = path.split('.').map(name).collect();
        format!("step {}", path.join("."))
    }));
    lines
}

fn shape_lines(shape: &Shape) -> Vec<String> {
    let mut lines: Vec<_> = shape.fields.iter().map(|(key, field)| field_line("", key, field)).collect();
    for (key, definition) in &shape.types {
        let ty = name_of_type(key);
        match definition {
            Definition::Newtype(inner) => lines.push(format!("newtype {ty}: {inner}")),
            Definition::Struct(fields) => parts(&mut lines, &format!("struct {ty}"), "", fields),
            Definition::Enum(variants) if variants.is_empty() => lines.push(format!("enum {ty}")),
            Definition::Enum(variants) => {
                for (key, payload) in variants {
                    variant(&mut lines, &format!("enum {ty}.{}", name(key)), payload);
                }
            }
        }
    }
    lines
}

fn variant(lines: &mut Vec<String>, variant: &str, payload: &Payload) {
    match payload {
        Payload::Unit => lines.push(variant.to_owned()),
        Payload::Newtype(inner) => lines.push(format!("{variant}({inner})")),
        Payload::Tuple(items) => lines.push(format!("{variant}{}", tuple(items))),
        Payload::Struct(fields) => parts(lines, variant, " {}", fields),
    }
}

/// A line for each field, or one that says that there is none.
fn parts(lines: &mut Vec<String>, owner: &str, none: &str, fields: &Fields) {
    if fields.is_empty() {
        lines.push(format!("{owner}{none}"));
    }
    lines.extend(fields.iter().map(|(key, field)| field_line(&format!("{owner}."), key, field)));
}

fn field_line(owner: &str, key: &str, field: &Field) -> String {
    let default = if field.default { " = default" } else { "" };
    format!("{owner}{}: {}{default}", name(key), field.ty)
}

/// Types in parentheses; one alone has a comma, which tells it from a value without a name.
fn tuple(items: &[Type]) -> String {
    let texts: Vec<_> = items.iter().map(Type::to_string).collect();
    match texts.as_slice() {
        [one] => format!("({one},)"),
        all => format!("({})", all.join(", ")),
    }
}
