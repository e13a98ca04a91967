//! Small pieces of YAML as they are written into a schema.

use crate::format::WIDTH;

/// A value that is to be written.
#[derive(Debug, Clone)]
pub(super) enum Yaml {
    /// A scalar, as it is written.
    Text(String),
    /// A mapping on one line in brackets, where it fits.
    Map(Vec<(String, Yaml)>),
    /// A mapping with a line for each key, where that can be.
    Lines(Vec<(String, Yaml)>),
    /// A list of scalars in brackets.
    List(Vec<String>),
}

impl Yaml {
    /// A scalar, in quotes where YAML would read it otherwise.
    pub(super) fn scalar(text: &str) -> Self {
        let is_safe = |it: char| it.is_alphanumeric() || "_.<>?-/()".contains(it);
        let starts = |it: char| it.is_alphanumeric() || it == '_';
        let is_plain = text.starts_with(starts) && text.chars().all(is_safe);
        Self::Text(if is_plain { text.to_owned() } else { quoted(text) })
    }

    /// In brackets, on one line.
    pub(super) fn flow(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Map(entries) | Self::Lines(entries) if entries.is_empty() => String::from("{}"),
            Self::Map(entries) | Self::Lines(entries) => format!("{{ {} }}", flow_entries(entries)),
            Self::List(items) => format!("[{}]", items.join(", ")),
        }
    }

    /// What follows the key that stands `indent` deep: on its line, or on lines below it.
    fn below(&self, key: &str, indent: usize, newline: &str) -> String {
        let flow = self.flow();
        let is_short = indent + key.chars().count() + 2 + flow.chars().count() <= WIDTH;
        match self {
            Self::Lines(entries) if !entries.is_empty() => lines(entries, indent + 2, newline),
            Self::Map(entries) if !entries.is_empty() && !is_short => lines(entries, indent + 2, newline),
            _ => format!(" {flow}"),
        }
    }
}

/// `a: 1, b: 2`.
pub(super) fn flow_entries(entries: &[(String, Yaml)]) -> String {
    entries.iter().map(|(key, value)| format!("{key}: {}", value.flow())).collect::<Vec<_>>().join(", ")
}

/// Each entry on lines of its own, each line after a line break.
pub(super) fn lines(entries: &[(String, Yaml)], indent: usize, newline: &str) -> String {
    let line = |(key, value): &(String, Yaml)| {
        format!("{newline}{}{key}:{}", " ".repeat(indent), value.below(key, indent, newline))
    };
    entries.iter().map(line).collect()
}

/// A text in double quotes, which YAML reads as JSON does.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
