//! Small domains for tests, written as locks without sums.

use cqrs_evolution::lock;
use cqrs_evolution::model::Domain;
use cqrs_evolution::rules::{Finding, compare};

/// A domain in the words of a lock, in which sums and counts may be left out: `event A.E`, `version 1`.
pub(crate) fn domain(text: &str) -> Domain {
    let mut text = format!("lock 1\ndomain test\n{text}");
    for _ in 0..200 {
        text = match lock::read(&text) {
            Ok(lock) => return lock.domain,
            Err(error) => repaired(&text, &error),
        };
    }
    panic!("cannot be repaired:\n{text}")
}

/// The text with the bracket that the error asks for.
fn repaired(text: &str, error: &lock::ReadError) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = &mut lines[error.line - 1];
    if error.message == "expected `[`" {
        let at = line.char_indices().nth(error.column - 1).map_or(line.len(), |(at, _)| at);
        let bracket = if line.trim_start().starts_with("event") { " [0] " } else { " [00000000] " };
        line.insert_str(at, bracket);
    } else {
        let wanted = error.help.split('`').find(|part| part.starts_with('['));
        let wanted = wanted.unwrap_or_else(|| panic!("{error}\n{text}"));
        let (from, to) = (line.find('[').unwrap(), line.find(']').unwrap());
        line.replace_range(from..=to, wanted);
    }
    lines.join("\n")
}

/// A domain with the event `Account.Deposited` at version 1, of these lines.
pub(crate) fn deposited(lines: &str) -> Domain {
    domain(&format!("event Account.Deposited\nversion 1\n{lines}"))
}

/// The codes that are found from one domain to another.
pub(crate) fn codes(old: &Domain, new: &Domain) -> Vec<&'static str> {
    compare(old, new).iter().map(|finding| finding.rule.id).collect()
}

/// The one finding from one domain to another.
pub(crate) fn only(old: &Domain, new: &Domain) -> Finding {
    let mut found = compare(old, new);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}
