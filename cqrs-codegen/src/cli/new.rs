//! `cqrs new`: a whole crate that builds and passes its tests at once.
//!
//! It is made under a name for the time being and then renamed, so that a folder is there as a whole or not at all.
//! Nothing that exists is ever written into.

use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{Fault, Verdict, files, interrupt};
use crate::diagnostic::{Severity, quote};
use crate::load::InMemory;

const EXAMPLES: &str = "Examples:
  cqrs new bank                               the crate `bank` in ./bank
  cqrs new bank --path crates                 in crates/bank
  cqrs new bank --framework ../cqrs           with the framework from another checkout

Then `cd bank && cargo test`.

Exit codes: 0 the crate was made, 2 the name cannot be used, the folder exists, or a file cannot be written";

/// The checkout that this command was built from.
const CHECKOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The files of the template, by their paths in the new crate.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../templates/new/Cargo.toml.template")),
    ("build.rs", include_str!("../../templates/new/build.rs.template")),
    ("schemas/{{domain}}.yaml", SCHEMA),
    ("src/lib.rs", include_str!("../../templates/new/src/lib.rs.template")),
    ("src/main.rs", include_str!("../../templates/new/src/main.rs.template")),
    ("README.md", include_str!("../../templates/new/README.md.template")),
    (".gitignore", include_str!("../../templates/new/gitignore.template")),
];

const SCHEMA: &str = include_str!("../../templates/new/schemas/schema.yaml.template");

/// Make a crate with a schema that builds and passes its tests at once
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct New {
    /// The name of the crate, and of its domain
    name: String,
    /// The folder in which the crate's folder is made
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    path: PathBuf,
    /// The checkout of the framework that the crate depends on; the one that this command was built from, unless said otherwise
    #[arg(long, value_name = "FOLDER")]
    framework: Option<PathBuf>,
}

pub(super) fn run(args: &New, terminal: &mut Terminal) -> Result<Verdict, Fault> {
    let name = args.name.as_str();
    check_name(name)?;
    let domain = name.replace('-', "_");
    let framework = framework(args.framework.as_deref())?;
    let crate_folder = args.path.join(name);
    if crate_folder.symlink_metadata().is_ok() {
        let shown = crate_folder.display().to_string();
        return Err(Fault::Usage(format!(
            "{} exists already: choose another name or `--path`",
            quote(&shown)
        )));
    }
    let fill = |text: &str| {
        text.replace("{{name}}", name).replace("{{domain}}", &domain).replace("{{framework}}", &framework)
    };
    check_schema(&fill(SCHEMA), name)?;
    std::fs::create_dir_all(&args.path).map_err(|error| Fault::file("make", &args.path, error))?;
    let unfinished = files::beside(&crate_folder);
    interrupt::unfinished(&unfinished, || {
        for (path, text) in FILES {
            write(&unfinished.join(fill(path)), &fill(text))?;
        }
        std::fs::rename(&unfinished, &crate_folder).map_err(|error| Fault::file("make", &crate_folder, error))
    })?;
    let shown = crate_folder.display();
    terminal
        .say(&format!("made the crate `{name}` in {shown}\n\n  cd {shown}\n  cargo test\n  cargo run\n"))?;
    Ok(Verdict::Clean)
}

fn write(path: &Path, text: &str) -> Result<(), Fault> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Fault::file("make", folder, error))?;
    }
    std::fs::write(path, text).map_err(|error| Fault::file("write", path, error))
}

/// Refuses a name that cargo would refuse for a package.
fn check_name(name: &str) -> Result<(), Fault> {
    let refuse = |why: &str| Err(Fault::Usage(format!("{} cannot name a crate: {why}", quote(name))));
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '-' | '_');
    if !name.starts_with(|it: char| it.is_ascii_lowercase()) {
        return refuse("begin it with a small letter from a to z");
    }
    if !name.chars().all(is_plain) {
        return refuse("use small letters from a to z, digits, `-` and `_`");
    }
    if RESERVED.contains(&name) {
        return refuse("cargo or Rust itself uses it");
    }
    if DEPENDENCIES.contains(&name.replace('_', "-").as_str()) {
        return refuse("the crate will depend on one of that name");
    }
    Ok(())
}

/// Names that cargo refuses for packages, beside keywords.
const RESERVED: &[&str] =
    &["alloc", "build", "core", "deps", "examples", "incremental", "proc-macro", "proc_macro", "std", "test"];

/// What the new crate depends on.
const DEPENDENCIES: &[&str] = &["cqrs-codegen", "cqrs-core", "cqrs-sqlite", "serde", "tokio"];

/// Refuses a name that the language refuses for a domain, with the compiler's own reasons.
fn check_schema(schema: &str, name: &str) -> Result<(), Fault> {
    let outcome = crate::check(&InMemory::default().with("schema.yaml", schema), Path::new("schema.yaml"));
    let first = outcome.diagnostics.iter().find(|it| it.severity() == Severity::Error);
    match first {
        Some(error) => Err(Fault::Usage(format!("{} cannot name a domain: {}", quote(name), error.message))),
        None => Ok(()),
    }
}

/// The folder of the framework as text for `Cargo.toml` and YAML, which take `/` on every system.
fn framework(asked: Option<&Path>) -> Result<String, Fault> {
    let folder = asked.unwrap_or(Path::new(CHECKOUT));
    let there = folder.canonicalize().map_err(|error| Fault::file("find the framework in", folder, error))?;
    if !there.join("cqrs-core/Cargo.toml").is_file() {
        let shown = there.display().to_string();
        return Err(Fault::Usage(format!(
            "{} is no checkout of the framework: name one with `--framework`",
            quote(&shown)
        )));
    }
    let text = there.to_string_lossy().replace('\\', "/");
    if text.contains(['"', '\n', '\r']) {
        return Err(Fault::Usage(format!("{} cannot be written into a Cargo.toml", quote(&text))));
    }
    Ok(text)
}
