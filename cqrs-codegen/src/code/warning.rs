//! W01xx: what is worth a look, and never stops a build unless asked to.

super::codes! {
    UNUSED_TYPE = "W0101", "a type is used nowhere" {
        why: "Nothing that the schema generates has a field of this type. It may be left over, or meant for a field that has another type.",
        wrong: "types:\n  Money: decimal",
        right: "types:\n  Money: decimal\naggregates:\n  Account:\n    state: { balance: Money }\n    events: { Opened: { fields: { balance: Money }, apply: { balance: event.balance } } }\n    commands: { Open: {} }",
    }
    UNEMITTED_EVENT = "W0102", "no command emits an event" {
        why: "Every command of the aggregate says what it emits, and none emits this event, so it will never be recorded. If it once was, it is `retired`. If it is recorded by hand-written code, leave out the `emit` of a command that does.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\n    commands:\n      Open: { emit: Opened }",
        right: "aggregates:\n  Account:\n    events: { Opened: {}, Closed: {} }\n    commands:\n      Open: { emit: Opened }\n      Close: { emit: Closed }",
    }
    UNQUERIED_PROJECTION = "W0103", "no query asks a projection" {
        why: "The projection costs its upkeep with every event, and nothing in the schema reads it. That is as it should be where SQL or hand-written queries read the table.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nprojections:\n  Summary:\n    from: Opened\n    fields: { times: count }\nqueries:\n  All: { from: Summary }",
    }
    UNUSED_ROLE = "W0104", "no command or query asks for a role" {
        why: "The role opens nothing: no command and no query names it in an `allow`. It may be left over, or an `allow` may be missing.",
        wrong: "roles: [teller]",
        right: "roles: [teller]\naggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { allow: [teller], emit: Opened }",
    }
    UNUSED_ERROR = "W0105", "no command refuses with an error" {
        why: "Every command of the aggregate says what it requires and emits, and none gives this error. It may be left over, or a requirement may be missing.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors: { NotOpen: the account is not open }\n    commands:\n      Open: { emit: Opened }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: { apply: { open: true } }, Closed: { apply: { open: false } } }\n    errors: { NotOpen: the account is not open }\n    commands:\n      Open: { emit: Opened }\n      Close: { require: [{ that: state.open, else: NotOpen }], emit: Closed }",
    }
    CONSTANT_STATE = "W0106", "no event changes a field of the state" {
        why: "The field keeps the value that it started with for ever. An `apply` may be missing, or the field may be left over.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: { apply: { open: true } } }\n    commands:\n      Open: { emit: Opened }",
    }
    UNINDEXED_FILTER = "W0107", "a query narrows by a column without an index" {
        why: "Without an index that begins with one of the query's columns, or a key that does, every request reads the whole table.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: { fields: { holder: string } } }\n    commands:\n      Open: { fields: { holder: string }, emit: Opened }\nprojections:\n  Summary:\n    from: Opened\n    fields: { holder: { last: event.holder } }\nqueries:\n  Of: { from: Summary, where: { holder: equals } }",
        right: "aggregates:\n  Account:\n    events: { Opened: { fields: { holder: string } } }\n    commands:\n      Open: { fields: { holder: string }, emit: Opened }\nprojections:\n  Summary:\n    from: Opened\n    fields: { holder: { last: event.holder } }\n    index: [holder]\nqueries:\n  Of: { from: Summary, where: { holder: equals } }",
    }
}
