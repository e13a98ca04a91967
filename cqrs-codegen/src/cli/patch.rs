//! What a file would have to become, as a unified diff.

use std::path::Path;

use similar::TextDiff;

use super::terminal::Terminal;
use crate::render::Colour;

/// The lines that turn `there` into `wanted`, with three lines round each change.
pub(super) fn unified(path: &Path, there: &str, wanted: &str, terminal: &Terminal) -> String {
    let shown = path.display();
    let diff = TextDiff::from_lines(there, wanted);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(&format!("{shown}"), &format!("{shown} (wanted)"))
        .to_string();
    match terminal.colour() {
        Colour::Plain => text,
        Colour::Ansi => text.split_inclusive('\n').map(coloured).collect(),
    }
}

fn coloured(line: &str) -> String {
    let colour = match line.as_bytes() {
        [b'+', ..] => "\x1b[32m",
        [b'-', ..] => "\x1b[31m",
        [b'@', ..] => "\x1b[36m",
        _ => return line.to_owned(),
    };
    format!("{colour}{}\x1b[0m\n", line.trim_end_matches('\n'))
}
