//! A page as Markdown.

use super::mermaid;
use super::page::{Block, Inline, Kind, Page};

/// The page as Markdown, ending in a line break.
pub(super) fn write(page: &Page) -> String {
    let mut text = format!("# {}\n", page.title);
    for block in &page.blocks {
        text.push('\n');
        write_block(block, &mut text);
    }
    text
}

fn write_block(block: &Block, out: &mut String) {
    match block {
        Block::Heading { level, text, kind } => {
            if let Some(kind) = kind {
                out.push_str(&format!("<a id=\"{}\"></a>\n\n", kind.anchor(text)));
            }
            let kind = kind.map_or_else(String::new, |kind| format!("{} ", capitalized(kind)));
            out.push_str(&format!("{} {kind}{}\n", "#".repeat(*level), escaped(text)));
        }
        Block::Prose(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Block::Paragraph(parts) => {
            out.push_str(&line(parts));
            out.push('\n');
        }
        Block::Table { head, rows } => {
            out.push_str(&format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len())));
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| line(cell).replace('|', "\\|")).collect();
                out.push_str(&format!("| {} |\n", cells.join(" | ")));
            }
        }
        Block::List(items) => {
            for item in items {
                out.push_str(&format!("- {}\n", line(item)));
            }
        }
        Block::Diagram(diagram) => {
            out.push_str(&format!("{}:\n\n```mermaid\n{}```\n", diagram.caption, mermaid::write(diagram)));
        }
    }
}

fn capitalized(kind: Kind) -> String {
    let word = kind.word();
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// The parts on one line.
fn line(parts: &[Inline]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Inline::Text(text) => escaped(&text.replace('\n', " ")),
            Inline::Code(text) => span(text),
            Inline::Link(kind, name) => format!("[`{name}`](#{})", kind.anchor(name)),
        })
        .collect()
}

/// Code, in as many backticks as it needs.
fn span(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Text in which nothing starts a tag.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
