//! What an operator asks of an application, as subcommands of the user's own binary, which alone has the code that can answer.
//!
//! [`Admin`] is a [`clap::Subcommand`]: flatten it into the commands of a binary and hand it the [`AppBuilder`] that the binary runs with. It
//! starts nothing: what it says and does goes through the database, while servers run.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use clap::Parser;
//! use cqrs_core::{App, MemoryStore};
//!
//! #[derive(Parser)]
//! enum Bank {
//!     /// Serve customers
//!     Serve,
//!     #[command(flatten)]
//!     Admin(cqrs_admin::Admin),
//! }
//!
//! # async fn serve() -> ExitCode { ExitCode::SUCCESS }
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> ExitCode {
//!     match Bank::parse() {
//!         Bank::Serve => serve().await,
//!         Bank::Admin(admin) => admin.run(App::builder(MemoryStore::new())).await,
//!     }
//! }
//! ```

mod dead_letters;
mod output;
mod projections;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;

use cqrs_core::store::{FoldError, StoreError};
use cqrs_core::{AppBuilder, BuildError, ProjectionHandle};

pub use dead_letters::{DeadLetters, Retry, Skip};
pub use output::Format;
pub use projections::{CatchUp, Pause, Projections, Rebuild, Resume};
pub use verify::Verify;

/// What an operator may ask.
///
/// Exit codes: 0 when all is well, 1 when something is wrong with the store, its events or its projections, 2 when it could not be found
/// out.
#[derive(Debug, clap::Subcommand)]
#[non_exhaustive]
pub enum Admin {
    /// Read every stored event through this program's code, without changing anything
    ///
    /// Fingerprints are kept of each aggregate's events as this program reads them, of each aggregate's states where they have a stored
    /// form, and of each projection's rows. `--save` before a release and `--against` after it tell whether the same events still mean the
    /// same.
    Verify(Verify),
    /// Show how the projections are doing
    Projections(Projections),
    /// Fold what has been recorded until now, and build what is of another definition
    ///
    /// Rows of another definition are built beside the live ones. Interrupted, it goes on where it was when asked again.
    CatchUp(CatchUp),
    /// Build a projection's rows anew, beside the live ones
    ///
    /// The live rows serve until the new ones have caught up and take their place in one transaction. Interrupted, it goes on where it was
    /// when asked again, or when a program with this projection starts.
    Rebuild(Rebuild),
    /// Pause a projection in every process
    Pause(Pause),
    /// Let a paused projection go on
    Resume(Resume),
    /// List the events that projections could not take in
    DeadLetters(DeadLetters),
    /// Fold dead letters again, as after a fix
    Retry(Retry),
    /// Skip an event that a projection cannot take in, for a reason that is kept
    Skip(Skip),
}

impl Admin {
    /// Does it, says what came of it, and closes the store. Errors are told on standard error.
    pub async fn run(self, builder: AppBuilder) -> ExitCode {
        let store = Arc::clone(builder.store());
        let outcome = self.answer(builder).await;
        let closed = store.close().await.map_err(AdminError::from);
        match outcome.and_then(|outcome| closed.map(|()| outcome)) {
            Ok(Outcome::Well) => ExitCode::SUCCESS,
            Ok(Outcome::Wrong) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        }
    }

    async fn answer(self, builder: AppBuilder) -> Result<Outcome, AdminError> {
        match self {
            Self::Verify(verify) => verify.run(builder).await,
            Self::Projections(projections) => projections.run(builder).await,
            Self::CatchUp(catch_up) => catch_up.run(builder).await,
            Self::Rebuild(rebuild) => rebuild.run(builder).await,
            Self::Pause(pause) => pause.run(builder).await,
            Self::Resume(resume) => resume.run(builder).await,
            Self::DeadLetters(letters) => letters.run(builder).await,
            Self::Retry(retry) => retry.run(builder).await,
            Self::Skip(skip) => skip.run(builder).await,
        }
    }
}

/// Whether all is well with what was asked for.
enum Outcome {
    Well,
    Wrong,
}

impl Outcome {
    const fn well_if(well: bool) -> Self {
        if well { Self::Well } else { Self::Wrong }
    }
}

/// Why something could not be found out or done.
#[derive(Debug, thiserror::Error)]
enum AdminError {
    #[error("there is no projection `{name}` in this program; {known}")]
    NoProjection { name: String, known: String },
    #[error("{path} cannot be {what}: {source}")]
    File { path: String, what: &'static str, source: std::io::Error },
    #[error("{path} is not a verification that was saved: {source}")]
    NotSaved { path: String, source: serde_json::Error },
    #[error("it cannot be told: {0}")]
    Output(#[from] std::io::Error),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Fold(#[from] FoldError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The projection whose table has this name.
fn named(builder: AppBuilder, name: &str) -> Result<ProjectionHandle, AdminError> {
    let mut handles = builder.projection_handles()?;
    let known: Vec<_> = handles.iter().map(|handle| format!("`{}`", handle.table())).collect();
    match handles.iter().position(|handle| handle.table() == name) {
        Some(place) => Ok(handles.swap_remove(place)),
        None => {
            let known = match known.is_empty() {
                true => "it has none".to_owned(),
                false => format!("it has {}", known.join(", ")),
            };
            Err(AdminError::NoProjection { name: name.to_owned(), known })
        }
    }
}

/// The projection of this name, or all of them when none is named.
fn these(builder: AppBuilder, name: Option<&str>) -> Result<Vec<ProjectionHandle>, AdminError> {
    match name {
        Some(name) => Ok(vec![named(builder, name)?]),
        None => Ok(builder.projection_handles()?),
    }
}
