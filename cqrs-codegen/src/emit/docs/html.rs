//! A page as one HTML file that needs nothing beside itself.

use super::page::{Block, Inline, Page};
use super::svg;

const STYLE: &str = include_str!("style.css");

/// The page as HTML, ending in a line break.
pub(super) fn write(page: &Page) -> String {
    let title = escaped(&page.title);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{}<main>\n<h1>{title}</h1>\n",
        contents(page)
    );
    for block in &page.blocks {
        write_block(block, &mut text);
    }
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

/// The list of what the page is about, each leading to its place.
fn contents(page: &Page) -> String {
    let mut text = String::from("<nav>\n<ul>\n");
    for block in &page.blocks {
        if let Block::Heading { level, text: heading, kind } = block {
            let anchor = kind.map_or_else(|| anchor(heading), |kind| kind.anchor(heading));
            let class = kind.map_or("section", super::page::Kind::word);
            text.push_str(&format!(
                "<li class=\"level{level} {class}\"><a href=\"#{}\">{}</a></li>\n",
                escaped(&anchor),
                escaped(heading)
            ));
        }
    }
    text.push_str("</ul>\n</nav>\n");
    text
}

fn write_block(block: &Block, out: &mut String) {
    match block {
        Block::Heading { level, text, kind } => {
            let anchor = kind.map_or_else(|| anchor(text), |kind| kind.anchor(text));
            let badge = kind.map_or_else(String::new, |kind| {
                format!(" <span class=\"kind {0}\">{0}</span>", kind.word())
            });
            out.push_str(&format!(
                "<h{level} id=\"{}\">{}{badge}</h{level}>\n",
                escaped(&anchor),
                escaped(text)
            ));
        }
        Block::Prose(text) => {
            for paragraph in text.split("\n\n") {
                out.push_str(&format!("<p>{}</p>\n", prose(paragraph)));
            }
        }
        Block::Paragraph(parts) => out.push_str(&format!("<p>{}</p>\n", line(parts))),
        Block::Table { head, rows } => {
            let head: String = head.iter().map(|it| format!("<th>{}</th>", escaped(it))).collect();
            out.push_str(&format!("<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"));
            for row in rows {
                let cells: String = row.iter().map(|cell| format!("<td>{}</td>", line(cell))).collect();
                out.push_str(&format!("<tr>{cells}</tr>\n"));
            }
            out.push_str("</tbody>\n</table>\n");
        }
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>\n", line(item))).collect();
            out.push_str(&format!("<ul>\n{items}</ul>\n"));
        }
        Block::Diagram(diagram) => {
            let caption = escaped(&diagram.caption);
            out.push_str(&format!(
                "<figure>\n{}<figcaption>{caption}</figcaption>\n</figure>\n",
                svg::write(diagram)
            ));
        }
    }
}

/// The place of a section.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")
}

fn line(parts: &[Inline]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Inline::Text(text) => prose(text),
            Inline::Code(text) => format!("<code>{}</code>", escaped(text)),
            Inline::Link(kind, name) => {
                format!("<a href=\"#{}\"><code>{}</code></a>", escaped(&kind.anchor(name)), escaped(name))
            }
        })
        .collect()
}

/// Text in which `code` stands in backticks.
fn prose(text: &str) -> String {
    let mut parts = text.split('`');
    let mut out = escaped(parts.next().unwrap_or(""));
    let rest: Vec<&str> = parts.collect();
    for pair in rest.chunks(2) {
        match pair {
            [code, text] => out.push_str(&format!("<code>{}</code>{}", escaped(code), escaped(text))),
            [unclosed] => out.push_str(&format!("`{}", escaped(unclosed))),
            _ => {}
        }
    }
    out
}

/// Text in which nothing is markup.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_schema_is_never_markup() {
        assert_eq!(prose("<b> & `a < b` \"x\""), "&lt;b&gt; &amp; <code>a &lt; b</code> &quot;x&quot;");
        assert_eq!(prose("one ` alone"), "one ` alone");
    }
}
