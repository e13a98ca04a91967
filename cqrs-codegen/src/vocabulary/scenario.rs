//! Scenarios.

use super::{Construct, Form, Key};

const VALUES: Form = Form::Names { each: &Form::Plain, beside: &[] };

const EVENT_WITH_ID: Form = Form::Either(&[
    Form::Name,
    Form::Names {
        each: &VALUES,
        beside: &[Key::new(
            "id",
            Form::Plain,
            "The aggregate that the event happened to, where several play a part.",
        )],
    },
]);

const MENTION: Form = Form::Either(&[Form::Name, Form::Names { each: &VALUES, beside: &[] }]);

/// An example that becomes a test.
pub static SCENARIO: Construct = Construct {
    name: "scenario",
    keys: &[
        Key::required("name", Form::Text, "The sentence that names it, and the test."),
        Key::new(
            "given",
            Form::Either(&[EVENT_WITH_ID, Form::List(&EVENT_WITH_ID)]),
            "The events that have happened, in this order, with plain values.",
        ),
        Key::new(
            "when",
            Form::Either(&[
                Form::Name,
                Form::Names {
                    each: &VALUES,
                    beside: &[Key::new("now", Form::Plain, "What `context.now` is: a timestamp.")],
                },
            ]),
            "The command that is asked for. Absent where only the given events are looked at.",
        ),
        Key::required(
            "then",
            Form::Keys(&EXPECTATION),
            "What must come of it. What is not mentioned is not looked at.",
        ),
    ],
};

/// What must come of a scenario.
pub static EXPECTATION: Construct = Construct {
    name: "expectation",
    keys: &[
        Key::new(
            "events",
            Form::Either(&[MENTION, Form::List(&MENTION)]),
            "All the events that the command records, each with the values that are mentioned.",
        ),
        Key::new("error", MENTION, "The refusal, with the values that are mentioned."),
        Key::new("state", VALUES, "Values of the state afterwards."),
        Key::new(
            "rows",
            Form::Names { each: &Form::List(&VALUES), beside: &[] },
            "All the rows of a projection afterwards, in no order, each with the values that are mentioned.",
        ),
    ],
};
