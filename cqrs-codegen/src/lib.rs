//! The schema compiler: YAML in, Rust that a careful engineer would have written out.
//!
//! A schema passes through stages, each a function of the module of its name, each taking the narrower type that the one
//! before it made. What is wrong is pushed into one [`Diagnostics`]; nothing is thrown.
//!
//! ```
//! use std::path::Path;
//!
//! use cqrs_codegen::load::InMemory;
//!
//! let schema = "
//! cqrs: 1
//! domain: door
//! aggregates:
//!   Door:
//!     events: { Opened: {} }
//!     commands:
//!       Open: { emit: Openned }
//! ";
//! let outcome = cqrs_codegen::check(&InMemory::default().with("door.yaml", schema), Path::new("door.yaml"));
//! assert!(outcome.checked.is_none());
//! assert_eq!(outcome.diagnostics.iter().next().map(|it| it.help[0].as_str()), Some("did you mean `Opened`?"));
//! ```

#![forbid(unsafe_code)]

mod build_script;
mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod code;
mod context;
pub mod diagnostic;
mod documents;
pub mod emit;
pub mod evolution;
pub mod evolve;
pub mod expr;
pub mod format;
pub mod load;
pub mod model;
mod parallel;
pub mod render;
mod resolve;
pub mod source;
mod syntax;
pub mod vocabulary;
pub mod yaml;

use std::path::Path;

pub use build_script::{Configuration, compile, configure};

use context::Context;
use diagnostic::Diagnostics;
use load::Load;
use model::Domain;
use source::SourceMap;

/// What a run came to: every file that was read, everything that was found wrong, and the domain where no error stands.
#[derive(Debug)]
pub struct Outcome {
    /// The schema and its imports, in the order of reading; the files to watch, missing ones included.
    pub sources: SourceMap,
    /// Errors and warnings of all files, in the order of the text.
    pub diagnostics: Diagnostics,
    /// The domain, where every rule holds.
    pub checked: Option<Checked>,
}

/// A domain that every rule has been held against, and that holds them all: what emitters receive.
#[derive(Debug, Clone)]
pub struct Checked {
    domain: Domain,
    typed: Vec<expr::Typed>,
}

impl Checked {
    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// What each expression means, under the same index as in [`Domain::expressions`].
    #[must_use]
    pub fn typed(&self) -> &[expr::Typed] {
        &self.typed
    }
}

/// Reads the schema at `path` with its imports, and holds every rule against it.
///
/// Nothing is written, and nothing is read but through `load`. All problems of all files are found in one run; warnings
/// are looked for once no error stands.
#[must_use]
pub fn check(load: &dyn Load, path: &Path) -> Outcome {
    let mut ctx = Context::default();
    let checked = run(load, path, &mut ctx);
    ctx.diagnostics.sort();
    Outcome { sources: ctx.sources, diagnostics: ctx.diagnostics, checked }
}

fn run(load: &dyn Load, path: &Path, ctx: &mut Context) -> Option<Checked> {
    let documents = documents::read(load, path, ctx)?;
    let domain = resolve::resolve(&documents, ctx);
    check::check(&domain, ctx);
    let typed = expr::check(&domain, &mut ctx.diagnostics);
    if ctx.diagnostics.has_errors() {
        return None;
    }
    check::warn(&domain, ctx);
    Some(Checked { domain, typed })
}
