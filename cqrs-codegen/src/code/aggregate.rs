//! E04xx: aggregates, their events, errors and commands.

super::codes! {
    ID_TYPE = "E0401", "a type cannot be an aggregate's id" {
        why: "An id names the stream of one aggregate's events, so the same id must always be the same text. `string`, `uuid`, `i64` and `u64` are, and newtypes of these. Floating-point numbers have no exact equality.",
        wrong: "aggregates:\n  Account:\n    id: f64\n    events: { Opened: {} }",
        right: "aggregates:\n  Account:\n    id: uuid\n    events: { Opened: {} }",
    }
    NO_START = "E0402", "a field of the state has no value to start with" {
        why: "Before its first event an aggregate has a state too. Numbers start at zero, texts and collections empty, optionals absent; a field of another type needs a `default`, or a `?` that lets it be absent.",
        wrong: "aggregates:\n  Account:\n    state: { opened_at: timestamp }\n    events:\n      Opened: { fields: { at: timestamp }, apply: { opened_at: event.at } }",
        right: "aggregates:\n  Account:\n    state: { opened_at: timestamp? }\n    events:\n      Opened: { fields: { at: timestamp }, apply: { opened_at: event.at } }",
    }
    UNKNOWN_EVENT = "E0403", "there is no such event" {
        why: "The name that stands here is no event of any aggregate of the domain.",
        wrong: "aggregates:\n  Account:\n    events: { AccountOpened: {} }\n    commands:\n      Open: { emit: AcountOpened }",
        right: "aggregates:\n  Account:\n    events: { AccountOpened: {} }\n    commands:\n      Open: { emit: AccountOpened }",
    }
    FOREIGN_EVENT = "E0404", "an event belongs to another aggregate" {
        why: "Every aggregate records its own events and no other's: what it records is what its state is folded from. To have one aggregate act on another's event, send it a command.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n  Card:\n    events: { Issued: {} }\n    commands:\n      Issue: { emit: Opened }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\n  Card:\n    events: { Issued: {} }\n    commands:\n      Issue: { emit: Issued }",
    }
    UNKNOWN_ERROR = "E0405", "an aggregate has no such error" {
        why: "A requirement names the error with which a command is refused. Errors belong to the aggregate that refuses and are declared under its `errors`.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Closed: { apply: { open: false } } }\n    errors: { NotOpen: the account is not open }\n    commands:\n      Close:\n        require: [{ that: state.open, else: NotOpend }]\n        emit: Closed",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Closed: { apply: { open: false } } }\n    errors: { NotOpen: the account is not open }\n    commands:\n      Close:\n        require: [{ that: state.open, else: NotOpen }]\n        emit: Closed",
    }
    UNKNOWN_ROLE = "E0406", "there is no such role" {
        why: "`allow` names roles that are declared under `roles`. A misspelt role would be one that nobody has.",
        wrong: "roles: [teller]\naggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { allow: [tellar], emit: Opened }",
        right: "roles: [teller]\naggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { allow: [teller], emit: Opened }",
    }
    RETIRED_USED = "E0407", "a retired event is used" {
        why: "A retired event is no longer written, and its records are read as other events or as nothing. So no command can emit it, no projection will ever see it, and no scenario can begin with it.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened: {}\n      Begun: { retired: drop }\n    commands:\n      Open: { emit: Begun }",
        right: "aggregates:\n  Account:\n    events:\n      Opened: {}\n      Begun: { retired: drop }\n    commands:\n      Open: { emit: Opened }",
    }
    UNFILLED_EVENT = "E0408", "nothing fills a field of an event" {
        why: "An event that is recorded has all of its fields. A field is filled by what is written here, else by the command's field of the same name, else by its `default`, or by absence where it is optional.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string, branch: string } }\n    commands:\n      Open:\n        fields: { holder: string }\n        emit: Opened",
        right: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string, branch: string } }\n    commands:\n      Open:\n        fields: { holder: string }\n        emit: { Opened: { branch: { value: main } } }",
    }
    UNFILLED_ERROR = "E0409", "nothing fills a field of an error" {
        why: "An error that is given has all of its fields. A field is filled by what is written under `else`, else by the command's field of the same name.",
        wrong: "aggregates:\n  Account:\n    state: { balance: decimal }\n    events: { Withdrawn: { fields: { amount: decimal }, apply: { balance: { subtract: event.amount } } } }\n    errors:\n      TooMuch: { fields: { balance: decimal }, message: 'there is only {balance}' }\n    commands:\n      Withdraw:\n        fields: { amount: decimal }\n        require: [{ that: state.balance >= command.amount, else: TooMuch }]\n        emit: Withdrawn",
        right: "aggregates:\n  Account:\n    state: { balance: decimal }\n    events: { Withdrawn: { fields: { amount: decimal }, apply: { balance: { subtract: event.amount } } } }\n    errors:\n      TooMuch: { fields: { balance: decimal }, message: 'there is only {balance}' }\n    commands:\n      Withdraw:\n        fields: { amount: decimal }\n        require: [{ that: state.balance >= command.amount, else: { TooMuch: { balance: state.balance } } }]\n        emit: Withdrawn",
    }
    UNKNOWN_EVENT_FIELD = "E0410", "an event has no such field" {
        why: "What is emitted has the fields that the event declares, in its version of today.",
        wrong: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string } }\n    commands:\n      Open:\n        emit: { Opened: { hodler: { value: Ada } } }",
        right: "aggregates:\n  Account:\n    events:\n      Opened: { fields: { holder: string } }\n    commands:\n      Open:\n        emit: { Opened: { holder: { value: Ada } } }",
    }
    UNKNOWN_ERROR_FIELD = "E0411", "an error has no such field" {
        why: "What is written under `else` are the fields that the error declares.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Closed: { apply: { open: false } } }\n    errors: { NotOpen: { fields: { state: bool }, message: closed } }\n    commands:\n      Close:\n        require: [{ that: state.open, else: { NotOpen: { stat: state.open } } }]\n        emit: Closed",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events: { Closed: { apply: { open: false } } }\n    errors: { NotOpen: { fields: { state: bool }, message: closed } }\n    commands:\n      Close:\n        require: [{ that: state.open, else: { NotOpen: { state: state.open } } }]\n        emit: Closed",
    }
    CARRIED_TYPE = "E0412", "two fields of one name have types that do not fit" {
        why: "A field takes the value of the field of the same name that is at hand, where both have the same type or the value can be widened without loss, as `i32` to `i64` or `T` to `T?`. Here the types differ otherwise, so the schema must say how one becomes the other.",
        wrong: "aggregates:\n  Account:\n    events:\n      Deposited: { fields: { amount: decimal } }\n    commands:\n      Deposit:\n        fields: { amount: string }\n        emit: Deposited",
        right: "aggregates:\n  Account:\n    events:\n      Deposited: { fields: { amount: decimal } }\n    commands:\n      Deposit:\n        fields: { amount: i64 }\n        emit: Deposited",
    }
    ID_REDECLARED = "E0413", "a command declares the field of its aggregate's id" {
        why: "Each command carries its aggregate's id as a field named after the aggregate, which the compiler adds: for `Account` it is `account_id`. A second field of that name cannot be.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open:\n        fields: { account_id: uuid }\n        emit: Opened",
        right: "aggregates:\n  Account:\n    id: uuid\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }",
    }
    TARGET = "E0414", "what is written to cannot be read" {
        why: "`apply`, `set` and `insert` write to a field, or to one entry of a map: `stock[event.sku]`. A part of a struct is not written alone; write the whole of it as a mapping of its fields.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { state.open: true } }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { open: true } }",
    }
    UNKNOWN_TARGET = "E0415", "what is written to does not exist" {
        why: "The state or row has no field of this name. A summary is not written: it follows its events by itself.",
        wrong: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { opne: true } }",
        right: "aggregates:\n  Account:\n    state: { open: bool }\n    events:\n      Opened: { apply: { open: true } }",
    }
    NOT_A_MAP = "E0416", "an entry is written of what is no map" {
        why: "Only a `map<K, V>` has entries that are written by their key.",
        wrong: "aggregates:\n  Shop:\n    state: { stock: u32 }\n    events:\n      Stocked:\n        fields: { sku: string }\n        apply: { 'stock[event.sku]': 1 }",
        right: "aggregates:\n  Shop:\n    state: { stock: 'map<string, u32>' }\n    events:\n      Stocked:\n        fields: { sku: string }\n        apply: { 'stock[event.sku]': 1 }",
    }
    OPERATION = "E0417", "an operation does not fit its field" {
        why: "`add` and `subtract` fit numbers; `push` a list; `insert` a set; `remove` a list, set or map; `clear` any of them and optionals.",
        wrong: "aggregates:\n  Cart:\n    state: { count: u32 }\n    events:\n      Added:\n        fields: { sku: string }\n        apply: { count: { push: event.sku } }",
        right: "aggregates:\n  Cart:\n    state: { skus: list<string> }\n    events:\n      Added:\n        fields: { sku: string }\n        apply: { skus: { push: event.sku } }",
    }
    MESSAGE_FIELD = "E0418", "an error's sentence names a field that the error does not have" {
        why: "`{field}` in the sentence stands for the value of one of the error's own fields.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors:\n      TooMuch: { fields: { balance: decimal }, message: 'there is only {blance}' }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors:\n      TooMuch: { fields: { balance: decimal }, message: 'there is only {balance}' }",
    }
    MESSAGE_BRACE = "E0419", "a brace in an error's sentence has no partner" {
        why: "In the sentence `{field}` stands for a field's value. A brace that is meant as such is written twice: `{{`, `}}`.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors:\n      TooMuch: 'too much}'",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors:\n      TooMuch: 'too much}}'",
    }
    MESSAGE_TYPE = "E0420", "a field's value has no text for a sentence" {
        why: "A sentence for people shows numbers, texts, dates and the like, and newtypes of them. Lists, maps, structs and optionals have no one way to be read aloud: leave them out of the sentence, where they remain fields of the error.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors:\n      Missing: { fields: { parts: list<string> }, message: '{parts} are missing' }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    errors:\n      Missing: { fields: { parts: list<string>, count: u32 }, message: '{count} parts are missing' }",
    }
    NO_EVENTS = "E0421", "an aggregate records nothing" {
        why: "The state of an aggregate is what its events add up to. Without an event there is nothing to decide about, and nothing to store.",
        wrong: "aggregates:\n  Account:\n    commands: { Open: {} }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands: { Open: {} }",
    }
    UNKNOWN_COMMAND = "E0422", "there is no such command" {
        why: "The name that stands here is no command of any aggregate of the domain.",
        wrong: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: an account is opened\n    when: Opne\n    then: { events: [Opened] }",
        right: "aggregates:\n  Account:\n    events: { Opened: {} }\n    commands:\n      Open: { emit: Opened }\nscenarios:\n  - name: an account is opened\n    when: Open\n    then: { events: [Opened] }",
    }
    RULE_OUTSIDE_COMMAND = "E0423", "a rule stands where no value enters" {
        why: "A `check` is held against values that enter by a command, before anything is decided. What is recorded has been accepted and stays readable for ever, so on a field of an event, a state, an error or a row it would never be held against anything. A newtype or struct under `types` may have one: it guards every command that carries it.",
        wrong: "aggregates:\n  Account:\n    events:\n      Deposited: { fields: { amount: { type: decimal, check: value > 0 } } }",
        right: "aggregates:\n  Account:\n    events:\n      Deposited: { fields: { amount: decimal } }\n    commands:\n      Deposit:\n        fields: { amount: { type: decimal, check: value > 0 } }\n        emit: Deposited",
    }
    WRITTEN_TO_ITSELF = "E0424", "a field is set to what it is" {
        why: "What `apply` and `set` do not mention stays as it is. A field that is set to itself changes nothing, so most often something else was meant: the event's field of the same name.",
        wrong: "aggregates:\n  Account:\n    state: { holder: string }\n    events:\n      Opened: { fields: { holder: string }, apply: { holder: state.holder } }\n    commands:\n      Open: { fields: { holder: string }, emit: Opened }",
        right: "aggregates:\n  Account:\n    state: { holder: string }\n    events:\n      Opened: { fields: { holder: string }, apply: { holder: event.holder } }\n    commands:\n      Open: { fields: { holder: string }, emit: Opened }",
    }
}
