//! The words of the schema language: every construct with its keys, what each takes, and one sentence on what it means.
//!
//! This is the reference that tools read: the JSON Schema that editors complete from, the formatter's order of keys
//! and the tables of the language's documentation are all made from it. It reads no schema and reports nothing; what
//! the compiler accepts is decided by the stage that reads the file, and a test holds the two together.

mod aggregate;
mod projection;
mod scenario;
mod schema;
mod types;

pub use aggregate::{AGGREGATE, COMMAND, ERROR, EVENT, OLDER_SHAPE, REQUIREMENT, SNAPSHOT};
pub use projection::{FOLD, PROJECTION, QUERY, REFRESH, WINDOW};
pub use scenario::{EXPECTATION, SCENARIO};
pub use schema::{SCHEMA, WAIVER};
pub use types::{FIELD, ROW_FIELD, SCALARS, TYPE};

/// A mapping whose keys are words of the language, listed in the order in which they are best written.
#[derive(Debug)]
pub struct Construct {
    /// Its name: `an aggregate` without the article.
    pub name: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// One word of the language in one construct.
#[derive(Debug)]
pub struct Key {
    /// The word.
    pub word: &'static str,
    /// What it means, as one or two sentences of Markdown.
    pub doc: &'static str,
    /// What may stand after it.
    pub takes: Form,
    /// Whether the construct means nothing without it.
    pub required: bool,
}

/// What may stand in a place.
#[derive(Debug)]
pub enum Form {
    /// A text for people.
    Text,
    /// The name of something that the schema declares, or a path.
    Name,
    /// An expression.
    Expression,
    /// A type: `string`, `T?`, `list<T>`, `set<T>`, `map<K, V>`, or a name from `types`.
    Type,
    /// A whole number from one.
    Count,
    /// `true` or `false`.
    Switch,
    /// A length of time: `30s`, `12h`, `7d`.
    Length,
    /// Any plain YAML, checked against the type of its place.
    Plain,
    /// The version of the language.
    Version,
    /// A column's name, with `asc` or `desc` after it or neither.
    Order,
    /// One of these words, each with its meaning.
    Word(&'static [(&'static str, &'static str)]),
    /// A mapping of words of the language.
    Keys(&'static Construct),
    /// A mapping of names that the writer chooses, and beside them these words.
    Names {
        /// What stands after each name.
        each: &'static Form,
        /// Words that may stand among the names.
        beside: &'static [Key],
    },
    /// A list.
    List(&'static Form),
    /// One of several.
    Either(&'static [Form]),
    /// A form that stands in many places, perhaps in itself.
    Shared(&'static Shared),
}

/// A form that has a name of its own.
#[derive(Debug)]
pub struct Shared {
    /// Its name.
    pub name: &'static str,
    /// What may stand there.
    pub form: Form,
}

impl Construct {
    /// The key of this word.
    #[must_use]
    pub fn key(&self, word: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.word == word)
    }

    /// The place of a word in the order in which the keys are best written.
    #[must_use]
    pub fn rank(&self, word: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.word == word)
    }
}

impl Key {
    /// A key that may be left out.
    const fn new(word: &'static str, takes: Form, doc: &'static str) -> Self {
        Self { word, doc, takes, required: false }
    }

    /// A key that must be there.
    const fn required(word: &'static str, takes: Form, doc: &'static str) -> Self {
        Self { word, doc, takes, required: true }
    }
}

/// Every construct, from the whole to its parts: the order of the documentation.
pub const ALL: &[&Construct] = &[
    &SCHEMA,
    &TYPE,
    &FIELD,
    &AGGREGATE,
    &EVENT,
    &OLDER_SHAPE,
    &ERROR,
    &COMMAND,
    &REQUIREMENT,
    &SNAPSHOT,
    &PROJECTION,
    &ROW_FIELD,
    &FOLD,
    &REFRESH,
    &WINDOW,
    &QUERY,
    &SCENARIO,
    &EXPECTATION,
    &WAIVER,
];

/// Names, or one name alone.
const ONE_OR_MORE_NAMES: Form = Form::Either(&[Form::Name, Form::List(&Form::Name)]);

const VALUE: Key =
    Key::new("value", Form::Plain, "A plain value instead of an expression: `{ value: branch }`.");

/// What fills a field: code, `{ value: … }`, or a struct as a mapping of its fields.
const TERM: Form = Form::Shared(&SHARED_TERM);

static SHARED_TERM: Shared = Shared {
    name: "term",
    form: Form::Either(&[Form::Expression, Form::Names { each: &NESTED_TERM, beside: &[VALUE] }]),
};

/// A term inside a term: a constant cannot lead back to itself, a static can.
static NESTED_TERM: Form = Form::Shared(&SHARED_TERM);

/// Fields and what fills them.
const ASSIGNMENTS: Form = Form::Shared(&SHARED_ASSIGNMENTS);

static SHARED_ASSIGNMENTS: Shared =
    Shared { name: "assignments", form: Form::Names { each: &TERM, beside: &[] } };

/// Fields and what is written to them.
const WRITES: Form = Form::Shared(&SHARED_WRITES);

static SHARED_WRITES: Shared = Shared {
    name: "writes",
    form: Form::Names {
        each: &Form::Either(&[Form::Expression, Form::Names { each: &TERM, beside: OPERATIONS }]),
        beside: &[],
    },
};

const OPERATIONS: &[Key] = &[
    VALUE,
    Key::new(
        "add",
        TERM,
        "Adds this to a number. An entry that is not there yet starts from its type's default.",
    ),
    Key::new("subtract", TERM, "Subtracts this from a number."),
    Key::new("push", TERM, "Puts this at the end of a list."),
    Key::new("insert", TERM, "Puts this into a set."),
    Key::new(
        "remove",
        TERM,
        "Removes this from a set, the entry of this key from a map, or every item equal to this from a list.",
    ),
    Key::new("clear", Form::Switch, "Empties a collection, or an optional field."),
];
