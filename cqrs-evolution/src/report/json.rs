//! A report for machines.

use serde_json::{Value, json};

use super::Report;
use crate::rules::{Finding, Severity};

pub(super) fn write(report: &Report) -> String {
    let whole = json!({
        "old": report.old,
        "new": report.new,
        "severity": report.severity().map(Severity::word),
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

fn change(change: &Finding) -> Value {
    let subject = &change.subject;
    json!({
        "code": change.rule.id,
        "severity": change.severity().word(),
        "class": change.class().word(),
        "concerns": change.hurts.iter().map(|tier| tier.word()).collect::<Vec<_>>(),
        "aggregate": subject.aggregate,
        "item": subject.item,
        "stored_name": subject.stored.as_ref().map(|stored| &stored.name),
        "version": subject.stored.as_ref().map(|stored| stored.version),
        "path": subject.path,
        "message": change.message,
        "help": change.help,
    })
}
