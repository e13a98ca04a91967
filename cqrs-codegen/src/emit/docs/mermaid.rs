//! Diagrams as Mermaid text.

use super::diagram::Diagram;
use super::page::Kind;

/// The diagram as a Mermaid flowchart, ending in a line break.
pub(super) fn write(diagram: &Diagram) -> String {
    let mut text = String::from("flowchart LR\n");
    for (index, node) in diagram.nodes.iter().enumerate() {
        let (open, close) = shape(node.kind);
        text.push_str(&format!("  n{index}{open}\"{}\"{close}\n", node.name));
    }
    for edge in &diagram.edges {
        let arrow = if edge.is_dashed { "-.->" } else { "-->" };
        text.push_str(&format!("  n{} {arrow} n{}\n", edge.from, edge.to));
    }
    text
}

/// The outline of a kind: an arrow for what is asked, a box for what has happened, a drum for what is stored.
fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Command | Kind::Query => (">", "]"),
        Kind::Event => ("[", "]"),
        Kind::Aggregate => ("([", "])"),
        Kind::Projection => ("[(", ")]"),
        Kind::Error => ("{{", "}}"),
        Kind::Type => ("(", ")"),
    }
}
