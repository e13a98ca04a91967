//! E08xx: scenarios.

super::codes! {
    NO_COMMAND = "E0801", "something is expected that only a command can bring about" {
        why: "Errors and newly recorded events come of a command. A scenario without `when` looks at the state and the rows that the given events add up to.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\nscenarios:\n  - name: an account is opened\n    given: [Opened]\n    then: { events: [Opened] }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: an account is opened\n    when: Open\n    then: { events: [Opened] }",
    }
    NO_AGGREGATE = "E0802", "it is not clear whose state is expected" {
        why: "`state` under `then` is the state of the aggregate that the command is for, or of the one whose events are given. Here there is no command, and the given events are of no aggregate or of several.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: { apply: { open: true } } }\nscenarios:\n  - name: nothing is open\n    then: { state: { open: false } }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: { apply: { open: true } } }\nscenarios:\n  - name: an account is open\n    given: [Opened]\n    then: { state: { open: true } }",
    }
    NOTHING_EXPECTED = "E0803", "a scenario expects nothing" {
        why: "A scenario is a test. One that expects nothing can never fail, so it would only look like one.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: an account is opened\n    when: Open\n    then: {}",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: an account is opened\n    when: Open\n    then: { events: [Opened] }",
    }
    ERROR_WITH_OTHERS = "E0804", "an error is expected together with something else" {
        why: "A command that is refused records nothing and changes nothing, so beside `error` there is nothing to look at.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: { apply: { open: true } } }\n    errors: { IsOpen: the account is open }\n    commands:\n      Open:\n        require: [{ that: '!state.open', else: IsOpen }]\n        emit: Opened\nscenarios:\n  - name: an account is opened once\n    given: [Opened]\n    when: Open\n    then: { error: IsOpen, events: [] }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Opened: { apply: { open: true } } }\n    errors: { IsOpen: the account is open }\n    commands:\n      Open:\n        require: [{ that: '!state.open', else: IsOpen }]\n        emit: Opened\nscenarios:\n  - name: an account is opened once\n    given: [Opened]\n    when: Open\n    then: { error: IsOpen }",
    }
    SAME_TEST = "E0805", "a scenario's name makes no test of its own" {
        why: "The name becomes the name of a test, in `snake_case`. So it has letters or digits, does not begin with a digit, and differs from the other scenarios' names in more than case and punctuation.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: it opens\n    when: Open\n    then: { events: [Opened] }\n  - name: It opens!\n    when: Open\n    then: { events: [Opened] }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: it opens\n    when: Open\n    then: { events: [Opened] }\n  - name: it opens again\n    given: [Opened]\n    when: Open\n    then: { events: [Opened] }",
    }
}
