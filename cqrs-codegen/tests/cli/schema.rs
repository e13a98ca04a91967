//! `cqrs schema`: it is the one that is checked in, it takes what the compiler takes, and it refuses what is misspelt.

use std::path::Path;

use cqrs_codegen::diagnostic::Diagnostics;
use cqrs_codegen::load::InMemory;
use cqrs_codegen::source::SourceMap;
use cqrs_codegen::vocabulary::{self, Form, Key};
use cqrs_codegen::yaml::{self, Kind, Node, Scalar};
use serde_json::Value;

use super::{Folder, project, samples_and_imports};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&Folder::new().run(&["schema"]).exits_with(0).out()).unwrap();
    jsonschema::draft7::meta::validate(&schema).unwrap();
    jsonschema::draft7::new(&schema).unwrap()
}

/// The tree of a schema's text.
fn tree(text: &str) -> Node {
    let mut sources = SourceMap::default();
    let file = sources.add("schema.yaml", text);
    yaml::parse(&sources, file, &mut Diagnostics::default()).unwrap()
}

/// A tree as JSON, its plain scalars read as YAML 1.2 does.
fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) => scalar_json(scalar),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => {
            entries.iter().map(|entry| (entry.key.text().to_owned(), json(&entry.value))).collect()
        }
        Kind::Hole => Value::Null,
    }
}

fn scalar_json(scalar: &Scalar) -> Value {
    let text = scalar.text.text();
    match text {
        _ if scalar.is_null() => Value::Null,
        _ if !scalar.plain => Value::from(text),
        "true" => Value::from(true),
        "false" => Value::from(false),
        _ => text.parse::<serde_json::Number>().map_or_else(|_| Value::from(text), Value::Number),
    }
}

#[track_caller]
fn assert_accepts(validator: &jsonschema::Validator, name: &str, text: &str) {
    if let Err(error) = validator.validate(&json(&tree(text))) {
        panic!("{name}: {} at {}", error, error.instance_path());
    }
}

#[test]
fn the_schema_that_is_checked_in_is_current() {
    let schema = Folder::new().run(&["schema"]).exits_with(0).out();
    expect_test::expect_file![project("schemas/cqrs.schema.json")].assert_eq(&schema);
}

#[test]
fn every_sample_is_accepted() {
    let validator = validator();
    for sample in samples_and_imports() {
        let text = std::fs::read_to_string(&sample).unwrap();
        assert_accepts(&validator, &sample.display().to_string(), &text);
        let formatted = Folder::new();
        formatted.write("schema.yaml", &text);
        formatted.run(&["fmt", "schema.yaml"]).exits_with(0);
        assert_accepts(&validator, "formatted", &formatted.read("schema.yaml"));
    }
}

#[test]
fn every_schema_that_an_explanation_calls_right_is_accepted() {
    let validator = validator();
    for code in cqrs_codegen::code::all() {
        let text = if code.right.starts_with("cqrs") {
            code.right.to_owned()
        } else {
            format!("cqrs: 1\ndomain: example\n{}", code.right)
        };
        assert_accepts(&validator, code.id, &text);
    }
}

