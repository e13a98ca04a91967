//! The `cqrs` command. Everything that it does is in `cqrs_codegen::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cqrs_codegen::cli::run()
}
