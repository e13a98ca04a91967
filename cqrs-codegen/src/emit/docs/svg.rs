//! Diagrams as drawings: boxes in columns, edges as curves from left to right.

use super::diagram::{Diagram, Edge};
use super::html::escaped;

const CHARACTER: usize = 8;
const PADDING: usize = 12;
const BOX_HEIGHT: usize = 28;
const ROW: usize = 40;
const GAP: usize = 72;
const MARGIN: usize = 8;

/// Where a node is drawn.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    x: usize,
    y: usize,
    width: usize,
}

/// The diagram as an `svg` element, ending in a line break.
pub(super) fn write(diagram: &Diagram) -> String {
    let columns = diagram.columns();
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let height = rows * ROW + 2 * MARGIN;
    let mut places = vec![Place::default(); diagram.nodes.len()];
    let mut x = MARGIN;
    for column in &columns {
        let name = |node: &usize| diagram.nodes.get(*node).map_or("", |node| node.name.as_str());
        let longest = column.iter().map(|node| name(node).chars().count()).max().unwrap_or(0);
        let width = longest * CHARACTER + 2 * PADDING;
        let top = MARGIN + (rows - column.len()) * ROW / 2;
        for (row, node) in column.iter().enumerate() {
            if let Some(place) = places.get_mut(*node) {
                *place = Place { x, y: top + row * ROW + (ROW - BOX_HEIGHT) / 2, width };
            }
        }
        x += width + GAP;
    }
    let width = x.saturating_sub(GAP) + MARGIN;
    let mut text = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">\n",
        escaped(&diagram.caption)
    );
    for edge in &diagram.edges {
        if let (Some(from), Some(to)) = (places.get(edge.from), places.get(edge.to)) {
            text.push_str(&curve(*from, *to, *edge));
        }
    }
    for (node, place) in diagram.nodes.iter().zip(&places) {
        text.push_str(&format!(
            "<a href=\"#{anchor}\"><rect class=\"{kind}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX_HEIGHT}\" rx=\"5\"/>\
             <text x=\"{middle}\" y=\"{base}\">{name}</text></a>\n",
            anchor = escaped(&node.kind.anchor(&node.name)),
            kind = node.kind.word(),
            x = place.x,
            y = place.y,
            width = place.width,
            middle = place.x + place.width / 2,
            base = place.y + BOX_HEIGHT / 2 + 5,
            name = escaped(&node.name),
        ));
    }
    text.push_str("</svg>\n");
    text
}

/// A curve from the right side of one box to the left side of another, with a head.
fn curve(from: Place, to: Place, edge: Edge) -> String {
    let (x1, y1) = (from.x + from.width, from.y + BOX_HEIGHT / 2);
    let (x2, y2) = (to.x, to.y + BOX_HEIGHT / 2);
    let middle = x1.midpoint(x2);
    let class = if edge.is_dashed { " class=\"refusal\"" } else { "" };
    format!(
        "<path{class} d=\"M{x1} {y1} C{middle} {y1} {middle} {y2} {tip} {y2}\"/>\
         <path class=\"head\" d=\"M{back} {above} L{x2} {y2} L{back} {below} Z\"/>\n",
        tip = x2 - 6,
        back = x2 - 8,
        above = y2 - 4,
        below = y2 + 4,
    )
}
