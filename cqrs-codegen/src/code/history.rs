//! E06xx: older shapes of events, and events that are no longer written.

super::codes! {
    GAP = "E0601", "a history has a gap" {
        why: "Records of every version may be in the store, and each is read by going from its version to the next until today's. So an event of version 3 needs the shapes of versions 1 and 2 under `history`, each with the step to the next.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 3\n        history:\n          1: {}",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 3\n        history:\n          1: {}\n          2: {}",
    }
    NOT_BEFORE_TODAY = "E0602", "a version under `history` does not come before today's" {
        why: "`history` has the versions below `version`, which is 1 where it is not written. Today's shape stands under `fields` of the event itself.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        history:\n          1: {}\n          2: {}",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 3\n        history:\n          1: {}\n          2: {}",
    }
    UNEXPLAINED_FIELD = "E0603", "a step between versions does not say how a field comes about" {
        why: "Fields of the same name and type carry over to the next version, and so do lossless widenings. A field that is new in the next version needs a value for the records that were written without it: an expression over `event`, the older shape, or a plain value. A `downcast` needs one the other way round.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { holder: string, branch: string }\n        history:\n          1:\n            fields: { holder: string }",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { holder: string, branch: string }\n        history:\n          1:\n            fields: { holder: string }\n            upcast: { branch: { value: main } }",
    }
    UNKNOWN_FIELD = "E0604", "a step between versions fills a field that is not there" {
        why: "`upcast` under a version says how the fields of the next version come about, so its keys are fields of that version. Those of `downcast` are fields of the version that it stands under.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string }\n        history:\n          1:\n            upcast: { brnach: { value: main } }",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string }\n        history:\n          1:\n            upcast: { branch: { value: main } }",
    }
    AMBIGUOUS = "E0605", "two shapes are stored under one name and version" {
        why: "A record says its event's name and version and nothing else, so of two shapes with both in common it could be either. Often a new event took the name of an older one: begin it at a version that was never written under that name.",
        wrong: "aggregates:\n  Account:\n    events:\n      Deposit: {}\n      MoneyDeposited:\n        version: 2\n        history:\n          1: { name: Deposit }",
        right: "aggregates:\n  Account:\n    events:\n      MoneyDeposited:\n        version: 2\n        history:\n          1: { name: Deposit }",
    }
    RETIRED_APPLY = "E0606", "a retired event is applied" {
        why: "The records of a retired event are read as nothing, or as other events, which have their own `apply`. So its own would never run.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { open: true } }\n      Begun:\n        apply: { open: true }\n        retired: { Opened: {} }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { open: true } }\n      Begun:\n        retired: { Opened: {} }",
    }
    RETIRED_INTO_RETIRED = "E0607", "a retired event is read as a retired one" {
        why: "What a retired event is read as are events of today, which are applied and folded. A retired one would have to be read as something else again.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened: {}\n      Begun: { retired: drop }\n      Started: { retired: { Begun: {} } }",
        right: "aggregates:\n  Account:\n    events:\n      Opened: {}\n      Begun: { retired: drop }\n      Started: { retired: { Opened: {} } }",
    }
    BLANK = "E0608", "a step between versions has a blank" {
        why: "`cqrs evolve` writes the step from a released version to the next, and leaves a blank where only you can know what the field is for records of the older version. Put an expression over `event`, the shape at the other end of the step, or a plain value in its place.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string }\n        history:\n          1:\n            upcast: { branch: TODO }",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string }\n        history:\n          1:\n            upcast: { branch: { value: main } }",
    }
    NOT_PUBLISHED = "E0609", "an event that is not published has a step back" {
        why: "A `downcast` makes an older version of an event again, for consumers outside the domain that know no newer one. Stored records are only ever read forwards, so an event that nobody else reads needs none.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string? }\n        history:\n          1:\n            downcast: {}",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        published: true\n        version: 2\n        fields: { branch: string? }\n        history:\n          1:\n            downcast: {}",
    }
}
