//! The page of rules in the documentation is what the catalogue says.

use std::path::Path;

use cqrs_evolution::rules::{Severity, catalogue};

#[test]
fn the_page_of_rules_says_what_the_catalogue_says() {
    let mut page = "# Rules of change\n\nWhat is found between a lock and the code of today, or between two states of a schema. \
                    [Evolution](evolution.md) says how they are used.\n"
        .to_owned();
    let groups = [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Note, "Notes")];
    for (severity, title) in groups {
        page.push_str(&format!("\n## {title}\n"));
        for rule in catalogue::ALL.iter().filter(|rule| rule.severity() == severity) {
            page.push_str(&format!("\n##{}", rule.explanation()));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules_of_change.md");
    expect_test::expect_file![path].assert_eq(&page);
}
