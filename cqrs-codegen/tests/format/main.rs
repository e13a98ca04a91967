//! The formatter keeps what a schema says, keeps every comment, and has nothing to do on its own output.
//!
//! The texts are small, or the sample schemas with comments, blank lines and other layouts sprinkled in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

mod canonical;
mod mutations;

use cqrs_codegen::diagnostic::Diagnostics;
use cqrs_codegen::format::{Refusal, format};
use cqrs_codegen::source::SourceMap;

/// The text in canonical form.
fn formatted(text: &str) -> Result<String, Refusal> {
    let mut sources = SourceMap::default();
    let file = sources.add("schema.yaml", text);
    format(&sources, file, &mut Diagnostics::default())
}

/// Asserts that `text` becomes `expected`, and stays so.
#[track_caller]
fn assert_formats(text: &str, expected: &str) {
    assert_eq!(formatted(text).as_deref(), Ok(expected));
    assert_eq!(formatted(expected).as_deref(), Ok(expected), "formatting again changes it");
}