/// A copy of `value` with one key misspelt, for each key of each mapping in it; and the key.
fn misspelt(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(entries) => {
            let mut all = Vec::new();
            for (key, inner) in entries {
                let mut copy = entries.clone();
                copy.remove(key);
                copy.insert(format!("{key}x"), inner.clone());
                all.push((key.clone(), Value::Object(copy)));
                for (name, inner) in misspelt(inner) {
                    let mut copy = entries.clone();
                    copy.insert(key.clone(), inner);
                    all.push((name, Value::Object(copy)));
                }
            }
            all
        }
        Value::Array(items) => {
            let mut all = Vec::new();
            for (index, item) in items.iter().enumerate() {
                for (name, item) in misspelt(item) {
                    let mut copy = items.clone();
                    copy[index] = item;
                    all.push((name, Value::Array(copy)));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

/// A schema with every word of the language in a place where nothing but words may stand.
const EVERY_WORD: &str = include_str!("every_word.yaml");

#[test]
fn a_misspelt_word_is_refused_wherever_only_words_may_stand() {
    let validator = validator();
    assert_accepts(&validator, "every_word.yaml", EVERY_WORD);
    let mut refused = std::collections::BTreeSet::new();
    for (key, schema) in misspelt(&json(&tree(EVERY_WORD))) {
        if !validator.is_valid(&schema) {
            refused.insert(key);
        }
    }
    for construct in vocabulary::ALL {
        for key in construct.keys {
            assert!(refused.contains(key.word), "`{}` of {} may be misspelt", key.word, construct.name);
        }
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    let validator = validator();
    for wrong in [
        "cqrs: 2",
        "cqrs: 1\nroles: { a: b }",
        "cqrs: 1\nprojections: { P: { refresh: sometimes } }",
        "cqrs: 1\nqueries: { Q: { from: P, limit: 0 } }",
        "cqrs: 1\nqueries: { Q: { from: P, where: { a: equal } } }",
        "cqrs: 1\nqueries: { Q: { from: P, order_by: [a down] } }",
        "cqrs: 1\naggregates: { A: { events: { E: { version: one } } } }",
        "cqrs: 1\nscenarios: [{ name: a }]",
        "domain: a",
    ] {
        assert!(!validator.is_valid(&json(&tree(wrong))), "{wrong}");
    }
}

/// Where the keys of each construct stand, as the path to a mapping in which one more key is then written.
const PLACES: &[(&str, &str)] = &[
    ("schema", "roles: []\n@"),
    ("type", "types:\n  T:\n    type: u8\n    @"),
    ("field", "types:\n  T:\n    fields:\n      f:\n        type: u8\n        @"),
    ("aggregate", "aggregates:\n  A:\n    events: { E: {} }\n    @"),
    ("event", "aggregates:\n  A:\n    events:\n      E:\n        version: 1\n        @"),
    (
        "older shape",
        "aggregates:\n  A:\n    events:\n      E:\n        version: 2\n        history:\n          1:\n            name: E\n            @",
    ),
    (
        "error",
        "aggregates:\n  A:\n    events: { E: {} }\n    errors:\n      X:\n        message: x\n        @",
    ),
    (
        "command",
        "aggregates:\n  A:\n    events: { E: {} }\n    commands:\n      C:\n        emit: E\n        @",
    ),
    (
        "requirement",
        "aggregates:\n  A:\n    events: { E: {} }\n    errors: { X: x }\n    commands:\n      C:\n        require:\n          that: 'true'\n          else: X\n          @",
    ),
    ("snapshot", "aggregates:\n  A:\n    events: { E: {} }\n    snapshot:\n      every: 2\n      @"),
    ("projection", "projections:\n  P:\n    from: E\n    @"),
    ("row field", "projections:\n  P:\n    from: E\n    fields:\n      f:\n        type: u8\n        @"),
    ("fold", "projections:\n  P:\n    on:\n      E:\n        delete: true\n        @"),
    ("refresh", "projections:\n  P:\n    refresh:\n      every: 1s\n      @"),
    ("window", "projections:\n  P:\n    window:\n      tumbling: 1s\n      @"),
    ("query", "queries:\n  Q:\n    from: P\n    @"),
    ("scenario", "scenarios:\n  - name: a\n    then: { events: [] }\n    @"),
    ("waiver", "waivers:\n  - code: E1011\n    event: E\n    reason: x\n    until: 2099-01-31\n    @"),
    ("expectation", "scenarios:\n  - name: a\n    then:\n      events: []\n      @"),
];

/// The words that the compiler says may stand where a construct has a key that nobody knows.
fn known_to_the_compiler(place: &str) -> Vec<String> {
    let schema = format!("cqrs: 1\ndomain: example\n{}", place.replace('@', "zzzzzzzzzzzz: 1\n"));
    let files = InMemory::default().with("schema.yaml", schema);
    let outcome = cqrs_codegen::check(&files, Path::new("schema.yaml"));
    let unknown = outcome.diagnostics.iter().find(|it| it.message.contains("`zzzzzzzzzzzz`")).unwrap();
    let help = unknown.help[0].strip_prefix("it may have ").unwrap();
    help.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_words_are_those_of_the_compiler() {
    let names: Vec<&str> = vocabulary::ALL.iter().map(|construct| construct.name).collect();
    assert_eq!(names.len(), PLACES.len());
    for construct in vocabulary::ALL {
        let (_, place) = PLACES.iter().find(|(name, _)| *name == construct.name).unwrap();
        let mut compiler = known_to_the_compiler(place);
        compiler.sort();
        let mut words: Vec<String> = construct.keys.iter().map(|key| key.word.to_owned()).collect();
        if construct.name == "schema" {
            // A word that is kept for later, and refused until then.
            words.push(String::from("policies"));
        }
        words.sort();
        assert_eq!(words, compiler, "{}", construct.name);
    }
}

#[test]
fn every_word_has_a_description() {
    fn look(keys: &[Key]) {
        for key in keys {
            assert!(key.doc.ends_with('.') || key.doc.ends_with('`'), "{}: {}", key.word, key.doc);
            if let Form::Names { beside, .. } = &key.takes {
                look(beside);
            }
        }
    }
    for construct in vocabulary::ALL {
        look(construct.keys);
    }
}
