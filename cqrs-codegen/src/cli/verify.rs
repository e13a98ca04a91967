//! `cqrs verify`: the user's own binary reads a store through its own code, since only it has that code.

use std::ffi::OsString;
use std::process::Command;

use clap::Args;

use super::terminal::Terminal;
use super::{Fault, Verdict};

const EXAMPLES: &str = "Examples:
  cqrs verify -- --db bank.db                                    the binary of this folder's package
  cqrs verify --package bank --release -- --db bank.db --save before.json
  cqrs verify --package bank -- --db bank.db --against before.json

It is `cargo run … -- verify …`: the binary has the subcommand once it flattens `cqrs_admin::Admin` into its
own. What is reported, and its options, are the binary's: `cqrs verify -- --help`.

Exit codes: 0 every event can be read and nothing differs, 1 otherwise, 2 it could not be found out";

/// Read every stored event through the code of a binary of yours
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// The package of the binary; the one of this folder when left out
    #[arg(long, short)]
    package: Option<String>,
    /// The binary, where the package has several
    #[arg(long)]
    bin: Option<String>,
    /// Build it optimised, for a large store
    #[arg(long)]
    release: bool,
    /// What the binary's own `verify` is given
    #[arg(last = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

pub(super) fn run(verify: &Verify, _: &mut Terminal) -> Result<Verdict, Fault> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet"]);
    for (option, value) in [("--package", &verify.package), ("--bin", &verify.bin)] {
        if let Some(value) = value {
            command.args([option, value]);
        }
    }
    if verify.release {
        command.arg("--release");
    }
    command.args(["--", "verify"]).args(&verify.arguments);
    let ended = command.status().map_err(|error| Fault::file("run", "cargo", error))?;
    match ended.code() {
        Some(0) => Ok(Verdict::Clean),
        Some(1) => Ok(Verdict::Problems),
        Some(2) => Err(Fault::Usage("the binary could not verify the store".to_owned())),
        _ => Err(Fault::Usage(format!("the binary could not be built or run: {ended}"))),
    }
}
