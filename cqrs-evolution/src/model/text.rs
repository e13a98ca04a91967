//! Types as text, as locks and messages write them.

use std::fmt;

use super::{Located, Scalar, StoredAs, Type};

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => formatter.write_str(scalar.name()),
            Self::Named(name) => formatter.write_str(&name_of_type(name)),
            Self::Optional(inner) => write!(formatter, "{inner}?"),
            Self::List(item) => write!(formatter, "list<{item}>"),
            Self::Set(item) => write!(formatter, "set<{item}>"),
            Self::Map(key, value) => write!(formatter, "map<{key}, {value}>"),
            Self::Extern(name) => write!(formatter, "extern<{}>", quoted(name)),
        }
    }
}

impl fmt::Display for StoredAs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{} version {}", self.aggregate, self.name, self.version)
    }
}

impl fmt::Display for Located<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{} version {}", self.aggregate, self.event_name, self.number)
    }
}

/// A name as it is where it is a plain word, in quotes otherwise.
pub(crate) fn name(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { quoted(name) }
}

/// A type's name, in quotes too where it would read as a type of the language.
pub(crate) fn name_of_type(name: &str) -> String {
    let is_word = Scalar::find(name).is_some() || ["list", "set", "map", "extern"].contains(&name);
    if is_word { quoted(name) } else { self::name(name) }
}

/// A name in quotes, with JSON's escapes.
pub(crate) fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

/// Whether a name needs no quotes.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-')
}
