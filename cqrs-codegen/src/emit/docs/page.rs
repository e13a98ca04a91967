//! A page as blocks, before it is Markdown or HTML.

use super::diagram::Diagram;

/// A whole page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A block of a page.
#[derive(Debug)]
pub(super) enum Block {
    /// A heading; one with a kind stands over a single thing, which links lead to.
    Heading {
        level: usize,
        text: String,
        kind: Option<Kind>,
    },
    /// What the schema itself says of a thing.
    Prose(String),
    Paragraph(Vec<Inline>),
    Table {
        head: Vec<&'static str>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    List(Vec<Vec<Inline>>),
    Diagram(Diagram),
}

/// A part of a line.
#[derive(Debug, Clone)]
pub(super) enum Inline {
    Text(String),
    Code(String),
    /// A name that leads to the heading of the thing.
    Link(Kind, String),
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Aggregate,
    Command,
    Event,
    Error,
    Projection,
    Query,
    Type,
}

impl Kind {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Aggregate => "aggregate",
            Self::Command => "command",
            Self::Event => "event",
            Self::Error => "error",
            Self::Projection => "projection",
            Self::Query => "query",
            Self::Type => "type",
        }
    }

    /// The place in the page that is about the thing of this name.
    pub(super) fn anchor(self, name: &str) -> String {
        format!("{}-{name}", self.word())
    }
}

impl Page {
    pub(super) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), blocks: Vec::new() }
    }

    /// A heading over a part of the page.
    pub(super) fn section(&mut self, level: usize, text: &str) {
        self.blocks.push(Block::Heading { level, text: text.to_owned(), kind: None });
    }

    /// A heading over one thing, with what the schema says of it.
    pub(super) fn thing(&mut self, level: usize, kind: Kind, name: &str, doc: Option<&str>) {
        self.blocks.push(Block::Heading { level, text: name.to_owned(), kind: Some(kind) });
        self.prose(doc);
    }

    pub(super) fn prose(&mut self, doc: Option<&str>) {
        self.blocks.extend(doc.map(|doc| Block::Prose(doc.to_owned())));
    }

    pub(super) fn paragraph(&mut self, parts: Vec<Inline>) {
        self.blocks.push(Block::Paragraph(parts));
    }

    /// A table, where it has rows.
    pub(super) fn table(&mut self, head: &[&'static str], rows: Vec<Vec<Vec<Inline>>>) {
        if !rows.is_empty() {
            self.blocks.push(Block::Table { head: head.to_vec(), rows });
        }
    }

    /// A list, where it has items.
    pub(super) fn list(&mut self, items: Vec<Vec<Inline>>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// A diagram, where it has an edge.
    pub(super) fn diagram(&mut self, diagram: Diagram) {
        if !diagram.edges.is_empty() {
            self.blocks.push(Block::Diagram(diagram));
        }
    }
}

/// Plain text.
pub(super) fn text(text: impl Into<String>) -> Inline {
    Inline::Text(text.into())
}

/// A word of a schema or program.
pub(super) fn code(text: impl Into<String>) -> Inline {
    Inline::Code(text.into())
}

/// A name that leads to its thing.
pub(super) fn link(kind: Kind, name: impl ToString) -> Inline {
    Inline::Link(kind, name.to_string())
}

/// The parts with commas between.
pub(super) fn commas(parts: impl IntoIterator<Item = Inline>) -> Vec<Inline> {
    let mut joined = Vec::new();
    for part in parts {
        if !joined.is_empty() {
            joined.push(text(", "));
        }
        joined.push(part);
    }
    joined
}
