//! A report for a terminal.

use std::fmt::Write as _;

use super::{Report, hurts};

pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for change in &report.changes {
        let (severity, id) = (change.severity().word(), change.rule.id);
        let _ = writeln!(text, "{severity}[{id}]: {}", change.message);
        let _ = write!(text, "  {}", change.class());
        if !change.hurts.is_empty() {
            let _ = write!(text, "; concerns {}", hurts(change));
        }
        let _ = writeln!(text, "\n  help: {}\n", change.help);
    }
    let _ = writeln!(text, "{} -> {}: {}", report.old, report.new, report.summary());
    text
}
