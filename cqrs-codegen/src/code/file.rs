//! E00xx: the file and its YAML, before any word of the language is read.

super::codes! {
    UNREADABLE = "E0001", "a file cannot be read" {
        why: "The schema itself, or a file that it names under `imports`, does not exist or may not be read. An import is looked for beside the file that names it.",
        wrong: "imports: [no_such_file.yaml]",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }",
    }
    TOO_LARGE = "E0002", "a file is too large" {
        why: "A schema may have up to 4 MiB, which is some twenty thousand events. Beyond that it is more likely that a wrong file was given than that anyone wrote it. Parts can be moved into files of their own and named under `imports`.",
        wrong: "",
        right: "imports: []",
    }
    NOT_TEXT = "E0003", "a file is not UTF-8 text" {
        why: "Schemas are UTF-8. A file in another encoding, or one that is not text at all, has no lines to report about. Save it as UTF-8 in the editor.",
        wrong: "",
        right: "doc: Größen",
    }
    NOT_YAML = "E0004", "the text is not YAML" {
        why: "The YAML reader stopped here, so nothing after this place was looked at. The usual causes are a bracket or quote that is never closed, a line that is indented by the wrong number of spaces, and a text with `: ` or ` #` in it that needs quotes.",
        wrong: "roles: [holder, teller",
        right: "roles: [holder, teller]",
    }
    SEVERAL_DOCUMENTS = "E0005", "a file holds more than one document" {
        why: "A schema is one YAML document: one bounded context. What follows a second `---` belongs into a file of its own.",
        wrong: "doc: one\n---\ndoc: two",
        right: "doc: one",
    }
    DUPLICATE_KEY = "E0006", "a key is written twice in one mapping" {
        why: "YAML readers differ in which of the two they keep, so neither is taken. Remove one of them, or give it another name.",
        wrong: "types:\n  Money: decimal\n  Money: i64",
        right: "types:\n  Money: decimal\n  Cents: i64",
    }
    ANCHOR = "E0007", "anchors and aliases are not part of the language" {
        why: "With `&anchor`, `*alias` and merge keys one text stands in several places, so that a report cannot name the one that is wrong, a tool cannot edit it, and a small file can unfold into a huge one. What should be shared is a type: give it a name under `types`.",
        wrong: "aggregates:\n  Account:\n    state: &shape { open: bool }\n    events:\n      Opened: { fields: *shape }",
        right: "types:\n  Shape: { fields: { open: bool } }\naggregates:\n  Account:\n    state: { shape: Shape }\n    events:\n      Opened: { fields: { shape: Shape } }",
    }
    TAG = "E0008", "tags are not part of the language" {
        why: "A YAML tag such as `!!str` or `!Money` asks the reader for a type. Here the schema says which type stands where, so a tag could only repeat or contradict it.",
        wrong: "doc: !!str Accounts",
        right: "doc: Accounts",
    }
    TOO_DEEP = "E0009", "values are nested too deeply" {
        why: "No construct of the language needs more than a dozen levels. The limit of 64 protects the compiler against texts that were written to harm it.",
        wrong: "doc: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",        right: "doc: flat",    }
    TOO_MANY_VALUES = "E0010", "a file holds too many values" {
        why: "A schema may hold up to 200 000 values, a hundred times what a schema of a thousand events has. The limit protects the compiler against texts that were written to harm it.",
        wrong: "",
        right: "roles: [holder]",
    }
    KEY_NOT_TEXT = "E0011", "a key is not a text" {
        why: "Every key of the language is a word. A list or a mapping as a key is legal YAML but has no meaning here; most often a `?` or a bracket slipped in.",
        wrong: "roles: []\n? [holder, teller]\n: x",
        right: "roles: [holder, teller]",
    }
    EMPTY = "E0012", "the file is empty" {
        why: "A schema begins with the version of the language, `cqrs: 1`, and the name of its domain.",
        wrong: "# The schema of the bank.",
        right: "doc: The smallest schema that says something about itself.",
    }
    TAB = "E0013", "a line is indented with a tab" {
        why: "YAML measures structure in spaces, and a tab has no agreed width. Set the editor to insert spaces in YAML files.",
        wrong: "types:\n\tMoney: decimal",
        right: "types:\n  Money: decimal",
    }
}
