//! The repository's own chores, run as `cargo xtask <chore>`.
//!
//! `test` is the one command that says whether the tree is sound; continuous integration runs the same one. Nothing
//! here is part of what users depend on.

#![expect(clippy::print_stdout, reason = "a command-line tool speaks on standard output")]

mod failure;
mod rules;
mod stage;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// The repository's own chores.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version, subcommand_required = true)]
enum Chore {
    Test(test::Test),
}

fn main() -> ExitCode {
    let Chore::Test(test) = Chore::parse();
    match test.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
