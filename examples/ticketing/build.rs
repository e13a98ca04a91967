//! Compiles the schema before the crate.

fn main() -> std::process::ExitCode {
    cqrs_codegen::compile("../../schemas/ticketing.yaml")
}
