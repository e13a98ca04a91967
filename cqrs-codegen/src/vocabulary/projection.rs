//! Projections and the queries that are put to them.

use super::types::{FIELDS, ROW_FIELD};
use super::{Construct, Form, Key, ONE_OR_MORE_NAMES, TERM, WRITES};

const ROW_FIELDS: Form = Form::Names {
    each: &Form::Either(&[
        Form::Word(&[("count", "How many events of `from` there were.")]),
        Form::Type,
        Form::Keys(&ROW_FIELD),
    ]),
    beside: &[],
};

/// A table of rows that are folded from events.
pub static PROJECTION: Construct = Construct {
    name: "projection",
    keys: &[
        Key::new("doc", Form::Text, "What the projection answers."),
        Key::new(
            "key",
            FIELDS,
            "The fields that make a row one of its kind. The id of the aggregate where it is absent. An event's fields of the same names give the key, unless the event says otherwise.",
        ),
        Key::new(
            "from",
            ONE_OR_MORE_NAMES,
            "The events that the summaries among the fields are folded from.",
        ),
        Key::new(
            "window",
            Form::Keys(&WINDOW),
            "Keeps rows apart by stretches of time; the key then ends in `window_start`.",
        ),
        Key::new(
            "fields",
            ROW_FIELDS,
            "The other fields of a row: a type, or a summary such as `{ sum: event.amount }` and `count`.",
        ),
        Key::new(
            "on",
            Form::Names { each: &Form::Either(&[Form::Word(FOLD_WORDS), Form::Keys(&FOLD)]), beside: &[] },
            "What each event does to the row of its key.",
        ),
        Key::new(
            "index",
            Form::Either(&[Form::Name, Form::List(&ONE_OR_MORE_NAMES)]),
            "Columns that are looked up: names, or lists of names that are looked up together.",
        ),
        Key::new(
            "refresh",
            Form::Either(&[Form::Word(REFRESH_WORDS), Form::Keys(&REFRESH)]),
            "When rows follow the events. `on-commit` where it is absent.",
        ),
    ],
};

const FOLD_WORDS: &[(&str, &str)] =
    &[("delete", "The event removes the row."), ("custom", "A method that the user writes in Rust.")];

const REFRESH_WORDS: &[(&str, &str)] = &[
    ("on-commit", "In the transaction that records the events: never behind."),
    ("continuous", "Soon after, all the time."),
    ("manual", "When asked."),
];

/// Rows that follow the events at intervals.
pub static REFRESH: Construct = Construct {
    name: "refresh",
    keys: &[Key::required("every", Form::Length, "How much time lies between two refreshes: `30s`.")],
};

/// What an event does to a row.
pub static FOLD: Construct = Construct {
    name: "fold",
    keys: &[
        Key::new(
            "key",
            TERM,
            "The key of the row, where it is not what the names say: an expression, or a mapping of the key's fields.",
        ),
        Key::new("if", Form::Expression, "The condition on which the event counts."),
        Key::new("set", WRITES, "Changes the row. Where there is none yet one is begun."),
        Key::new("insert", WRITES, "Makes the row anew, whatever was there."),
        Key::new("delete", Form::Switch, "`true` removes the row."),
        Key::new("custom", Form::Switch, "`true` for a method that the user writes in Rust."),
    ],
};

const CALENDAR: &[(&str, &str)] = &[
    ("day", "From midnight, in UTC."),
    ("week", "From Monday, in UTC."),
    ("month", "From the first of the month, in UTC."),
    ("year", "From the first of January, in UTC."),
];

/// Stretches of time that rows are kept apart by.
pub static WINDOW: Construct = Construct {
    name: "window",
    keys: &[
        Key::new(
            "tumbling",
            Form::Either(&[Form::Word(CALENDAR), Form::Length]),
            "Windows of this length, one beginning where the last ends: `1h`, or `day`, `week`, `month`, `year`.",
        ),
        Key::new(
            "hopping",
            Form::Length,
            "Windows of this length that overlap; `every` says how far apart they begin.",
        ),
        Key::new("every", Form::Length, "How far apart hopping windows begin."),
        Key::new(
            "time",
            Form::Expression,
            "The instant that places an event. When it was recorded where it is absent.",
        ),
    ],
};

/// A question to one projection.
pub static QUERY: Construct = Construct {
    name: "query",
    keys: &[
        Key::new("doc", Form::Text, "What the query asks."),
        Key::new("allow", ONE_OR_MORE_NAMES, "The roles that may ask. Anyone where it is absent."),
        Key::required("from", Form::Name, "The projection."),
        Key::new(
            "where",
            Form::Names {
                each: &Form::Either(&[Form::Word(FILTERS), Form::List(&Form::Word(FILTERS))]),
                beside: &[],
            },
            "What the request narrows by: columns, each with one or more ways to compare.",
        ),
        Key::new(
            "order_by",
            Form::Either(&[Form::Order, Form::List(&Form::Order)]),
            "The order of the rows: columns, each with `asc` or `desc` after it or neither.",
        ),
        Key::new("limit", Form::Count, "The most rows of a page."),
    ],
};

const FILTERS: &[(&str, &str)] = &[
    ("equals", "The value."),
    ("at_least", "The value or more."),
    ("above", "More than the value."),
    ("at_most", "The value or less."),
    ("below", "Less than the value."),
    ("any_of", "One of the values of a list."),
    ("prefix", "A text that begins with the value."),
];
