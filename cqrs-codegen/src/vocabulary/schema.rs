//! The whole file.

use super::{AGGREGATE, Construct, Form, Key, ONE_OR_MORE_NAMES, PROJECTION, QUERY, SCENARIO, TYPE};

/// A whole schema: one bounded context.
pub static SCHEMA: Construct = Construct {
    name: "schema",
    keys: &[
        Key::required("cqrs", Form::Version, "The version of the language: `1`."),
        Key::new(
            "domain",
            Form::Name,
            "The name of the bounded context, in `snake_case`. It becomes the generated module's name. A file that is only imported has none.",
        ),
        Key::new(
            "doc",
            Form::Text,
            "What the domain is about. It opens the generated module's documentation.",
        ),
        Key::new(
            "imports",
            ONE_OR_MORE_NAMES,
            "Other files whose `types` are used here, as paths beside this file: `[common.yaml]`.",
        ),
        Key::new("roles", ONE_OR_MORE_NAMES, "Who may be asked for under `allow`."),
        Key::new(
            "types",
            Form::Names { each: &Form::Either(&[Form::Type, Form::Keys(&TYPE)]), beside: &[] },
            "Types by name: newtypes, structs, enums, and the user's own Rust types.",
        ),
        Key::new(
            "aggregates",
            Form::Names { each: &Form::Keys(&AGGREGATE), beside: &[] },
            "Aggregates by name: what is decided, each from its own events alone.",
        ),
        Key::new(
            "projections",
            Form::Names { each: &Form::Keys(&PROJECTION), beside: &[] },
            "Projections by name: tables of rows that are folded from events.",
        ),
        Key::new(
            "queries",
            Form::Names { each: &Form::Keys(&QUERY), beside: &[] },
            "Queries by name: typed questions, each to one projection.",
        ),
        Key::new(
            "scenarios",
            Form::List(&Form::Keys(&SCENARIO)),
            "Examples of what must come of what. Each becomes a test.",
        ),
        Key::new(
            "waivers",
            Form::List(&Form::Keys(&WAIVER)),
            "Changes of released events that are known to hurt nobody, and are let through until a date.",
        ),
    ],
};

/// One change of a released event that is let through.
pub static WAIVER: Construct = Construct {
    name: "waiver",
    keys: &[
        Key::required("code", Form::Name, "The code of the rule: `E1013`."),
        Key::required(
            "event",
            Form::Name,
            "The event that the change is about, or the aggregate where a whole one is gone: `MoneyDeposited`, or `Account.MoneyDeposited`.",
        ),
        Key::new(
            "version",
            Form::Count,
            "The version that the change is about. Every version where it is absent.",
        ),
        Key::new(
            "field",
            Form::Name,
            "The path of the field or variant, as the message has it: `holder.email`. Every one where it is absent.",
        ),
        Key::required("reason", Form::Text, "Why the change hurts nobody."),
        Key::required(
            "until",
            Form::Text,
            "The last day on which the waiver counts: `2027-01-31`. From then on it is an error.",
        ),
    ],
};
