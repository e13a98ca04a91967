//! Differences that a person reads at once: line by line, expected against actual.

use std::fmt::{Debug, Write as _};

use similar::{ChangeTag, TextDiff};

/// Compares two values.
///
/// # Panics
///
/// When they differ, with a diff of their pretty debug texts: `-` was expected, `+` happened.
#[track_caller]
pub fn assert_same<T: Debug + PartialEq>(what: &str, expected: &T, actual: &T) {
    if expected != actual {
        fail(what, &format!("{expected:#?}"), &format!("{actual:#?}"));
    }
}

/// Panics with a diff of two texts.
#[track_caller]
#[expect(clippy::panic, reason = "a failed expectation is reported as a test's panic")]
pub(super) fn fail(what: &str, expected: &str, actual: &str) -> ! {
    let mut text = format!("{what} differs: - expected, + actual\n");
    for change in
        TextDiff::from_lines(with_end(expected).as_str(), with_end(actual).as_str()).iter_all_changes()
    {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let _ = write!(text, "{sign} {change}");
    }
    panic!("{text}");
}

fn with_end(text: &str) -> String {
    format!("{text}\n")
}
