//! The real compiler, on the crates that cargo has built for these tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A schema that passed the check, and what was made of it.
pub(crate) struct Schema {
    pub(crate) seed: u64,
    pub(crate) text: String,
    pub(crate) rust: String,
}

/// Clippy's compiler, with what generated code builds on.
pub(crate) struct Compiler {
    core: PathBuf,
    serde: PathBuf,
}

impl Compiler {
    /// Asks cargo for the crates; it builds them where they are not built yet.
    pub(crate) fn find() -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--locked", "-p", "cqrs-core", "--message-format", "json"])
            .env("CARGO_TARGET_DIR", target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let library = |name: &str| {
            let built =
                messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            let mut files = built
                .filter(|it| it["reason"] == "compiler-artifact" && it["target"]["name"] == name)
                .flat_map(|it| it["filenames"].as_array().cloned().unwrap_or_default())
                .filter_map(|file| file.as_str().map(PathBuf::from));
            files
                .find(|file| file.extension().is_some_and(|it| it == "rlib"))
                .unwrap_or_else(|| panic!("no {name}"))
        };
        Self { core: library("cqrs_core"), serde: library("serde") }
    }

    /// A report for each schema whose Rust is refused, or warned of.
    pub(crate) fn refused(&self, schemas: &[Schema]) -> Vec<String> {
        let all: Vec<&Schema> = schemas.iter().collect();
        if self.complaint(&all).is_none() {
            return Vec::new();
        }
        let alone = schemas.iter().filter_map(|schema| {
            let complaint = self.complaint(&[schema])?;
            Some(format!("seed {}\n{}\n{complaint}", schema.seed, schema.text))
        });
        let alone: Vec<String> = alone.collect();
        assert!(!alone.is_empty(), "the schemas compile each by itself and not together");
        alone
    }

    /// What the compiler says of these schemas in one crate.
    fn complaint(&self, schemas: &[&Schema]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut root = String::from(
            "//! Random schemas.\n#![deny(warnings, missing_docs, clippy::all)]\n#![forbid(unsafe_code)]\n",
        );
        for Schema { seed, rust, .. } in schemas {
            fs::write(folder.path().join(format!("seed_{seed}.rs")), rust).unwrap();
            root.push_str(&format!("/// One of them.\npub mod seed_{seed};\n"));
        }
        fs::write(folder.path().join("lib.rs"), root).unwrap();
        // With `--test` the scenarios are compiled too; what is public and unused is then no matter of warnings.
        let output = Command::new("clippy-driver")
            .args(["--edition", "2024", "--crate-type", "lib", "--test", "--emit", "metadata", "lib.rs"])
            .arg("--extern")
            .arg(format!("cqrs_core={}", self.core.display()))
            .arg("--extern")
            .arg(format!("serde={}", self.serde.display()))
            .arg("-L")
            .arg(format!("dependency={}", self.core.with_file_name("deps").display()))
            .current_dir(folder.path())
            .output()
            .unwrap();
        (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
