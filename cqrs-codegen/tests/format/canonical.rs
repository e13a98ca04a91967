//! The canonical form, rule by rule.

use cqrs_codegen::format::Refusal;

use super::{assert_formats, formatted};

#[test]
fn words_come_in_the_order_of_the_reference_and_names_in_the_writers() {
    assert_formats(
        "types:\n  Zebra: string\n  Ant: { check: value >= 0, type: decimal }\ndomain: shop\ncqrs: 1\n",
        "cqrs: 1\ndomain: shop\n\ntypes:\n  Zebra: string\n  Ant: { type: decimal, check: value >= 0 }\n",
    );
}

#[test]
fn a_comment_moves_with_its_key() {
    assert_formats(
        "domain: shop # the name\n\n# what it is written in\ncqrs: 1\n",
        "# what it is written in\ncqrs: 1\ndomain: shop  # the name\n",
    );
}

#[test]
fn a_comment_stays_in_its_column_where_there_is_room() {
    assert_formats(
        "cqrs: 1      # one\ndomain: shop # two\ndoc: x       # three\n",
        "cqrs: 1      # one\ndomain: shop  # two\ndoc: x       # three\n",
    );
}

#[test]
fn the_comments_that_open_a_file_stay_at_its_head() {
    let text = "# yaml-language-server: $schema=cqrs.schema.json\ndomain: shop\ncqrs: 1\n";
    let expected = "# yaml-language-server: $schema=cqrs.schema.json\ncqrs: 1\ndomain: shop\n";
    assert_formats(text, expected);
    assert_formats("# licence\n\ndomain: shop\ncqrs: 1\n", "# licence\n\ncqrs: 1\ndomain: shop\n");
}

#[test]
fn a_comment_below_the_last_entry_belongs_to_the_depth_that_it_has() {
    assert_formats(
        "types:\n    A: string\n    # of types\n# of the file\ndomain: shop\n",
        "# of the file\ndomain: shop\n\ntypes:\n  A: string\n  # of types\n",
    );
}

#[test]
fn brackets_stay_where_they_fit_and_open_where_they_do_not() {
    assert_formats("roles: [ a,b ,\n  c ]\n", "roles: [a, b, c]\n");
    let long = "x".repeat(60);
    assert_formats(&format!("roles: [{long}, {long}]\n"), &format!("roles:\n  - {long}\n  - {long}\n"));
}

#[test]
fn brackets_open_for_the_comments_in_them() {
    assert_formats(
        "roles: [a, # first\n  # above b\n  b] # all\n",
        "roles:  # all\n  - a      # first\n  # above b\n  - b\n",
    );
}

#[test]
fn texts_of_several_lines_move_with_their_keys() {
    assert_formats(
        "types:\n      A:\n            doc: |-\n                  one\n                    two\n\n                  three\n            type: a\n",
        "types:\n  A:\n    doc: |-\n      one\n        two\n\n      three\n    type: a\n",
    );
    assert_formats(
        "types:\n    A:\n        check: a &&\n                   b\n",
        "types:\n  A:\n    check: a &&\n      b\n",
    );
    assert_formats("doc: \"one\n         two\"\n", "doc: \"one\n  two\"\n");
    assert_formats("doc: |2\n    one\n  two\n", "doc: |2\n    one\n  two\n");
}

#[test]
fn comments_in_a_list_item_stand_above_its_dash() {
    assert_formats(
        "scenarios:\n- # about this one\n  then: { error: X }\n  # its name\n  name: a\n",
        "scenarios:\n  # about this one\n  # its name\n  - name: a\n    then: { error: X }\n",
    );
}

#[test]
fn one_blank_line_is_kept_and_more_are_not() {
    assert_formats("types:\n\n\n  A: u8\n\n\n\n  B: u8\n  C: u8\n", "types:\n  A: u8\n\n  B: u8\n  C: u8\n");
}

#[test]
fn line_breaks_stay_those_of_the_file() {
    assert_formats(
        "domain: shop\r\ndoc: |\r\n  größe\r\n  🦀\r\ncqrs: 1 # ü\r\n",
        "cqrs: 1  # ü\r\ndomain: shop\r\ndoc: |\r\n  größe\r\n  🦀\r\n",
    );
}

#[test]
fn a_half_written_schema_is_formatted_too() {
    assert_formats("feilds: {}\ncqrs: 1\n", "cqrs: 1\nfeilds: {}\n");
}

#[test]
fn keys_that_need_their_quotes_keep_them() {
    assert_formats(
        "aggregates: { A: { events: { E: { apply: { \"stock[event.a, b]\": { add: 1 } } } } } }\n",
        "aggregates: { A: { events: { E: { apply: { \"stock[event.a, b]\": { add: 1 } } } } } }\n",
    );
    assert_formats("? a\n: b\n'c: d': e\n", "a: b\n'c: d': e\n");
}

#[test]
fn a_text_that_is_not_yaml_is_left_alone() {
    assert_eq!(formatted("roles: [a\n"), Err(Refusal::NotYaml));
    assert_eq!(formatted("a: 1\na: 2\n"), Err(Refusal::NotYaml));
    assert_eq!(formatted(""), Err(Refusal::NotYaml));
}
