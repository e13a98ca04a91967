//! E01xx: the form of a schema: keys, kinds of values, and what must be said at all.

super::codes! {
    UNKNOWN_KEY = "E0101", "a key is not known" {
        why: "The language has no such word in this place, so the compiler would have to ignore what was meant by it. It is refused instead: a rule that is silently not there is worse than an error.",
        wrong: "types:\n  Holder:\n    feilds: { name: string }",
        right: "types:\n  Holder:\n    fields: { name: string }",
    }
    WRONG_KIND = "E0102", "a value is of the wrong kind" {
        why: "A text, a list or a mapping was expected here and something else was found. Often a line is indented by the wrong number of spaces, so that it belongs to another key than it seems to.",
        wrong: "types: [Money]",
        right: "types:\n  Money: decimal",
    }
    MISSING_KEY = "E0103", "a part is missing" {
        why: "This construct means nothing without the part that the message names.",
        wrong: "queries:\n  AccountsOf:\n    limit: 10",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  AccountsOf:\n    from: Summary\n    limit: 10",
    }
    EXCLUSIVE_KEYS = "E0104", "two parts exclude each other" {
        why: "Each of them says what the whole is, and they say different things. Keep the one that is meant.",
        wrong: "types:\n  Money:\n    type: decimal\n    enum: [EUR]",
        right: "types:\n  Money: { type: decimal }",
    }
    LANGUAGE_VERSION = "E0105", "the version of the language is missing or not known" {
        why: "A schema says in its first line which version of the language it is written in, so that a later compiler can still read it as it was meant. There is one version, `1`.",
        wrong: "cqrs: 7\ndomain: example",
        right: "cqrs: 1\ndomain: example",
    }
    NOT_A_COUNT = "E0106", "a whole number is expected" {
        why: "Versions, limits and snapshots are counted in whole numbers, in the range that the message names. Underscores may stand between digits.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    snapshot: { every: often }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    snapshot: { every: 200 }",
    }
    NOT_A_SWITCH = "E0107", "`true` or `false` is expected" {
        why: "A switch is `true` or `false`. Other YAML readers take `yes` and `on` too; here they are texts, as in YAML 1.2.",
        wrong: "types:\n  Holder:\n    fields:\n      name: { type: string, personal: yes }",
        right: "types:\n  Holder:\n    fields:\n      name: { type: string, personal: true }",
    }
    NOTHING_SAID = "E0108", "something is there but says nothing" {
        why: "An empty list or mapping in this place would mean that nobody may ask, that nothing is emitted, or that nothing is written. That is hardly ever meant, and where it is there is a clearer way to say it.",
        wrong: "types:\n  Currency: { enum: [] }",
        right: "types:\n  Currency: { enum: [EUR] }",
    }
    NOT_A_LENGTH = "E0109", "a length of time cannot be read" {
        why: "A length of time is a number with a unit: `s` for seconds, `m` for minutes, `h` for hours, `d` for days and `w` for weeks. Several may stand together, as in `1h30m`. It is longer than nothing.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    refresh: { every: 30 }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    refresh: { every: 30s }",
    }
    UNKNOWN_CHOICE = "E0110", "a word is none of those that may stand here" {
        why: "In this place one of a few words is expected. The help names them, or the one that was probably meant.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    refresh: oncommit2",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\n    refresh: on-commit",
    }
    IMPORT_CYCLE = "E0111", "files import each other in a circle" {
        why: "Each file of the circle would have to be read before the others. Move what they share into a file that imports none of them.",
        wrong: "",
        right: "imports: []",
    }
    IMPORT_TWICE = "E0112", "a file is imported twice" {
        why: "One mention is enough; the second is most likely a slip for another file.",
        wrong: "",
        right: "imports: []",
    }
    IMPORT_BEYOND_TYPES = "E0113", "an imported file declares more than types" {
        why: "`imports` brings another file's types and nothing else. Aggregates, projections and queries belong to one domain, which is one file; two domains share types through a third file that both import.",
        wrong: "",
        right: "imports: []",
    }
    POLICIES = "E0114", "policies are not there yet" {
        why: "Policies are a part of the language that this version of the compiler does not build. They are refused rather than ignored, because a policy that never runs is worse than an error. Until then, subscribe to the events in your own code and send the commands from there.",
        wrong: "policies:\n  WelcomeBonus:\n    on:\n      AccountOpened: { send: { Deposit: { amount: 10 } } }",
        right: "doc: Without policies.",
    }
    ONE_NAME = "E0115", "one item names none or several things" {
        why: "Each item of this list is one event, command or error: its name, or a mapping with its name as the only key. YAML takes two keys in one item for one mapping, so the order of the two would be lost.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\n    commands:\n      Flip:\n        emit:\n          - Opened: {}\n            Closed: {}",
        right: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\n    commands:\n      Flip:\n        emit:\n          - Opened: {}\n          - Closed: {}",
    }
    NOT_A_VERSION = "E0116", "a key of `history` is not a version" {
        why: "The keys under `history` are the numbers of the versions that came before today's, beginning with 1.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        history:\n          first: {}",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        history:\n          1: {}",
    }
    NOT_A_DATE = "E0117", "a date cannot be read" {
        why: "A waiver counts until a day and no longer, so that somebody decides again. The day is written as year, month and day.",
        wrong: "waivers:\n  - { code: E1013, event: Opened, reason: only a test has stored it, until: next year }",
        right: "waivers:\n  - { code: E1013, event: Opened, reason: only a test has stored it, until: 2099-01-31 }",
    }
}
