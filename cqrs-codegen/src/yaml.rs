//! Text to a tree in which every key and value knows its bytes.
//!
//! This is the only file that knows the YAML crate. It refuses what would make a schema ambiguous or dangerous:
//! keys written twice, anchors and aliases (and with them YAML bombs), tags, several documents, and texts past the
//! stated limits. It gives no meaning to any word.

mod align;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use serde_yaml::granit_parser as granit;

use crate::code::{Code, file as code};
use crate::diagnostic::{Diagnostic, Diagnostics, quote};
use crate::source::{FileId, ScalarText, SourceMap, Span};

/// How deeply lists and mappings may stand in each other.
pub const DEEPEST: usize = 64;

/// How many values one file may hold.
pub const MOST_VALUES: usize = 200_000;

/// A value of the document and the bytes that it covers.
#[derive(Debug, Clone)]
pub struct Node {
    /// The bytes, from the first character of the value to the last.
    pub span: Span,
    /// What stands there.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A text, quoted or not.
    Scalar(Scalar),
    /// Values in order.
    List(Vec<Node>),
    /// Values by key, in the order of the text; no key occurs twice.
    Map(Vec<Entry>),
    /// Something that was refused and reported; whoever meets it says nothing more.
    Hole,
}

/// A scalar and how it was written.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The decoded text and where its characters came from.
    pub text: ScalarText,
    /// Whether it was written without quotes, so that `null`, `true` and numbers mean what they say.
    pub plain: bool,
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: ScalarText,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A text as a value of its own.
    #[must_use]
    pub fn plain(text: ScalarText) -> Self {
        Self { span: text.span(), kind: Kind::Scalar(Scalar { text, plain: true }) }
    }

    /// The first line of the value: what is underlined where the whole of it is meant.
    #[must_use]
    pub fn head(&self, sources: &SourceMap) -> Span {
        let text = sources.text(self.span);
        let line = text.find(['\n', '\r']).unwrap_or(text.len());
        let length = text.get(..line).map_or(0, |first| first.trim_end().len());
        let start = self.span.start as usize;
        Span::new(self.span.file, start..start + length)
    }

    /// Whether nothing stands here: an empty value, `~` or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    /// What this is, in words for a message.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.is_null() => String::from("nothing"),
            Kind::Scalar(scalar) => format!("the text {}", quote(scalar.text.text())),
            Kind::List(_) => String::from("a list"),
            Kind::Map(_) => String::from("a mapping"),
            Kind::Hole => String::from("something that was refused"),
        }
    }
}

impl Scalar {
    /// Whether it says that nothing stands here.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.text(), "" | "~" | "null" | "Null" | "NULL")
    }
}

/// The tree of the one document in `file`, or nothing where the text is not YAML.
pub fn parse(sources: &SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = sources.file(file).text();
    let mut options = granit::options! { emit_anchor_events: true, emit_unresolved_aliases: true };
    options.set_emit_comments(false);
    let mut tree = Tree { file, text, diagnostics, open: Vec::new(), root: None, values: 0, documents: 0 };
    for next in granit::Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, span)) => tree.step(event, span),
            Err(error) => {
                tree.refuse(&error);
                Step::Stop
            }
        };
        if let Step::Stop = step {
            return None;
        }
    }
    let root = tree.root.take();
    if root.as_ref().is_none_or(Node::is_null) {
        let message = "the file is empty";
        diagnostics.push(
            Diagnostic::new(&code::EMPTY, Span::new(file, 0..0), message)
                .help("a schema begins with `cqrs: 1` and `domain: name_of_the_domain`"),
        );
        return None;
    }
    root
}

enum Step {
    Continue,
    Stop,
}

/// A tree under construction.
struct Tree<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
    values: usize,
    documents: usize,
}

/// A list or mapping whose end has not been met.
enum Open {
    List { start: usize, flow: bool, items: Vec<Node> },
    Map { start: usize, flow: bool, entries: Vec<Entry>, index: HashMap<String, Span>, key: Key },
}

/// What a mapping waits for.
enum Key {
    Wanted,
    Given(ScalarText),
    /// The key was refused: its value is read and dropped.
    Refused,
}

