//! `cqrs schema`: the JSON Schema of the language.

use clap::Args;

use super::terminal::Terminal;
use super::{Fault, Verdict};
use crate::emit::json_schema::json_schema;

const EXAMPLES: &str = "Examples:
  cqrs schema > cqrs.schema.json

An editor with the YAML language server then completes and checks a schema that begins with
  # yaml-language-server: $schema=cqrs.schema.json";

/// Print the JSON Schema of the language, for editors
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Schema {}

pub(super) fn run(_: &Schema, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    terminal.print(&json_schema())?;
    Ok(Verdict::Clean)
}
