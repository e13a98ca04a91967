//! E05xx: expressions.

super::codes! {
    NOT_RUST = "E0501", "a text is not an expression" {
        why: "Guards, emits, applies, folds and upcasts are expressions of Rust. A literal text needs quotes of its own, `'\"branch\"'`, or is written as a plain value: `{ value: branch }`. Inside `{ }` or `[ ]` YAML ends a text at a comma, so an expression with a comma needs quotes there.",
        wrong: "aggregates:\n  Account:\n    state: { balance: decimal }\n    events:\n      Deposited:\n        fields: { amount: decimal }\n        apply: { balance: state.balance + + event.amount * }",
        right: "aggregates:\n  Account:\n    state: { balance: decimal }\n    events:\n      Deposited:\n        fields: { amount: decimal }\n        apply: { balance: state.balance + event.amount }",
    }
    TOO_LONG = "E0502", "an expression is too long or too deeply nested" {
        why: "An expression may have 1000 bytes, 128 operators, and 32 brackets inside each other. What needs more is easier to read, and to test, as a function in Rust that the expression calls.",
        wrong: "types:\n  Money: { type: decimal, check: '((((((((((((((((((((((((((((((((((value > 0))))))))))))))))))))))))))))))))))' }",
        right: "types:\n  Money: { type: decimal, check: value > 0 }",
    }
    CHANGE = "E0503", "an expression changes something" {
        why: "An expression has a value and does nothing else. What changes is named by the key that the expression stands under: under `apply` and `set` that is the field which becomes the value. A single `=` is most often meant as `==`.",
        wrong: "types:\n  Seats: { type: u32, check: value = 4 }",
        right: "types:\n  Seats: { type: u32, check: value == 4 }",
    }
    STATEMENT = "E0504", "an expression has statements" {
        why: "An expression is one value. Steps with names in between belong into a function of your own Rust, where they can be tested, and which the expression calls by its path.",
        wrong: "types:\n  Seats: { type: u32, check: '{ let most = 10; value <= most }' }",
        right: "types:\n  Seats: { type: u32, check: value <= 10 }",
    }
    LOOP = "E0505", "an expression has a loop" {
        why: "A value is asked of a collection as a whole: `any`, `all`, `filter` with `count`, `map` with `sum`. What needs a loop of another kind is a function of your own Rust.",
        wrong: "types:\n  Names: { type: list<string>, check: 'loop { true }' }",
        right: "types:\n  Names: { type: list<string>, check: 'value.iter().all(|name| !name.is_empty())' }",
    }
    JUMP = "E0506", "an expression jumps" {
        why: "`return`, `break` and `continue` leave a place for another, and an expression has none to go to. Its value is what stands after the word.",
        wrong: "types:\n  Seats: { type: u32, check: return value > 0 }",
        right: "types:\n  Seats: { type: u32, check: value > 0 }",
    }
    QUESTION_MARK = "E0507", "an expression hands an error on" {
        why: "`?` gives up the function that it stands in, and an expression does not choose how that is done: a guard refuses with the error that the schema names. Say what counts where a value is absent.",
        wrong: "types:\n  Nickname: { type: string?, check: value?.len() < 20 }",
        right: "types:\n  Nickname: { type: string?, check: 'value.is_none_or(|name| name.len() < 20)' }",
    }
    AWAIT = "E0508", "an expression waits" {
        why: "Decisions and folds are pure: the same events always give the same state. What must be looked up is looked up before the command is sent, and is carried in one of its fields.",
        wrong: "types:\n  Seats: { type: u32, check: value.await > 0 }",
        right: "types:\n  Seats: { type: u32, check: value > 0 }",
    }
    MACRO = "E0509", "an expression calls a macro" {
        why: "A macro can expand to anything, so nothing could be checked. Most have a plain form: a condition for `matches!`, a function of your own for `format!`.",
        wrong: "types:\n  Currency: { enum: [EUR, USD] }\n  Price: { type: Currency, check: 'matches!(value, Currency::EUR)' }",
        right: "types:\n  Currency: { enum: [EUR, USD] }\n  Price: { type: Currency, check: 'value == Currency::EUR' }",
    }
    CAST = "E0510", "an expression casts with `as`" {
        why: "`as` cuts off what does not fit without a word. Numbers widen by themselves where nothing can be lost; a conversion that may lose something is a function of your own Rust, which says what happens then.",
        wrong: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: u32 }\n        apply: { stock: state.stock + event.quantity as i64 }",
        right: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: u32 }\n        apply: { stock: state.stock + event.quantity }",
    }
    UNSAFE = "E0511", "an expression is unsafe" {
        why: "Generated code forbids `unsafe`. What needs it is a function of your own Rust that takes the responsibility.",
        wrong: "types:\n  Seats: { type: u32, check: 'unsafe { value > 0 }' }",
        right: "types:\n  Seats: { type: u32, check: value > 0 }",
    }
    PATTERN = "E0512", "an expression matches a pattern" {
        why: "`match`, `if let` and `let` are not part of the language. An optional is asked with `is_some_and`, an enum with `==`, and what needs to see the fields of a variant is a method of your own on the enum.",
        wrong: "types:\n  Nickname: { type: string?, check: 'if let Some(name) = value { name.len() < 20 } else { true }' }",
        right: "types:\n  Nickname: { type: string?, check: 'value.is_none_or(|name| name.len() < 20)' }",
    }
    NO_ELSE = "E0513", "an `if` has no `else`" {
        why: "An expression always has a value, so both cases need one.",
        wrong: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Counted:\n        fields: { stock: i64 }\n        apply: { stock: 'if event.stock > 0 { event.stock }' }",
        right: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Counted:\n        fields: { stock: i64 }\n        apply: { stock: 'if event.stock > 0 { event.stock } else { 0 }' }",
    }
    NOT_IN_THE_LANGUAGE = "E0514", "a construct of Rust is no part of the language" {
        why: "Expressions are literals, fields, arithmetic, comparison, boolean logic, `if`/`else`, method calls, and paths to functions and enum variants. The rest of Rust is found in functions of your own, which an expression calls by their path.",
        wrong: "types:\n  Seats: { type: u32, check: (1..10).contains(value) }",
        right: "types:\n  Seats: { type: u32, check: value >= 1 && value < 10 }",
    }
    CLOSURE = "E0515", "a closure is out of place" {
        why: "A closure stands in an argument of `any`, `all`, `filter` or `map` on the items of a collection, or of `is_some_and`, `is_none_or` or `map` on an optional. It has one plain parameter, whose name hides nothing, and one value.",
        wrong: "types:\n  Names: { type: list<string>, check: 'value.iter().all(|(name, other)| true)' }",
        right: "types:\n  Names: { type: list<string>, check: 'value.iter().all(|name| !name.is_empty())' }",
    }
    FALLIBLE_CLOSURE = "E0516", "a closure calculates" {
        why: "Arithmetic is checked: where it overflows, the command is refused or the event reported. A closure has nowhere to report to. Only a sum may add up what is calculated for each item: `.map(|line| line.price * line.quantity).sum()`.",
        wrong: "types:\n  Prices: { type: list<u32>, check: 'value.iter().all(|price| price + 1 < 100)' }",
        right: "types:\n  Prices: { type: list<u32>, check: 'value.iter().all(|price| price < 99)' }",
    }
    UNKNOWN_NAME = "E0517", "a name means nothing" {
        why: "Every field is reached through its owner, so that nobody has to guess which `amount` is meant: `state.balance`, `command.amount`, `event.amount`, `row.total`. Types and variants are written as the schema names them, functions of your own by their path.",
        wrong: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: i64 }\n        apply: { stock: state.stock + quantity }",
        right: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: i64 }\n        apply: { stock: state.stock + event.quantity }",
    }
    OUT_OF_SCOPE = "E0518", "an owner is not there in this place" {
        why: "A decision sees `state`, `command` and `context`; an `apply` sees `state` and `event`; a fold sees `row`, `event` and `meta`; an `upcast` or `downcast` sees `event` alone, and a `check` sees `value`. What another place knows is carried in a field: an event that needs the time has a field that the command fills with `context.now`.",
        wrong: "aggregates:\n  Store:\n    state: { opened_at: timestamp? }\n    events:\n      Opened:\n        apply: { opened_at: context.now }",
        right: "aggregates:\n  Store:\n    state: { opened_at: timestamp? }\n    events:\n      Opened:\n        fields: { at: timestamp }\n        apply: { opened_at: event.at }",
    }
    UNKNOWN_FIELD = "E0519", "a field does not exist" {
        why: "What stands before the point has no field of this name. The help names the one that was probably meant, or those that there are.",
        wrong: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: i64 }\n        apply: { stock: state.stock + event.quantitiy }",
        right: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: i64 }\n        apply: { stock: state.stock + event.quantity }",
    }
    NO_FIELDS = "E0520", "what has no fields is asked for one" {
        why: "Only structs have fields. What an optional holds is reached with `map` or `is_some_and`, the entry of a map with `[key]`, what a newtype holds with `.0`, and a method needs its brackets.",
        wrong: "types:\n  Holder: { fields: { name: string } }\n  Owner: { type: Holder?, check: value.name.is_empty() }",
        right: "types:\n  Holder: { fields: { name: string } }\n  Owner: { type: Holder?, check: 'value.is_none_or(|holder| !holder.name.is_empty())' }",
    }
    WHOLE_OWNER = "E0521", "an owner is used as a whole" {
        why: "`state`, `command`, `event`, `row`, `context` and `meta` are where paths begin. A value is one of their fields.",
        wrong: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: i64 }\n        apply: { stock: event }",
        right: "aggregates:\n  Store:\n    state: { stock: i64 }\n    events:\n      Restocked:\n        fields: { quantity: i64 }\n        apply: { stock: event.quantity }",
    }
    UNKNOWN_VARIANT = "E0522", "a variant does not exist" {
        why: "The enum has no variant of this name. Variants are written as the schema names them.",
        wrong: "types:\n  Currency: { enum: [EUR, USD] }\n  Payout: { type: Currency, check: 'value == Currency::ERU' }",
        right: "types:\n  Currency: { enum: [EUR, USD] }\n  Payout: { type: Currency, check: 'value == Currency::EUR' }",
    }
    VARIANT_FIELDS = "E0523", "a type is made in the wrong form" {
        why: "A newtype is written with brackets, `Money(10)`; a struct or a variant that carries something with its fields, `Contact::Phone { number: … }`; a variant that carries nothing by its name alone.",
        wrong: "types:\n  Contact:\n    enum:\n      Phone: { number: string }\n      Nowhere: {}\naggregates:\n  Person:\n    state: { contact: Contact? }\n    events:\n      Moved:\n        fields: { number: string }\n        apply: { contact: 'Contact::Phone(event.number)' }",
        right: "types:\n  Contact:\n    enum:\n      Phone: { number: string }\n      Nowhere: {}\naggregates:\n  Person:\n    state: { contact: Contact? }\n    events:\n      Moved:\n        fields: { number: string }\n        apply: { contact: 'Contact::Phone { number: event.number }' }",
    }
    FIELDS_OF_LITERAL = "E0524", "a field is missing or written twice" {
        why: "A struct or variant is made with each of its fields once; only optional ones may be left out.",
        wrong: "types:\n  Holder: { fields: { name: string, city: string } }\naggregates:\n  Person:\n    state: { holder: Holder? }\n    events:\n      Moved:\n        fields: { city: string }\n        apply: { holder: 'Holder { city: event.city }' }",
        right: "types:\n  Holder: { fields: { name: string, city: string } }\naggregates:\n  Person:\n    state: { holder: Holder? }\n    events:\n      Moved:\n        fields: { city: string, name: string }\n        apply: { holder: 'Holder { city: event.city, name: event.name }' }",
    }
    UNKNOWN_METHOD = "E0525", "a method does not exist" {
        why: "Texts, collections, optionals and numbers have the methods of Rust's own types that neither change anything nor can panic. On the types that the schema declares any method may be called: it is one of your own Rust.",
        wrong: "types:\n  Names: { type: list<string>, check: value.length() > 0 }",
        right: "types:\n  Names: { type: list<string>, check: value.len() > 0 }",
    }
    ARGUMENT_COUNT = "E0526", "a call has too many or too few arguments" {
        why: "The method or constructor takes another number of arguments than it is given.",
        wrong: "types:\n  Email: { type: string, check: value.contains() }",
        right: "types:\n  Email: { type: string, check: 'value.contains(\"@\")' }",
    }
    WRONG_ARGUMENT = "E0527", "an argument has the wrong type" {
        why: "What is given to a method or constructor has another type than it takes. Numbers widen where nothing can be lost; other conversions are written.",
        wrong: "types:\n  Names: { type: list<string>, check: value.contains(7) }",
        right: "types:\n  Names: { type: list<string>, check: 'value.contains(\"Ada\")' }",
    }
    WRONG_RESULT = "E0528", "an expression has another type than its place" {
        why: "The field, key or argument that the expression fills has a type, and the expression has another. Numbers widen where nothing can be lost, and what is there stands for an optional that holds it; other conversions are written.",
        wrong: "aggregates:\n  Person:\n    state: { age: u32 }\n    events:\n      Registered:\n        fields: { name: string }\n        apply: { age: event.name }",
        right: "aggregates:\n  Person:\n    state: { name: string }\n    events:\n      Registered:\n        fields: { name: string }\n        apply: { name: event.name }",
    }
    NOT_A_CONDITION = "E0529", "a condition is neither true nor false" {
        why: "`check`, `that` and `if` ask a question that is answered with yes or no. A number, a text or an optional is no answer: compare it, or ask it something.",
        wrong: "types:\n  Seats: { type: u32, check: value - 1 }",
        right: "types:\n  Seats: { type: u32, check: value > 1 }",
    }
    NOT_A_TRUTH = "E0530", "`!`, `&&`, `||` or `if` is given something that is neither true nor false" {
        why: "They take conditions. A number, a text or an optional is none: compare it, or ask it something.",
        wrong: "types:\n  Names: { type: list<string>, check: '!value' }",
        right: "types:\n  Names: { type: list<string>, check: '!value.is_empty()' }",
    }
    UNLIKE_COMPARED = "E0531", "values of different types are compared" {
        why: "Both sides of a comparison have one type. Numbers of different width may be compared; a newtype is compared with its like, with a literal, or by what it holds.",
        wrong: "types:\n  Label: { type: string, check: value == 7 }",
        right: "types:\n  Label: { type: string, check: 'value == \"7\"' }",
    }
    OPTIONAL_COMPARED = "E0532", "an optional is compared with what is no optional" {
        why: "Nothing is neither more nor less than something, so it must be said what counts where the value is absent: compare with `Some(…)` or `None`, ask with `is_some_and`, or name a substitute with `unwrap_or`.",
        wrong: "types:\n  Limit: { type: u32?, check: value < 10 }",
        right: "types:\n  Limit: { type: u32?, check: value.unwrap_or(0) < 10 }",
    }
    NO_ORDER = "E0533", "what has no order is compared by it" {
        why: "Numbers, texts, dates, durations, newtypes of these and enums of plain names have an order; structs, collections, optionals and `bool` have none.",
        wrong: "types:\n  Switch: { type: bool, check: value > false }",
        right: "types:\n  Switch: { type: bool, check: value }",
    }
    SAME_SIDES = "E0534", "both sides of an operator are the same" {
        why: "The answer is known beforehand, so one of the sides is a slip.",
        wrong: "types:\n  Span: { fields: { from: u32, to: u32 } }\n  Stay: { type: Span, check: value.from < value.from }",
        right: "types:\n  Span: { fields: { from: u32, to: u32 } }\n  Stay: { type: Span, check: value.from < value.to }",
    }
    KNOWN_ANSWER = "E0535", "a comparison has only one answer" {
        why: "The type can hold no value for which the answer would be another, so the rule guards nothing. A number without a sign is never below zero.",
        wrong: "types:\n  Seats: { type: u32, check: value >= 0 }",
        right: "types:\n  Seats: { type: u32, check: value > 0 }",
    }
    OPERAND = "E0536", "arithmetic is given something that it cannot calculate with" {
        why: "`+`, `-`, `*`, `/` and `%` are for numbers and newtypes of numbers. Besides, a point in time moves by a duration, two of them differ by one, and a duration is multiplied and divided by a whole number.",
        wrong: "types:\n  Names: { type: list<string>, check: value + 1 > 2 }",
        right: "types:\n  Names: { type: list<string>, check: value.len() + 1 > 2 }",
    }
    UNLIKE_NUMBERS = "E0537", "arithmetic joins numbers of different types" {
        why: "One side must be able to hold every value of the other, as an `i64` can those of a `u32`. A newtype is calculated with its like and with literals, and multiplied and divided by plain numbers. Where neither holds, say which conversion is meant.",
        wrong: "types:\n  Money: decimal\naggregates:\n  Account:\n    state: { balance: Money }\n    events:\n      Paid:\n        fields: { amount: decimal }\n        apply: { balance: state.balance + event.amount }",
        right: "types:\n  Money: decimal\naggregates:\n  Account:\n    state: { balance: Money }\n    events:\n      Paid:\n        fields: { amount: decimal }\n        apply: { balance: state.balance + Money(event.amount) }",
    }
    OUT_OF_RANGE = "E0538", "a number does not fit its type" {
        why: "The literal is beyond what the type of its place can hold.",
        wrong: "types:\n  Seats: { type: u8, check: value < 300 }",
        right: "types:\n  Seats: { type: u8, check: value < 200 }",
    }
    LITERAL = "E0539", "a literal does not fit its type" {
        why: "A literal takes the type that its place asks for: a whole number for integers, a date for dates, `\"15m\"` for durations. What is written has another form.",
        wrong: "types:\n  Seats: { type: u32, check: value > 1.5 }",
        right: "types:\n  Seats: { type: u32, check: value > 1 }",
    }
    DIVISION_BY_ZERO = "E0540", "something is divided by zero" {
        why: "The divisor is the literal zero, so there is never a result.",
        wrong: "types:\n  Seats: { type: u32, check: value / 0 > 1 }",
        right: "types:\n  Seats: { type: u32, check: value / 2 > 1 }",
    }
    NOT_INDEXED = "E0541", "what is no map is looked into" {
        why: "A map has an entry for every key: one that is not there counts as the default of its type. A list may be shorter than the place that is asked for, so it answers with an optional: `.get(0)`, `.first()`, `.last()`.",
        wrong: "types:\n  Names: { type: list<string>, check: 'value[0] == \"Ada\"' }",
        right: "types:\n  Names: { type: list<string>, check: 'value.first() == Some(\"Ada\")' }",
    }
    WRONG_KEY = "E0542", "a map is asked for a key of another type" {
        why: "The keys of the map have a type, and what stands in the brackets has another.",
        wrong: "types:\n  Stock: { type: 'map<string, u32>', check: 'value[7] > 0' }",
        right: "types:\n  Stock: { type: 'map<string, u32>', check: 'value[\"apple\"] > 0' }",
    }
    NO_DEFAULT = "E0543", "an entry that is not there has no default" {
        why: "A map that is looked into with `[key]` counts an absent entry as the default of its type. Enums, and structs with such fields, have none: ask with `.get(…)`, which gives an optional.",
        wrong: "types:\n  Level: { enum: [Low, High] }\n  Levels: { type: 'map<string, Level>', check: 'value[\"apple\"] == Level::Low' }",
        right: "types:\n  Level: { enum: [Low, High] }\n  Levels: { type: 'map<string, Level>', check: 'value.get(\"apple\") == Some(Level::Low)' }",
    }
    UNFINISHED = "E0544", "the items of a collection are used as a value" {
        why: "`iter`, `keys`, `values`, `filter` and `map` walk through items; a value comes of asking something of them: `any`, `all`, `count`, `sum`, `min`, `max`.",
        wrong: "types:\n  Names: { type: list<string>, check: value.iter() }",
        right: "types:\n  Names: { type: list<string>, check: value.iter().count() > 0 }",
    }
    BRANCHES_DIFFER = "E0545", "the branches of an `if` have different types" {
        why: "An expression has one type, whichever way it goes.",
        wrong: "types:\n  Seats: { type: u32, check: 'if value > 3 { 1 } else { \"many\" } == 1' }",
        right: "types:\n  Seats: { type: u32, check: 'if value > 3 { 1 } else { 2 } == 1' }",
    }
}
