//! Given events, when a command, then events, an error or a state.

use std::fmt::Debug;

use jiff::Timestamp;

use super::diff::{assert_same, fail};
use crate::aggregate::Aggregate;
use crate::app::Caller;
use crate::command::{Command, Context, Decide, Existence, Invalid};
use crate::event_set::EventSet;

/// An aggregate with a past.
#[must_use = "nothing is tested until `when` and `then` are called"]
pub struct Given<A> {
    state: A,
    is_new: bool,
    context: Context,
}

/// An aggregate to which these events happened.
///
/// # Panics
///
/// When the aggregate cannot apply one of them.
#[track_caller]
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let mut given = Given { state: A::default(), is_new: true, context: Context::at(Timestamp::UNIX_EPOCH) };
    for event in events {
        given.take(&event);
    }
    given
}

/// An aggregate whose events were stored like this: name, version and JSON payload, older versions too.
///
/// # Panics
///
/// When an event cannot be decoded or applied.
#[track_caller]
#[expect(clippy::panic, reason = "a failed expectation is reported as a test's panic")]
pub fn given_stored<A: Aggregate>(events: &[(&str, u32, &str)]) -> Given<A> {
    let mut given = given::<A>([]);
    for (name, version, payload) in events {
        let decoded =
            A::Event::locate(name, *version).and_then(|route| A::Event::decode(route, payload.as_bytes()));
        match decoded {
            Ok(decoded) => decoded.as_slice().iter().for_each(|event| given.take(event)),
            Err(error) => panic!("event `{name}` version {version} cannot be read: {error}"),
        }
        given.is_new = false;
    }
    given
}

impl<A: Aggregate> Given<A> {
    /// The instant at which the command is decided; 1970 when nothing is said.
    pub fn at(mut self, now: Timestamp) -> Self {
        self.context.now = now;
        self
    }

    /// Who sends the command.
    pub fn by(mut self, caller: Caller) -> Self {
        self.context.origin.actor = caller.actor;
        self.context.origin.tenant = caller.tenant;
        self.context.roles = caller.roles;
        self
    }

    /// Sends a command. Roles are not checked here: they are the application's affair, not the aggregate's.
    #[must_use = "nothing is checked until a `then` is called"]
    pub fn when<C>(self, command: C) -> Outcome<A>
    where
        C: Command<Aggregate = A>,
        A: Decide<C>,
    {
        let Self { mut state, is_new, context } = self;
        if let Err(invalid) = command.validate() {
            return Outcome { state, answer: Answer::Invalid(invalid) };
        }
        match C::EXISTENCE {
            Existence::New if !is_new => return Outcome { state, answer: Answer::AlreadyExists },
            Existence::Existing if is_new => return Outcome { state, answer: Answer::NotFound },
            _ => {}
        }
        let events = match state.decide(&command, &context) {
            Ok(events) => events,
            Err(refusal) => return Outcome { state, answer: Answer::Refused(refusal) },
        };
        for event in &events {
            if let Err(error) = state.apply_event(event) {
                return Outcome {
                    state,
                    answer: Answer::Inapplicable(event.descriptor().name, error.reason),
                };
            }
        }
        Outcome { state, answer: Answer::Events(events) }
    }

    /// Checks the state that the given events lead to.
    ///
    /// # Panics
    ///
    /// When the state differs.
    #[track_caller]
    pub fn then_state(self, expected: &A)
    where
        A: Debug + PartialEq,
    {
        assert_same("the state", expected, &self.state);
    }

    /// The state that the given events lead to.
    pub fn state(&self) -> &A {
        &self.state
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "a failed expectation is reported as a test's panic")]
    fn take(&mut self, event: &A::Event) {
        self.is_new = false;
        if let Err(error) = self.state.apply_event(event) {
            panic!("the given event `{}` cannot be applied: {error}", event.descriptor().name);
        }
    }
}

/// What a command came to.
pub struct Outcome<A: Aggregate> {
    state: A,
    answer: Answer<A>,
}

