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
    UNEXPLAINED_FIELD = "E0603", "an older version does not say how a new field comes about" {
        why: "Fields of the same name and type carry over to the next version, and so do lossless widenings. A field that is new in the next version needs a value for the records that were written without it: an expression over `event`, the older shape, or a plain value.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { holder: string, branch: string }\n        history:\n          1:\n            fields: { holder: string }",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { holder: string, branch: string }\n        history:\n          1:\n            fields: { holder: string }\n            upcast: { branch: { value: main } }",
    }
    UNKNOWN_FIELD = "E0604", "an upcast fills a field that the next version does not have" {
        why: "`upcast` under a version says how the fields of the next version come about, so its keys are fields of that version.",
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
    BLANK = "E0608", "a step to the next version has a blank" {
        why: "`cqrs evolve` writes the step from a released version to the next, and leaves a blank where only you can know what the field is for records of the older version. Put an expression over `event`, the older shape, or a plain value in its place.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string }\n        history:\n          1:\n            upcast: { branch: TODO }",
        right: "aggregates:\n  Account:\n    events:\n      Opened:\n        version: 2\n        fields: { branch: string }\n        history:\n          1:\n            upcast: { branch: { value: main } }",
    }
}
