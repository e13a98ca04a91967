//! E03xx: types, and plain values of them.

super::codes! {
    UNKNOWN_TYPE = "E0301", "a type is not known" {
        why: "A type is one of the language's own (`string`, `bool`, `i8` to `i128`, `u8` to `u128`, `f32`, `f64`, `decimal`, `uuid`, `date`, `time`, `timestamp`, `duration`, `bytes`, `json`), a `list`, `set` or `map`, or one that is declared under `types` here or in an imported file.",
        wrong: "aggregates:\n  Account:\n    events:\n      Deposited: { fields: { amount: Mony } }",
        right: "types:\n  Money: decimal\naggregates:\n  Account:\n    events:\n      Deposited: { fields: { amount: Money } }",
    }
    TYPE_TEXT = "E0302", "a type cannot be read" {
        why: "A type is a name, `T?`, `list<T>`, `set<T>` or `map<K, V>`. Inside `{ }` or `[ ]` YAML ends a text at a comma, so `map<K, V>` needs quotes there.",
        wrong: "types:\n  Names: \"list<string\"",
        right: "types:\n  Names: \"list<string>\"",
    }
    TYPE_ARGUMENTS = "E0303", "a type takes another number of types" {
        why: "`list` and `set` take the type of their items, `map` those of its keys and values. No other type takes any.",
        wrong: "types:\n  Stock: map<string>",
        right: "types:\n  Stock: map<string, u32>",
    }
    OPTIONAL_TWICE = "E0304", "a type is optional twice" {
        why: "A value is there or it is not; JSON and databases have one `null` and cannot tell a second one apart.",
        wrong: "types:\n  Holder: { fields: { email: string?? } }",
        right: "types:\n  Holder: { fields: { email: string? } }",
    }
    CONTAINS_ITSELF = "E0305", "a type contains itself" {
        why: "A value of such a type would have no end. Inside a `list`, `set` or `map` a type may mention itself, because those may be empty.",
        wrong: "types:\n  Folder:\n    fields: { name: string, parent: Folder? }",
        right: "types:\n  Folder:\n    fields: { name: string, children: list<Folder> }",
    }
    MAP_KEY = "E0306", "a type cannot be the key of a map" {
        why: "Keys are compared and written as JSON keys, which are texts. Texts, whole numbers, decimals, `bool`, `uuid`, dates and times can be keys, and so can enums without fields and newtypes of these. Floating-point numbers have no exact equality.",
        wrong: "types:\n  Prices: map<f64, string>",
        right: "types:\n  Prices: map<decimal, string>",
    }
    SET_ITEM = "E0307", "a type cannot be an item of a set" {
        why: "A set compares its items. Floating-point numbers have no exact equality and JSON has none at all, so neither they nor anything that holds them can be in a set.",
        wrong: "types:\n  Samples: set<f64>",
        right: "types:\n  Samples: set<decimal>",
    }
    VALUE_KIND = "E0308", "a value is not of its type" {
        why: "The value that is written here has another form than its type asks for.",
        wrong: "aggregates:\n  Account:\n    state:\n      tags: { type: list<string>, default: none }\n    events: { Opened: { apply: { tags: { clear: true } } } }",
        right: "aggregates:\n  Account:\n    state:\n      tags: { type: list<string>, default: [] }\n    events: { Opened: { apply: { tags: { clear: true } } } }",
    }
    VALUE_RANGE = "E0309", "a number is out of its type's range" {
        why: "Each number type holds the numbers that its bits have room for. Take a wider type or a number that fits.",
        wrong: "aggregates:\n  Account:\n    state:\n      strikes: { type: u8, default: 300 }\n    events: { Opened: { apply: { strikes: { add: 1 } } } }",
        right: "aggregates:\n  Account:\n    state:\n      strikes: { type: u16, default: 300 }\n    events: { Opened: { apply: { strikes: { add: 1 } } } }",
    }
    VALUE_TEXT = "E0310", "a text is no value of its type" {
        why: "Numbers, dates, instants, UUIDs and bytes are written in the one form that the message names, and are checked when the schema is, not when the program runs.",
        wrong: "aggregates:\n  Account:\n    state:\n      balance: { type: decimal, default: much }\n    events: { Opened: { apply: { balance: { add: 1 } } } }",
        right: "aggregates:\n  Account:\n    state:\n      balance: { type: decimal, default: 0 }\n    events: { Opened: { apply: { balance: { add: 1 } } } }",
    }
    VALUE_MISSING_FIELD = "E0311", "a value lacks a field" {
        why: "A struct, event or command has all of its fields. Only those with a `default` and those of an optional type may be left out.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string, currency: string } }\nscenarios:\n  - name: an account is opened\n    given: [Opened: { holder: Ada }]\n    then: { state: {} }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened:\n        fields: { holder: string, currency: string }\n        apply: { open: true }\nscenarios:\n  - name: an account is opened\n    given: [Opened: { holder: Ada, currency: EUR }]\n    then: { state: { open: true } }",
    }
    VALUE_UNKNOWN_FIELD = "E0312", "a value has a field too many" {
        why: "The thing whose fields are written here has no field of this name.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { open: true } }\nscenarios:\n  - name: an account is opened\n    given: [Opened]\n    then: { state: { opened: true } }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { open: true } }\nscenarios:\n  - name: an account is opened\n    given: [Opened]\n    then: { state: { open: true } }",
    }
    UNKNOWN_VARIANT = "E0313", "an enum has no such variant" {
        why: "The value of an enum is one of the variants that its declaration names.",
        wrong: "types:\n  Currency: { enum: [EUR, USD] }\naggregates:\n  Account:\n    state:\n      currency: { type: Currency, default: ERU }\n    events: { Opened: { apply: { currency: { value: USD } } } }",
        right: "types:\n  Currency: { enum: [EUR, USD] }\naggregates:\n  Account:\n    state:\n      currency: { type: Currency, default: EUR }\n    events: { Opened: { apply: { currency: { value: USD } } } }",
    }
    VALUE_EXTERN = "E0314", "a value of the user's own type cannot be written here" {
        why: "Of a type with `extern` the compiler knows the path and nothing else, so it cannot write a value of it into the code. An expression can: it is handed on to Rust as it stands.",
        wrong: "types:\n  Point: { extern: 'geo::Point' }\naggregates:\n  Ship:\n    state:\n      at: { type: Point, default: here }\n    events: { Moved: { fields: { to: Point }, apply: { at: event.to } } }",
        right: "types:\n  Point: { extern: 'geo::Point' }\naggregates:\n  Ship:\n    state:\n      at: Point?\n    events: { Moved: { fields: { to: Point }, apply: { at: event.to } } }",
    }
    EXTERN_PATH = "E0315", "the path of a Rust type cannot be read" {
        why: "`extern` names a type of your own by its path, without type arguments: `geo::Point`, `crate::Point`. For a type with arguments, declare an alias in Rust and name that.",
        wrong: "types:\n  Point: { extern: 'geo::Point<f64>' }",
        right: "types:\n  Point: { extern: 'geo::Point' }",
    }
    VALUE_TWICE = "E0316", "a set or map holds something twice" {
        why: "The items of a set and the keys of a map are distinct.",
        wrong: "aggregates:\n  Account:\n    state:\n      tags: { type: set<string>, default: [a, a] }\n    events: { Opened: { apply: { tags: { clear: true } } } }",
        right: "aggregates:\n  Account:\n    state:\n      tags: { type: set<string>, default: [a, b] }\n    events: { Opened: { apply: { tags: { clear: true } } } }",
    }
    DEFAULT_ENDLESS = "E0317", "a default is built on itself" {
        why: "To make the default value, a value of the same type with the same default would have to be made first, without end. Write out the field that leads back.",
        wrong: "types:\n  Tree:\n    fields:\n      children: { type: list<Tree>, default: [{}] }",
        right: "types:\n  Tree:\n    fields:\n      children: { type: list<Tree>, default: [{ children: [] }] }",
    }
}