enum Answer<A: Aggregate> {
    Events(Vec<A::Event>),
    Refused(A::Error),
    Invalid(Invalid),
    NotFound,
    AlreadyExists,
    Inapplicable(&'static str, String),
}

impl<A: Aggregate> Answer<A> {
    fn describe(&self) -> String
    where
        A::Event: Debug,
    {
        match self {
            Self::Events(events) => format!("{events:#?}"),
            Self::Refused(error) => format!("refused: {error:#?}"),
            Self::Invalid(invalid) => format!("invalid: {invalid}"),
            Self::NotFound => "not found".to_owned(),
            Self::AlreadyExists => "already exists".to_owned(),
            Self::Inapplicable(event, reason) => {
                format!("the decided event `{event}` cannot be applied: {reason}")
            }
        }
    }
}

impl<A: Aggregate> Outcome<A>
where
    A::Event: Debug,
{
    /// The command led to these events, in this order.
    ///
    /// # Panics
    ///
    /// When it led to anything else.
    #[track_caller]
    pub fn then<E: Into<A::Event>>(self, expected: impl IntoIterator<Item = E>) -> Self
    where
        A::Event: PartialEq,
    {
        let expected: Vec<A::Event> = expected.into_iter().map(Into::into).collect();
        match &self.answer {
            Answer::Events(events) if *events == expected => self,
            other => fail("the outcome", &format!("{expected:#?}"), &other.describe()),
        }
    }

    /// The command was accepted and led to nothing.
    ///
    /// # Panics
    ///
    /// When it led to anything else.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        match &self.answer {
            Answer::Events(events) if events.is_empty() => self,
            other => fail("the outcome", "[]", &other.describe()),
        }
    }

    /// The aggregate refused the command with this error.
    ///
    /// # Panics
    ///
    /// When it did not.
    #[track_caller]
    pub fn then_error(self, expected: A::Error) -> Self
    where
        A::Error: PartialEq,
    {
        match &self.answer {
            Answer::Refused(error) if *error == expected => self,
            other => fail("the outcome", &format!("refused: {expected:#?}"), &other.describe()),
        }
    }

    /// The command broke a rule by itself: that of this field, or of the whole with `None`.
    ///
    /// # Panics
    ///
    /// When it did not.
    #[track_caller]
    pub fn then_invalid(self, field: Option<&str>) -> Self {
        match &self.answer {
            Answer::Invalid(invalid) if invalid.field == field => self,
            other => {
                fail("the outcome", &format!("invalid: {}", field.unwrap_or("the whole")), &other.describe())
            }
        }
    }

    /// The command needs an aggregate that has events.
    ///
    /// # Panics
    ///
    /// When it was answered otherwise.
    #[track_caller]
    pub fn then_not_found(self) -> Self {
        match &self.answer {
            Answer::NotFound => self,
            other => fail("the outcome", "not found", &other.describe()),
        }
    }

    /// The command creates an aggregate that has events already.
    ///
    /// # Panics
    ///
    /// When it was answered otherwise.
    #[track_caller]
    pub fn then_already_exists(self) -> Self {
        match &self.answer {
            Answer::AlreadyExists => self,
            other => fail("the outcome", "already exists", &other.describe()),
        }
    }

    /// The state with the command's events is this.
    ///
    /// # Panics
    ///
    /// When it differs.
    #[track_caller]
    pub fn then_state(self, expected: &A) -> Self
    where
        A: Debug + PartialEq,
    {
        assert_same("the state", expected, &self.state);
        self
    }

    /// The state with the command's events.
    pub fn state(&self) -> &A {
        &self.state
    }

    /// The error that the aggregate refused the command with, where it did.
    pub fn refusal(&self) -> Option<&A::Error> {
        match &self.answer {
            Answer::Refused(error) => Some(error),
            _ => None,
        }
    }

    /// The events that the command led to; none when it was refused.
    pub fn events(&self) -> &[A::Event] {
        match &self.answer {
            Answer::Events(events) => events,
            _ => &[],
        }
    }
}
