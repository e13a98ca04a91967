//! The shape of stored data, as constants: which fields an event has, and of which types, nested types included.
//!
//! A shape says what the stored JSON looks like, not what the Rust type is called in today's code. Locks, diffs,
//! snapshots and read-model tables are all built on shapes. Nothing here reads or writes a payload.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

/// What a value looks like where it is stored.
///
/// Shapes are constants: see [`DataType::SHAPE`](crate::DataType::SHAPE).
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A value without parts.
    Scalar(Scalar),
    /// A value that may be absent.
    Optional(&'static Shape),
    /// Values in order.
    List(&'static Shape),
    /// Distinct values.
    Set(&'static Shape),
    /// Values by key.
    Map(&'static Shape, &'static Shape),
    /// A type of the domain, by its name.
    Named(&'static NamedShape),
    /// A type whose stored form is known only to its own code.
    Opaque(&'static str),
}

/// The values without parts that payloads and tables know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
    /// `true` or `false`.
    Bool,
    /// A signed integer of 8 bits.
    I8,
    /// A signed integer of 16 bits.
    I16,
    /// A signed integer of 32 bits.
    I32,
    /// A signed integer of 64 bits.
    I64,
    /// A signed integer of 128 bits.
    I128,
    /// An unsigned integer of 8 bits.
    U8,
    /// An unsigned integer of 16 bits.
    U16,
    /// An unsigned integer of 32 bits.
    U32,
    /// An unsigned integer of 64 bits.
    U64,
    /// An unsigned integer of 128 bits.
    U128,
    /// A floating-point number of 32 bits.
    F32,
    /// A floating-point number of 64 bits.
    F64,
    /// Text.
    String,
    /// An exact decimal number.
    Decimal,
    /// A UUID.
    Uuid,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// An instant.
    Timestamp,
    /// A length of time.
    Duration,
    /// Bytes, stored as base64 text in payloads.
    Bytes,
    /// Any JSON.
    Json,
}

impl Scalar {
    /// The scalar's name in the schema language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::String => "string",
            Self::Decimal => "decimal",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
            Self::Json => "json",
        }
    }
}

/// A type of the domain with its parts.
#[derive(Debug, Clone, Copy)]
pub struct NamedShape {
    /// The type's name.
    pub name: &'static str,
    /// The module that the type is of. It tells types of one name apart; the stored form does not depend on it.
    pub module: &'static str,
    /// The shapes of the type's parameters, where it is generic.
    pub arguments: &'static [Shape],
    /// What it consists of.
    pub kind: ShapeKind,
}

/// What a named type consists of.
///
/// Fields and variants come from functions, because a constant cannot contain itself, as a type may.
#[derive(Debug, Clone, Copy)]
pub enum ShapeKind {
    /// One value under a name of its own; stored as the value itself.
    Newtype(&'static Shape),
    /// Named fields.
    Struct(fn() -> &'static [FieldShape]),
    /// One of several variants.
    Enum(fn() -> &'static [VariantShape]),
}

/// One field of a struct, of an enum's variant, or of an event.
#[derive(Debug, Clone, Copy)]
pub struct FieldShape {
    /// The name under which the field is stored.
    pub name: &'static str,
    /// The field's shape.
    pub shape: Shape,
    /// Whether a payload may lack the field.
    pub has_default: bool,
}

/// One variant of an enum.
#[derive(Debug, Clone, Copy)]
pub struct VariantShape {
    /// The name under which the variant is stored.
    pub name: &'static str,
    /// What the variant carries.
    pub kind: VariantKind,
}

/// What an enum's variant carries.
#[derive(Debug, Clone, Copy)]
pub enum VariantKind {
    /// Nothing.
    Unit,
    /// One value without a name.
    Newtype(&'static Shape),
    /// Several values without names.
    Tuple(&'static [Shape]),
    /// Named fields.
    Struct(&'static [FieldShape]),
}

impl Shape {
    /// A number that changes whenever the shape does, nested types included.
    ///
    /// It is the 64-bit FNV-1a hash of [`describe`](Self::describe). It tells accidental changes apart; it is not
    /// meant to withstand somebody who looks for a collision.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.describe())
    }

    /// The shape as canonical text: each named type is spelt out once, where it first occurs.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, &mut BTreeSet::new());
        text
    }

    /// Follows newtypes to the shape that is stored.
    pub fn stored(&self) -> &Shape {
        match self {
            Self::Named(NamedShape { kind: ShapeKind::Newtype(inner), .. }) => inner.stored(),
            other => other,
        }
    }

    fn write(&self, text: &mut String, seen: &mut BTreeSet<String>) {
        match self {
            Self::Scalar(scalar) => text.push_str(scalar.name()),
            Self::Optional(inner) => {
                inner.write(text, seen);
                text.push('?');
            }
            Self::List(inner) => wrap(text, "list", |text| inner.write(text, seen)),
            Self::Set(inner) => wrap(text, "set", |text| inner.write(text, seen)),
            Self::Map(key, value) => wrap(text, "map", |text| {
                key.write(text, seen);
                text.push_str(", ");
                value.write(text, seen);
            }),
            Self::Opaque(name) => wrap(text, "extern", |text| text.push_str(name)),
            Self::Named(named) => {
                self.write_name(text, false);
                let mut path = String::new();
                self.write_name(&mut path, true);
                if seen.insert(path) {
                    named.kind.write(text, seen);
                }
            }
        }
    }
}

impl Shape {
    /// Writes the shape by its name, with the modules of named types where `qualified`.
    fn write_name(&self, text: &mut String, qualified: bool) {
        match self {
            Self::Scalar(scalar) => text.push_str(scalar.name()),
            Self::Optional(inner) => {
                inner.write_name(text, qualified);
                text.push('?');
            }
            Self::List(inner) => wrap(text, "list", |text| inner.write_name(text, qualified)),
            Self::Set(inner) => wrap(text, "set", |text| inner.write_name(text, qualified)),
            Self::Map(key, value) => wrap(text, "map", |text| {
                key.write_name(text, qualified);
                text.push_str(", ");
                value.write_name(text, qualified);
            }),
            Self::Opaque(name) => wrap(text, "extern", |text| text.push_str(name)),
            Self::Named(named) => {
                if qualified {
                    text.push_str(named.module);
                    text.push_str("::");
                }
                if named.arguments.is_empty() {
                    return text.push_str(named.name);
                }
                wrap(text, named.name, |text| {
                    for (index, argument) in named.arguments.iter().enumerate() {
                        text.push_str(if index == 0 { "" } else { ", " });
                        argument.write_name(text, qualified);
                    }
                });
            }
        }
    }
}

impl ShapeKind {
    fn write(&self, text: &mut String, seen: &mut BTreeSet<String>) {
        match self {
            Self::Newtype(inner) => {
                text.push('(');
                inner.write(text, seen);
                text.push(')');
            }
            Self::Struct(fields) => write_fields(fields(), text, seen),
            Self::Enum(variants) => {
                text.push('[');
                for (index, variant) in variants().iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { ", " });
                    text.push_str(variant.name);
                    match variant.kind {
                        VariantKind::Unit => {}
                        VariantKind::Newtype(inner) => {
                            text.push('(');
                            inner.write(text, seen);
                            text.push(')');
                        }
                        VariantKind::Tuple(parts) => {
                            text.push('(');
                            for (index, part) in parts.iter().enumerate() {
                                text.push_str(if index == 0 { "" } else { ", " });
                                part.write(text, seen);
                            }
                            text.push(')');
                        }
                        VariantKind::Struct(fields) => write_fields(fields, text, seen),
                    }
                }
                text.push(']');
            }
        }
    }
}

impl PartialEq for Shape {
    /// Two shapes are equal when they describe the same stored form.
    fn eq(&self, other: &Self) -> bool {
        self.describe() == other.describe()
    }
}

impl Eq for Shape {}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_name(&mut text, false);
        formatter.write_str(&text)
    }
}

/// A number that stands for a definition and changes with it; see [`Shape::fingerprint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a canonical text: its 64-bit FNV-1a hash.
    pub const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut index = 0;
        while index < bytes.len() {
            hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            index += 1;
        }
        Self(hash)
    }

    /// The fingerprint that was stored as these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits to store.
    pub const fn to_bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// Writes fields in their declared order; the order is part of the text because locks sort for themselves.
