//! A bank whose domain is a schema, and what is written by hand beside it.
//!
//! Start with [`schemas/banking.yaml`](../../../schemas/banking.yaml): types, events, commands, a read model and scenarios.
//! The build makes the module [`banking`] of it, and `cargo test -p bank` runs its scenarios. Written in Rust are
//!
//! - `decisions`: the one decision that the schema leaves out, and the type and the conversion that it names;
//! - [`interest`]: a command of our own to the generated aggregate;
//! - [`statement`]: a read model of our own, folded from the generated events;
//! - [`transfer`]: two commands that belong together.
//!
//! `cargo run -p bank` runs it all on a SQLite file.

mod decisions;
pub mod geo;
pub mod interest;
pub mod statement;
pub mod transfer;

/// The types, decisions and read models that the build made of the schema.
pub mod banking {
    cqrs_core::include_schema!("banking");
}

use cqrs_core::{AppBuilder, Refresh};

/// Adds the whole bank to an application: the schema's domain and the statement.
pub fn register(builder: AppBuilder) -> AppBuilder {
    banking::register(builder).projection::<statement::StatementLine>(Refresh::OnCommit)
}
