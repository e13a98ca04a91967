//! `cqrs verify`: the user's own binary is built and asked, and what it says is what the command says.

use crate::{Folder, Run};

/// A package whose binary exits with the code that it is given, after it has said what it was asked.
fn package() -> Folder {
    let project = Folder::new();
    project.write(
        "Cargo.toml",
        "[package]\nname = \"vault\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    project.write(
        "src/main.rs",
        "fn main() {\n    let asked: Vec<String> = std::env::args().skip(1).collect();\n    println!(\"{}\", asked.join(\" \"));\n    \
         std::process::exit(asked.last().and_then(|code| code.parse().ok()).unwrap_or(0));\n}\n",
    );
    project
}

/// Runs the program with a target folder of its own.
fn run(project: &Folder, arguments: &[&str]) -> Run {
    let target = project.path().join("target");
    Run(project.command(arguments).env("CARGO_TARGET_DIR", target).output().unwrap())
}

#[test]
fn the_binary_is_asked_and_its_outcome_is_the_commands() {
    let project = package();
    let well = run(&project, &["verify", "--package", "vault", "--", "--db", "bank.db"]).exits_with(0);
    assert_eq!(well.out(), "verify --db bank.db\n");
    run(&project, &["verify", "--", "1"]).exits_with(1);
    let unknown = run(&project, &["verify", "--", "2"]).exits_with(2);
    assert!(unknown.err().contains("the binary could not verify the store"), "{}", unknown.err());
}

#[test]
fn a_binary_that_does_not_build_is_told() {
    let project = package();
    project.write("src/main.rs", "fn main() { nothing() }\n");
    let failed = run(&project, &["verify"]).exits_with(2);
    assert!(failed.err().contains("cannot find function `nothing`"), "{}", failed.err());
    assert!(failed.err().contains("the binary could not be built or run"), "{}", failed.err());
}