impl<'a> Tree<'a> {
    fn step(&mut self, event: granit::Event<'a>, span: granit::Span) -> Step {
        use granit::{Event, StructureStyle::Flow};
        let range = span.byte_range().unwrap_or(0..0);
        match event {
            Event::Scalar(decoded, style, _, _) => {
                self.refuse_tag(&span);
                let scalar = self.scalar(decoded, style, range);
                return self.value(Node { span: scalar.text.span(), kind: Kind::Scalar(scalar) });
            }
            Event::SequenceStart(style, _, _) => {
                self.refuse_tag(&span);
                self.open.push(Open::List { start: range.start, flow: style == Flow, items: Vec::new() });
                return self.check_depth(range.start);
            }
            Event::MappingStart(style, _, _) => {
                self.refuse_tag(&span);
                self.open.push(Open::Map {
                    start: range.start,
                    flow: style == Flow,
                    entries: Vec::new(),
                    index: HashMap::new(),
                    key: Key::Wanted,
                });
                return self.check_depth(range.start);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let node = self.close(open, range.end);
                    return self.value(node);
                }
            }
            Event::Anchor(_, name) => self.refuse_anchor(range, &format!("`&{name}` is an anchor")),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let alias = self.text.get(range.clone()).unwrap_or("");
                self.refuse_anchor(range.clone(), &format!("{} is an alias", quote(alias)));
                return self.value(Node { span: self.span(range), kind: Kind::Hole });
            }
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let message = "a second document begins here";
                    self.report(
                        &code::SEVERAL_DOCUMENTS,
                        range,
                        message,
                        "a schema is one document: move this one into a file of its own",
                    );
                    return Step::Stop;
                }
            }
            _ => {}
        }
        Step::Continue
    }
}

impl Tree<'_> {
    /// Puts a finished value where it belongs.
    fn value(&mut self, node: Node) -> Step {
        self.values += 1;
        if self.values > MOST_VALUES {
            let message = format!("the file holds more than {MOST_VALUES} values");
            self.report(
                &code::TOO_MANY_VALUES,
                node.span.range(),
                &message,
                "parts can be moved into files of their own and named under `imports`",
            );
            return Step::Stop;
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, index, key, .. }) => match std::mem::replace(key, Key::Wanted) {
                Key::Given(given) => {
                    if entries.len() >= FEW {
                        index.insert(given.text().to_owned(), given.span());
                    }
                    entries.push(Entry { key: given, value: node });
                }
                Key::Refused => {}
                Key::Wanted => *key = accept_key(node, entries, index, self.diagnostics),
            },
        }
        Step::Continue
    }

    fn close(&self, open: Open, end: usize) -> Node {
        match open {
            Open::List { start, flow, items } => {
                let last = items.last().map_or(start, |item| item.span.end as usize);
                let span = self.span(start..if flow { end } else { last });
                Node { span, kind: Kind::List(items) }
            }
            Open::Map { start, flow, entries, .. } => {
                let last = entries.last().map_or(start, |it| it.key.span().to(it.value.span).end as usize);
                let span = self.span(start..if flow { end } else { last }.max(start));
                Node { span, kind: Kind::Map(entries) }
            }
        }
    }

    fn scalar(&self, decoded: Cow<'_, str>, style: granit::ScalarStyle, range: Range<usize>) -> Scalar {
        use granit::ScalarStyle::{DoubleQuoted, Plain, SingleQuoted};
        let plain = style == Plain;
        if plain && range.is_empty() {
            return Scalar { text: ScalarText::verbatim("", self.span(range)), plain };
        }
        let source = self.text.get(range.clone()).unwrap_or("");
        let source = if matches!(style, SingleQuoted | DoubleQuoted) { source } else { source.trim_end() };
        let range = range.start..range.start + source.len();
        let mark = match style {
            SingleQuoted => Some('\''),
            DoubleQuoted => Some('"'),
            _ => None,
        };
        let span = self.span(range.clone());
        let text = match align::align(source, &decoded, range.start, mark) {
            Some(runs) => ScalarText::new(&*decoded, span, runs),
            None => ScalarText::verbatim(&*decoded, span),
        };
        Scalar { text, plain }
    }

    fn check_depth(&mut self, at: usize) -> Step {
        if self.open.len() <= DEEPEST {
            return Step::Continue;
        }
        let message = format!("values are nested more than {DEEPEST} levels deep");
        self.report(
            &code::TOO_DEEP,
            at..at + 1,
            &message,
            "no construct of the language needs more than a dozen",
        );
        Step::Stop
    }

    fn refuse_tag(&mut self, span: &granit::Span) {
        if let Some(range) = span.tag_span().and_then(|tag| tag.byte_range()) {
            let message = format!("{} is a tag", quote(self.text.get(range.clone()).unwrap_or("")));
            self.report(&code::TAG, range, &message, "remove it: the schema says which type stands where");
        }
    }

    fn refuse_anchor(&mut self, range: Range<usize>, message: &str) {
        self.report(&code::ANCHOR, range, message, "give what is to be shared a name under `types`");
    }

    fn refuse(&mut self, error: &granit::ScanError) {
        use granit::ErrorKind as E;
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let end = self.text.get(at..).and_then(|it| it.chars().next()).map_or(at, |it| at + it.len_utf8());
        match error.kind() {
            E::TabInBlockIndentation | E::TabInIndentation | E::TabNotAllowed | E::TabAtBlockScalarStart => {
                self.report(
                    &code::TAB,
                    at..end,
                    "a tab stands where YAML measures indentation",
                    "indent with spaces",
                );
            }
            E::RecursionLimitExceeded => {
                let message = format!("values are nested more than {DEEPEST} levels deep");
                self.report(
                    &code::TOO_DEEP,
                    at..end,
                    &message,
                    "no construct of the language needs more than a dozen",
                );
            }
            kind => {
                let message = format!("the text is not YAML: {kind}");
                self.report(&code::NOT_YAML, at..end, &message, way_out(kind));
            }
        }
    }

    fn report(&mut self, code: &'static Code, range: Range<usize>, message: &str, help: &str) {
        let span = self.span(range);
        self.diagnostics.push(Diagnostic::new(code, span, message).help(help));
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range)
    }
}

