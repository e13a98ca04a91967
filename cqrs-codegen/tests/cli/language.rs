//! `docs/language.md` says what the compiler does: its schemas compile and its tables are those of the language.

use std::path::Path;

use cqrs_codegen::load::InMemory;
use cqrs_codegen::render::{Colour, human_all};
use cqrs_codegen::vocabulary::{self, Construct, SCALARS};

use super::project;

fn page() -> String {
    std::fs::read_to_string(project("docs/language.md")).unwrap()
}

/// The table of a construct's words.
fn table(construct: &Construct) -> String {
    let mut table = String::from("| key | meaning |\n| --- | --- |\n");
    for key in construct.keys {
        let required = if key.required { " **Required.**" } else { "" };
        table.push_str(&format!("| `{}` | {}{required} |\n", key.word, key.doc.replace('|', "\\|")));
    }
    table
}

fn scalars() -> String {
    let rows = SCALARS.iter().map(|(scalar, meaning)| format!("| `{}` | {meaning} |\n", scalar.name()));
    format!("| type | holds |\n| --- | --- |\n{}", rows.collect::<String>())
}

/// The page with the tables between its marks written anew.
fn with_tables(page: &str) -> String {
    let mut text = String::new();
    let mut parts = page.split("<!-- table: ");
    text.push_str(parts.next().unwrap());
    for part in parts {
        let (name, rest) = part.split_once(" -->").unwrap();
        let (_, rest) = rest.split_once("<!-- end -->").unwrap();
        let table = match vocabulary::ALL.iter().find(|construct| construct.name == name) {
            Some(construct) => table(construct),
            None => {
                assert_eq!(name, "scalars", "there is no such table");
                scalars()
            }
        };
        text.push_str(&format!("<!-- table: {name} -->\n\n{table}\n<!-- end -->{rest}"));
    }
    text
}

#[test]
fn its_tables_are_current_and_name_every_construct() {
    let page = page();
    expect_test::expect_file![project("docs/language.md")].assert_eq(&with_tables(&page));
    for construct in vocabulary::ALL {
        assert!(
            page.contains(&format!("<!-- table: {} -->", construct.name)),
            "{} has no table",
            construct.name
        );
    }
}

#[test]
fn its_schemas_compile() {
    let page = page();
    let mut count = 0;
    for block in page.split("```yaml\n").skip(1) {
        let text = block.split("```").next().unwrap();
        let head = if text.starts_with("cqrs: 1\n") { "" } else { "cqrs: 1\ndomain: example\n" };
        let text = format!("{head}{text}");
        let files = InMemory::default().with("schema.yaml", text.as_str()).with(
            "common.yaml",
            "cqrs: 1\ntypes:\n  Money: decimal\n  Address: { fields: { city: string } }\n",
        );
        let outcome = cqrs_codegen::check(&files, Path::new("schema.yaml"));
        // Parts of a schema leave things unused, which is no more than a warning.
        let report = human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
        assert!(outcome.checked.is_some(), "{text}\n{report}");
        count += 1;
    }
    assert!(count > 10, "{count} schemas");
}
