//! Each compile error that a user can meet, as a case: `ui/<topic>/<sentence>.rs` beside what rustc says to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

#[test]
fn each_mistake_is_one_clear_error() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
