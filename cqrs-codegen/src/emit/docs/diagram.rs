//! Diagrams as nodes in columns with edges from left to right, before they are Mermaid or drawn.

use std::collections::BTreeMap;

use super::page::Kind;

/// A diagram.
#[derive(Debug, Default)]
pub(super) struct Diagram {
    /// What it shows, in a few words.
    pub(super) caption: String,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

/// A thing in a diagram.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// How far from the left it stands.
    pub(super) column: usize,
}

/// From one node to another, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it is drawn with dashes: what happens where something is refused.
    pub(super) is_dashed: bool,
}

impl Diagram {
    pub(super) fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..Self::default() }
    }

    /// The node of this kind and name, which is added where it is not there yet.
    pub(super) fn node(&mut self, column: usize, kind: Kind, name: impl ToString) -> usize {
        let name = name.to_string();
        match self.nodes.iter().position(|node| node.kind == kind && node.name == name) {
            Some(at) => at,
            None => {
                self.nodes.push(Node { kind, name, column });
                self.nodes.len() - 1
            }
        }
    }

    /// Adds an edge, once.
    pub(super) fn edge(&mut self, from: usize, to: usize, is_dashed: bool) {
        let edge = Edge { from, to, is_dashed };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// The nodes of each column from top to bottom, each near the nodes that lead to it, so that few edges cross.
    pub(super) fn columns(&self) -> Vec<Vec<usize>> {
        let count = self.nodes.iter().map(|node| node.column + 1).max().unwrap_or(0);
        let mut columns = vec![Vec::new(); count];
        for (index, node) in self.nodes.iter().enumerate() {
            if let Some(column) = columns.get_mut(node.column) {
                column.push(index);
            }
        }
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        for column in &mut columns {
            let mean = |node: &usize| {
                let sources: Vec<usize> = self
                    .edges
                    .iter()
                    .filter(|it| it.to == *node)
                    .filter_map(|it| rows.get(&it.from).copied())
                    .collect();
                // Scaled, because a mean of whole rows has too few values to tell nodes apart.
                (!sources.is_empty()).then(|| sources.iter().sum::<usize>() * 1000 / sources.len())
            };
            let mut placed: Vec<(usize, usize)> = Vec::with_capacity(column.len());
            let mut last = 0;
            for node in column.iter() {
                last = mean(node).unwrap_or(last);
                placed.push((last, *node));
            }
            placed.sort_by_key(|(mean, _)| *mean);
            *column = placed.into_iter().map(|(_, node)| node).collect();
            rows.extend(column.iter().enumerate().map(|(row, node)| (*node, row)));
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stands_near_those_that_lead_to_it() {
        let mut diagram = Diagram::new("crossed");
        let (a, b) = (diagram.node(0, Kind::Command, "A"), diagram.node(0, Kind::Command, "B"));
        let (x, y) = (diagram.node(1, Kind::Event, "X"), diagram.node(1, Kind::Event, "Y"));
        diagram.edge(a, y, false);
        diagram.edge(b, x, false);
        assert_eq!(diagram.columns(), [vec![a, b], vec![y, x]]);
    }

    #[test]
    fn a_thing_has_one_node_and_two_things_one_edge() {
        let mut diagram = Diagram::new("once");
        let (a, b) = (diagram.node(0, Kind::Command, "A"), diagram.node(1, Kind::Event, "B"));
        diagram.edge(a, b, false);
        diagram.edge(a, b, false);
        assert_eq!(diagram.node(0, Kind::Command, "A"), a);
        assert_eq!(diagram.edges.len(), 1);
    }
}