pub(crate) fn describe_fields(fields: &[FieldShape]) -> String {
    let mut text = String::new();
    write_fields(fields, &mut text, &mut BTreeSet::new());
    text
}

fn write_fields(fields: &[FieldShape], text: &mut String, seen: &mut BTreeSet<String>) {
    text.push('{');
    for (index, field) in fields.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{separator}{}: ", field.name);
        field.shape.write(text, seen);
        text.push_str(if field.has_default { " = default" } else { "" });
    }
    text.push('}');
}

fn wrap(text: &mut String, name: &str, inner: impl FnOnce(&mut String)) {
    text.push_str(name);
    text.push('<');
    inner(text);
    text.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn named(module: &'static str, name: &'static str, kind: ShapeKind) -> NamedShape {
        NamedShape { name, module, arguments: &[], kind }
    }

    const NODE: Shape = {
        const NAMED: NamedShape = named(
            "tests",
            "Node",
            ShapeKind::Struct(|| {
                &[FieldShape { name: "children", shape: Shape::List(&NODE), has_default: false }]
            }),
        );
        Shape::Named(&NAMED)
    };

    #[test]
    fn a_type_that_contains_itself_is_spelt_out_once() {
        assert_eq!(NODE.describe(), "Node{children: list<Node>}");
    }

    #[test]
    fn two_types_of_one_name_are_both_spelt_out() {
        const OLD: NamedShape = named("v1", "Money", ShapeKind::Newtype(&Shape::Scalar(Scalar::I64)));
        const NEW: NamedShape = named("v2", "Money", ShapeKind::Newtype(&Shape::Scalar(Scalar::Decimal)));
        const BOTH: Shape = Shape::Map(&Shape::Named(&OLD), &Shape::Named(&NEW));
        assert_eq!(BOTH.describe(), "map<Money(i64), Money(decimal)>");
        assert_eq!(BOTH.to_string(), "map<Money, Money>");
    }

    #[test]
    fn a_change_of_a_nested_type_changes_the_fingerprint() {
        const OLD: NamedShape = named("tests", "Money", ShapeKind::Newtype(&Shape::Scalar(Scalar::I64)));
        const NEW: NamedShape = named("tests", "Money", ShapeKind::Newtype(&Shape::Scalar(Scalar::Decimal)));
        let old = Shape::Optional(&Shape::Named(&OLD));
        let new = Shape::Optional(&Shape::Named(&NEW));
        assert_ne!(old.fingerprint(), new.fingerprint());
        assert_eq!(old.fingerprint(), old.fingerprint());
    }
}
