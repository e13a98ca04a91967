//! E05xx: expressions.

super::codes! {
    NOT_RUST = "E0501", "a text is not an expression" {
        why: "Guards, emits, applies, folds and upcasts are expressions of Rust. A literal text needs quotes of its own, `'\"branch\"'`, or is written as a plain value: `{ value: branch }`. Inside `{ }` or `[ ]` YAML ends a text at a comma, so an expression with a comma needs quotes there.",
        wrong: "aggregates:\n  Account:\n    state: { balance: decimal }\n    events:\n      Deposited:\n        fields: { amount: decimal }\n        apply: { balance: state.balance + + event.amount * }",
        right: "aggregates:\n  Account:\n    state: { balance: decimal }\n    events:\n      Deposited:\n        fields: { amount: decimal }\n        apply: { balance: state.balance + event.amount }",
    }
    TOO_LONG = "E0502", "an expression is too long or too deeply nested" {
        why: "An expression may have 2000 bytes and 32 brackets inside each other. What needs more is easier to read, and to test, as a function in Rust that the expression calls.",
        wrong: "types:\n  Money: { type: decimal, check: '((((((((((((((((((((((((((((((((((value > 0))))))))))))))))))))))))))))))))))' }",
        right: "types:\n  Money: { type: decimal, check: value > 0 }",
    }
}
