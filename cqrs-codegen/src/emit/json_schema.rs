//! The JSON Schema of the schema language, from which editors complete keys and mark those that are not known.
//!
//! It is made from the words of the language and says of each what the documentation says. What it cannot know, such as
//! whether a name is declared, only the compiler reports. Draft 7, which the YAML language server reads best.

use serde_json::{Map, Value, json};

use crate::vocabulary::{Construct, Form, Key, SCALARS, SCHEMA, Shared};

/// The whole JSON Schema as indented text, ending in a line break.
#[must_use]
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(&root()).unwrap_or_default();
    text.push('\n');
    text
}

fn root() -> Value {
    let mut definitions = Map::new();
    let mut root = mapping(&SCHEMA, &mut definitions);
    definitions.insert(String::from("type_name"), type_name());
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The cqrs schema language, version 1",
        "description": "One file describes one bounded context: its types, aggregates, projections, queries and scenarios.",
    });
    if let (Some(schema), Some(root)) = (schema.as_object_mut(), root.as_object_mut()) {
        schema.append(root);
        schema.insert(String::from("definitions"), Value::Object(definitions));
    }
    schema
}

/// A mapping of words of the language.
fn mapping(construct: &Construct, definitions: &mut Map<String, Value>) -> Value {
    let required: Vec<&str> = construct.keys.iter().filter(|key| key.required).map(|key| key.word).collect();
    let mut schema = json!({
        "type": if required.is_empty() { json!(["object", "null"]) } else { json!("object") },
        "properties": properties(construct.keys, definitions),
        "additionalProperties": false,
    });
    if let (false, Some(schema)) = (required.is_empty(), schema.as_object_mut()) {
        schema.insert(String::from("required"), json!(required));
    }
    schema
}

fn properties(keys: &[Key], definitions: &mut Map<String, Value>) -> Map<String, Value> {
    keys.iter().map(|key| (key.word.to_owned(), described(form(&key.takes, definitions), key.doc))).collect()
}

/// A schema with a description. In draft 7 nothing counts beside a `$ref`, so that one is put into an `allOf`.
fn described(schema: Value, doc: &str) -> Value {
    let mut schema = if schema.get("$ref").is_some() { json!({ "allOf": [schema] }) } else { schema };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(String::from("description"), json!(doc));
    }
    schema
}

fn form(form: &Form, definitions: &mut Map<String, Value>) -> Value {
    match form {
        Form::Text => json!({ "type": ["string", "number"] }),
        Form::Name => json!({ "type": "string" }),
        Form::Expression => json!({ "type": ["string", "number", "boolean"] }),
        Form::Type => json!({ "$ref": "#/definitions/type_name" }),
        Form::Count => json!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "string", "pattern": "^[1-9][0-9_]*$" },
        ] }),
        Form::Switch => json!({ "type": "boolean" }),
        Form::Length => json!({ "type": "string", "pattern": "^([0-9]+[smhdw]\\s*)+$" }),
        Form::Plain => json!({}),
        Form::Version => json!({ "enum": [1, "1"] }),
        Form::Order => json!({ "type": "string", "pattern": "^\\s*\\S+(\\s+(asc|desc))?\\s*$" }),
        Form::Word(words) => {
            let (words, meanings): (Vec<&str>, Vec<&str>) = words.iter().copied().unzip();
            json!({ "enum": words, "enumDescriptions": meanings })
        }
        Form::Keys(construct) => reference(&construct.name.replace(' ', "_"), definitions, |definitions| {
            mapping(construct, definitions)
        }),
        Form::Shared(Shared { name, form }) => {
            reference(name, definitions, |definitions| self::form(form, definitions))
        }
        Form::Names { each, beside } => {
            let each = self::form(each, definitions);
            let mut schema = json!({ "type": ["object", "null"], "additionalProperties": each });
            if let (false, Some(schema)) = (beside.is_empty(), schema.as_object_mut()) {
                schema.insert(String::from("properties"), Value::Object(properties(beside, definitions)));
            }
            schema
        }
        Form::List(item) => json!({ "type": ["array", "null"], "items": self::form(item, definitions) }),
        Form::Either(forms) => {
            let forms: Vec<Value> = forms.iter().map(|form| self::form(form, definitions)).collect();
            json!({ "anyOf": forms })
        }
    }
}

/// A reference to the definition of `name`, which is made where it is not there yet.
fn reference(
    name: &str,
    definitions: &mut Map<String, Value>,
    make: impl FnOnce(&mut Map<String, Value>) -> Value,
) -> Value {
    if !definitions.contains_key(name) {
        // Taken before it is made: a definition may lead back to itself.
        definitions.insert(name.to_owned(), Value::Null);
        let definition = make(definitions);
        definitions.insert(name.to_owned(), definition);
    }
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A type as a field names it. The scalars are listed so that editors offer them.
fn type_name() -> Value {
    let (names, meanings): (Vec<&str>, Vec<&str>) =
        SCALARS.iter().map(|(scalar, meaning)| (scalar.name(), *meaning)).unzip();
    json!({
        "description": "A type: one of the language's own, a name from `types`, `T?`, `list<T>`, `set<T>` or `map<K, V>`.",
        "anyOf": [
            { "enum": names, "enumDescriptions": meanings },
            { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_<>,? ]*$" },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scalar;

    #[test]
    fn every_scalar_is_offered() {
        let described: Vec<Scalar> = SCALARS.iter().map(|(scalar, _)| *scalar).collect();
        assert_eq!(described, Scalar::ALL);
    }

    #[test]
    fn every_definition_that_is_referred_to_is_there() {
        let schema = root();
        let text = schema.to_string();
        let referred = text.split("#/definitions/").skip(1).filter_map(|rest| rest.split('"').next());
        let mut count = 0;
        for name in referred {
            assert!(schema["definitions"][name].is_object(), "{name} is not defined");
            count += 1;
        }
        assert!(count > 0, "the schema refers to no definition");
    }
}