/// How many keys of a mapping are compared one by one; those beyond are found in an index.
const FEW: usize = 16;

fn accept_key(
    node: Node,
    entries: &[Entry],
    index: &HashMap<String, Span>,
    diagnostics: &mut Diagnostics,
) -> Key {
    let key = match node.kind {
        Kind::Scalar(scalar) => scalar.text,
        Kind::Hole => return Key::Refused,
        Kind::List(_) | Kind::Map(_) => {
            let kind = node.describe();
            diagnostics.push(
                Diagnostic::new(
                    &code::KEY_NOT_TEXT,
                    node.span,
                    format!("{kind} stands where a key is expected"),
                )
                .help("every key of the language is a word"),
            );
            return Key::Refused;
        }
    };
    let few = entries.iter().take(FEW).find(|entry| entry.key == key).map(|entry| entry.key.span());
    let Some(first) = few.or_else(|| index.get(key.text()).copied()) else { return Key::Given(key) };
    let message = format!("the key {} is written twice", quote(key.text()));
    diagnostics.push(
        Diagnostic::new(&code::DUPLICATE_KEY, key.span(), message)
            .label("written again here")
            .also(first, "first written here")
            .help("remove one of them, or give it another name"),
    );
    Key::Refused
}

/// What to try for a mistake of YAML.
fn way_out(kind: &granit::ErrorKind) -> &'static str {
    use granit::ErrorKind as E;
    match kind {
        E::UnclosedFlowCollection { .. }
        | E::MisplacedFlowCollectionEnd
        | E::MismatchedFlowCollectionEnd { .. } => "give every `[` its `]` and every `{` its `}`",
        E::UnclosedQuotedScalar => "close the quote",
        E::UnknownQuotedScalarEscape => "write `\\\\` for a backslash, or use single quotes",
        E::MappingValueNotAllowed | E::InvalidColonPlacement => {
            "put quotes round a text that holds `: `, and indent the keys of one mapping alike"
        }
        E::InvalidIndentation | E::SimpleKeyExpected | E::InvalidSimpleKey | E::ExpectedBlockMappingKey => {
            "indent the keys of one mapping alike, and write each as `key: value`"
        }
        _ => "put quotes round a text that YAML would read otherwise",
    }
}
