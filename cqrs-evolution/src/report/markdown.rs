//! A report for a pull request.

use std::fmt::Write as _;

use super::{Report, hurts};

pub(super) fn write(report: &Report) -> String {
    let mut text = format!("### `{}` → `{}`: {}\n", report.old, report.new, report.summary());
    if report.changes.is_empty() {
        return text;
    }
    text.push_str("\n| | change | class | concerns | what to do |\n|---|---|---|---|---|\n");
    for change in &report.changes {
        let cells = [
            format!("{} {}", change.severity().word(), change.rule.id),
            change.message.clone(),
            change.class().to_string(),
            hurts(change),
            change.help.clone(),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace(['\n', '\r'], " "));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}
