//! E02xx: names.

super::codes! {
    NOT_AN_IDENTIFIER = "E0201", "a name is not an identifier" {
        why: "Every name becomes a name in Rust, and most become one in a database and in JSON too. What all of them take is a letter of the English alphabet, followed by letters, digits and `_`. Texts for people, in any script, belong into `doc`.",
        wrong: "types:\n  Währung: string",
        right: "types:\n  Currency: { type: string, doc: Währung }",
    }
    KEYWORD = "E0202", "a name is a word that Rust cannot give away" {
        why: "Most keywords of Rust may be names: a field `type` becomes `r#type`. The words `self`, `super` and `crate` cannot, nor can a type be called `Self`.",
        wrong: "types:\n  Link:\n    fields: { self: string }",
        right: "types:\n  Link:\n    fields: { type: string, own: string }",
    }
    TAKEN = "E0203", "a name is taken" {
        why: "Types, aggregates, events, commands, projections and queries of a domain become types of one Rust module, those of imported files included, so each needs a name of its own. Roles have names of their own among themselves.",
        wrong: "types:\n  Account: string\naggregates:\n  Account:\n    events: { Opened: {} }",
        right: "types:\n  AccountName: string\naggregates:\n  Account:\n    state: { name: AccountName }\n    events: { Opened: {} }",
    }
    CASE_CLASH = "E0204", "two names become one in the generated code" {
        why: "Fields are written in `snake_case` in Rust and in tables, types and variants in `UpperCamelCase`. Two names that differ in case or in underscores alone become the same name there.",
        wrong: "types:\n  Holder:\n    fields: { fooBar: string, foo_bar: string }",
        right: "types:\n  Holder:\n    fields: { foo_bar: string, other: string }",
    }
    GENERATED = "E0205", "a name is needed for something that is generated" {
        why: "For an aggregate `Account` the types `AccountEvent` and `AccountError` are generated, for an older version of an event `Opened` a type `OpenedV1`, for a projection `Summary` its key `SummaryKey`, and for the roles `Role`. A thing of the schema cannot have such a name.",
        wrong: "types:\n  AccountEvent: string\naggregates:\n  Account:\n    events: { Opened: { fields: { kind: AccountEvent } } }",
        right: "types:\n  Kind: string\naggregates:\n  Account:\n    events: { Opened: { fields: { kind: Kind } } }",
    }
    DOMAIN_NAME = "E0206", "the domain's name is not in snake case" {
        why: "The domain names the generated module and its file, so it is a Rust identifier in `snake_case` and no keyword.",
        wrong: "cqrs: 1\ndomain: RetailBanking",
        right: "cqrs: 1\ndomain: retail_banking",
    }
    LONG_NAME = "E0207", "a name is too long" {
        why: "Databases cut names off after 63 bytes, some of them silently, so that two long names could become one. No name may be longer than that.",
        wrong: "types:\n  TheNameOfATypeThatNobodyCouldEverWantToWriteInFullBecauseItIsTooLong: string",
        right: "types:\n  ShortName: string",
    }
}
