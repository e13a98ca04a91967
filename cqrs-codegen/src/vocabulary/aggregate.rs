//! Aggregates, with their events, errors and commands.

use super::types::FIELDS;
use super::{ASSIGNMENTS, Construct, Form, Key, ONE_OR_MORE_NAMES, WRITES};

/// A consistency boundary.
pub static AGGREGATE: Construct = Construct {
    name: "aggregate",
    keys: &[
        Key::new("doc", Form::Text, "What the aggregate is."),
        Key::new(
            "id",
            Form::Type,
            "The type of its id: `string`, `uuid`, an integer, a newtype of one of these, or the user's own type. `uuid` where it is absent.",
        ),
        Key::new(
            "state",
            FIELDS,
            "What its decisions look at. Each field has a default, or a type that has one.",
        ),
        Key::required(
            "events",
            Form::Names { each: &Form::Keys(&EVENT), beside: &[] },
            "What can happen to it, by name.",
        ),
        Key::new(
            "errors",
            Form::Names { each: &Form::Either(&[Form::Text, Form::Keys(&ERROR)]), beside: &[] },
            "How it can refuse, by name: a sentence, or fields with a sentence.",
        ),
        Key::new(
            "commands",
            Form::Names { each: &Form::Keys(&COMMAND), beside: &[] },
            "What can be asked of it, by name. Each command carries the aggregate's id in a field named after it, such as `account_id`.",
        ),
        Key::new(
            "snapshot",
            Form::Keys(&SNAPSHOT),
            "When its state is stored, so that a long history need not be read again.",
        ),
    ],
};

/// When a snapshot is taken.
pub static SNAPSHOT: Construct = Construct {
    name: "snapshot",
    keys: &[Key::required("every", Form::Count, "After how many events a snapshot is taken.")],
};

const CUSTOM: &[(&str, &str)] = &[("custom", "A method that the user writes in Rust.")];

/// Something that has happened.
pub static EVENT: Construct = Construct {
    name: "event",
    keys: &[
        Key::new("doc", Form::Text, "What the event records."),
        Key::new(
            "published",
            Form::Switch,
            "`true`: others outside the domain read the event, so a change of it is told as one that concerns them.",
        ),
        Key::new(
            "version",
            Form::Count,
            "The version of today's shape. `1` where it is absent; one more than the last version under `history`.",
        ),
        Key::new("fields", FIELDS, "What the event tells, in today's shape."),
        Key::new(
            "apply",
            Form::Either(&[Form::Word(CUSTOM), WRITES]),
            "What the event does to the state: fields and what they become, or `custom` for a method that the user writes. Where it is absent the state stays.",
        ),
        Key::new(
            "history",
            Form::Names { each: &Form::Keys(&OLDER_SHAPE), beside: &[] },
            "Older shapes by version, from 1 and without gaps, each with the step to the next.",
        ),
        Key::new(
            "retired",
            Form::Either(&[
                Form::Word(&[("drop", "Stored events are read as nothing.")]),
                Form::Names { each: &ASSIGNMENTS, beside: &[] },
            ]),
            "The event is no longer written. `drop` reads stored ones as nothing; a mapping of events to fields reads each as those events.",
        ),
    ],
};

/// An older shape of an event.
pub static OLDER_SHAPE: Construct = Construct {
    name: "older shape",
    keys: &[
        Key::new("name", Form::Name, "The event's name in those days, where it differed."),
        Key::new("fields", FIELDS, "The event's fields in those days."),
        Key::new(
            "upcast",
            Form::Either(&[Form::Word(CUSTOM), ASSIGNMENTS]),
            "How the fields of the next version are filled from `event`. Fields of equal name and type carry over, lossless widenings too. `custom` for a conversion that the user writes.",
        ),
        Key::new(
            "downcast",
            ASSIGNMENTS,
            "Of a published event: how the fields of this version are filled from `event`, which is the next version, for consumers that know no newer one. Fields carry over as in `upcast`.",
        ),
    ],
};

/// A refusal.
pub static ERROR: Construct = Construct {
    name: "error",
    keys: &[
        Key::new("fields", FIELDS, "What the refusal tells the caller beside its name."),
        Key::new(
            "message",
            Form::Text,
            "The sentence for a person. `{balance}` stands for the field of that name.",
        ),
    ],
};

/// What can be asked of an aggregate.
pub static COMMAND: Construct = Construct {
    name: "command",
    keys: &[
        Key::new("doc", Form::Text, "What the command asks for."),
        Key::new(
            "creates",
            Form::Switch,
            "`true`: only where no such aggregate exists yet. `false`: only where one exists. Absent: either.",
        ),
        Key::new("allow", ONE_OR_MORE_NAMES, "The roles that may ask. Anyone where it is absent."),
        Key::new("fields", FIELDS, "What the command carries beside the aggregate's id."),
        Key::new(
            "require",
            Form::Either(&[Form::Keys(&REQUIREMENT), Form::List(&Form::Keys(&REQUIREMENT))]),
            "What must hold, in this order; the first that does not refuses the command.",
        ),
        Key::new(
            "emit",
            EMIT,
            "The events that are recorded: one name, a mapping of events to fields, or a list whose items may carry `if`. Fields of the same name are filled from the command. Where it is absent the user writes the decision in Rust.",
        ),
    ],
};

const EMIT: Form = Form::Either(&[
    Form::Name,
    Form::Names { each: &ASSIGNMENTS, beside: &[] },
    Form::List(&Form::Either(&[
        Form::Name,
        Form::Names {
            each: &ASSIGNMENTS,
            beside: &[Key::new("if", Form::Expression, "The condition on which the event is recorded.")],
        },
    ])),
]);

/// A condition and the refusal where it does not hold.
pub static REQUIREMENT: Construct = Construct {
    name: "requirement",
    keys: &[
        Key::required("that", Form::Expression, "The condition, over `state`, `command` and `context`."),
        Key::required(
            "else",
            Form::Either(&[Form::Name, Form::Names { each: &ASSIGNMENTS, beside: &[] }]),
            "The refusal where the condition does not hold: an error's name, or a mapping of its name to its fields.",
        ),
    ],
};
