//! The canonical layout of a schema: keys in the order of the reference, two spaces a level, every comment kept.
//!
//! Names that the writer chose keep their order, because it is the order of what is generated; only words of the
//! language are put in theirs. A text that is not YAML is refused. So is a result that would not say exactly what the
//! text said: the formatter reads its own output again and compares before it gives it away.

mod comments;
mod layout;
mod order;
mod print;
mod scalar;

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, SourceMap};
use crate::vocabulary::{Form, SCHEMA};
use crate::yaml::{self, Kind, Node};

use comments::Comment;

/// The longest line on which a list or mapping in brackets is kept, in characters.
pub const WIDTH: usize = 110;

/// Why a text was not formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text is not YAML, or YAML that the language refuses; what is wrong has been reported.
    #[error("the text is not YAML that the language takes")]
    NotYaml,
    /// The result would have said something else than the text: a mistake of the formatter, which then changes nothing.
    #[error(
        "the formatter would have changed what the file says, so it was left as it is; please report this"
    )]
    WouldChange,
}

/// The text of `file` in canonical form.
///
/// Formatting the result again gives the same text.
///
/// # Errors
///
/// [`Refusal`], with the reasons pushed into `diagnostics` where the text is at fault.
pub fn format(sources: &SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Result<String, Refusal> {
    let mut found = Diagnostics::default();
    let root = yaml::parse(sources, file, &mut found);
    let refused = found.has_errors();
    for diagnostic in found.iter() {
        diagnostics.push(diagnostic.clone());
    }
    if refused || root.is_none() {
        return Err(Refusal::NotYaml);
    }
    // The layout is worked out on one kind of line break, and the file's own is put back at the end.
    let text = sources.file(file).text();
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    let Some((root, written)) = read(&normal) else { return Err(Refusal::WouldChange) };
    let mut formatted = print::print(layout::lay_out(&normal, &root, written.clone()));
    // Where a value moves, the entry that a comment is nearest to may be another one: then the next round settles it.
    for _ in 0..MOST_ROUNDS {
        let Some((again, kept)) = read(&formatted) else { return Err(Refusal::WouldChange) };
        if meaning(&root, Some(&WHOLE)) != meaning(&again, Some(&WHOLE)) || sorted(&written) != sorted(&kept)
        {
            return Err(Refusal::WouldChange);
        }
        let next = print::print(layout::lay_out(&formatted, &again, kept));
        if next == formatted {
            return Ok(if uses_carriage_returns(text) { formatted.replace('\n', "\r\n") } else { formatted });
        }
        formatted = next;
    }
    Err(Refusal::WouldChange)
}

/// After how many rounds a text that does not settle is given up.
const MOST_ROUNDS: usize = 8;

/// The tree of a text and its comments.
fn read(text: &str) -> Option<(Node, Vec<Comment>)> {
    let mut sources = SourceMap::default();
    let file = sources.add("schema", text);
    let mut found = Diagnostics::default();
    let root = yaml::parse(&sources, file, &mut found).filter(|_| !found.has_errors())?;
    let comments = comments::find(text, &root);
    Some((root, comments))
}

fn sorted(comments: &[Comment]) -> Vec<&str> {
    let mut texts: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
    texts.sort_unstable();
    texts
}

/// Whether the first line of the text ends as Windows ends lines.
fn uses_carriage_returns(text: &str) -> bool {
    text.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n"))
}

/// What a whole file is.
const WHOLE: Form = Form::Keys(&SCHEMA);

/// What a value says, with words of the language in canonical order and everything else in the order of the text.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Scalar { text: String, plain: bool },
    List(Vec<Meaning>),
    Map(Vec<(String, Meaning)>),
    Refused,
}

fn meaning(node: &Node, form: Option<&'static Form>) -> Meaning {
    match &node.kind {
        Kind::Scalar(scalar) => Meaning::Scalar { text: scalar.text.text().to_owned(), plain: scalar.plain },
        Kind::List(items) => {
            let item = order::item_form(form);
            Meaning::List(items.iter().map(|node| meaning(node, item)).collect())
        }
        Kind::Map(entries) => Meaning::Map(
            order::entries(entries, form)
                .into_iter()
                .map(|(entry, form)| (entry.key.text().to_owned(), meaning(&entry.value, form)))
                .collect(),
        ),
        Kind::Hole => Meaning::Refused,
    }
}
