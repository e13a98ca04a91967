//! Types, and the fields that have them.

use crate::model::Scalar;

use super::{Construct, Form, Key, Shared};

const CHECK: &str = "A condition on `value` for values that enter by a command: `value >= 0`. It never makes a stored event unreadable.";

/// Fields by name: a type alone, or a mapping that says more.
pub(super) const FIELDS: Form = Form::Shared(&SHARED_FIELDS);

static SHARED_FIELDS: Shared = Shared {
    name: "fields",
    form: Form::Names { each: &Form::Either(&[Form::Type, Form::Keys(&FIELD)]), beside: &[] },
};

/// A declared type.
pub static TYPE: Construct = Construct {
    name: "type",
    keys: &[
        Key::new("doc", Form::Text, "What the type is for."),
        Key::new(
            "type",
            Form::Type,
            "Makes a newtype: a type of its own with this one inside. A type's name alone does the same.",
        ),
        Key::new("check", Form::Expression, CHECK),
        Key::new(
            "enum",
            Form::Either(&[Form::List(&Form::Name), Form::Names { each: &FIELDS, beside: &[] }]),
            "Makes an enum: a list of names, or a mapping of names to the fields that each carries.",
        ),
        Key::new("fields", FIELDS, "Makes a struct of these fields."),
        Key::new("extern", Form::Name, "The path of the user's own Rust type: `geo::Point`."),
    ],
};

/// A field that says more than its type.
pub static FIELD: Construct = Construct {
    name: "field",
    keys: &[
        Key::required("type", Form::Type, "The field's type."),
        Key::new("doc", Form::Text, "What the field is for."),
        Key::new("default", Form::Plain, "The value where none is given, as plain YAML."),
        Key::new("check", Form::Expression, CHECK),
        Key::new("personal", Form::Switch, "Marks personal data."),
    ],
};

/// A field of a projection's rows, which may be a summary.
pub static ROW_FIELD: Construct = Construct {
    name: "row field",
    keys: &[
        Key::new("type", Form::Type, "The field's type. A summary has the type of what it sums up."),
        Key::new("doc", Form::Text, "What the field is for."),
        Key::new("sum", Form::Expression, "The sum of this over the events of `from`."),
        Key::new(
            "count",
            Form::Switch,
            "How many events of `from` there were. `count` in the place of the type says the same.",
        ),
        Key::new("min", Form::Expression, "The least value of this."),
        Key::new("max", Form::Expression, "The greatest value of this."),
        Key::new("avg", Form::Expression, "The mean of this."),
        Key::new("first", Form::Expression, "The first value of this."),
        Key::new("last", Form::Expression, "The latest value of this."),
        Key::new("collect", Form::Expression, "Every value of this, in order, as a list."),
        Key::new("default", Form::Plain, "The value where none is given, as plain YAML."),
        Key::new("check", Form::Expression, CHECK),
        Key::new("personal", Form::Switch, "Marks personal data."),
    ],
};

/// The types of the language that have no parts, with what each holds.
pub const SCALARS: &[(Scalar, &str)] = &[
    (Scalar::String, "text"),
    (Scalar::Bool, "`true` or `false`"),
    (Scalar::I8, "a signed integer of 8 bits"),
    (Scalar::I16, "a signed integer of 16 bits"),
    (Scalar::I32, "a signed integer of 32 bits"),
    (Scalar::I64, "a signed integer of 64 bits"),
    (Scalar::I128, "a signed integer of 128 bits"),
    (Scalar::U8, "an unsigned integer of 8 bits"),
    (Scalar::U16, "an unsigned integer of 16 bits"),
    (Scalar::U32, "an unsigned integer of 32 bits"),
    (Scalar::U64, "an unsigned integer of 64 bits"),
    (Scalar::U128, "an unsigned integer of 128 bits"),
    (Scalar::F32, "a floating-point number of 32 bits"),
    (Scalar::F64, "a floating-point number of 64 bits"),
    (Scalar::Decimal, "an exact decimal number, for money"),
    (Scalar::Uuid, "a UUID"),
    (Scalar::Date, "a calendar date: `2026-01-31`"),
    (Scalar::Time, "a time of day: `12:30:00`"),
    (Scalar::Timestamp, "an instant: `2026-01-31T12:30:00Z`"),
    (Scalar::Duration, "a length of time"),
    (Scalar::Bytes, "bytes, written as base64"),
    (Scalar::Json, "any JSON"),
];
