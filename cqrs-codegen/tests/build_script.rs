//! The build script's API in a real package, built by a real cargo: what makes it run again, what it leaves alone, and what a
//! person sees when a schema is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use cqrs_codegen::load::Disk;
use tempfile::TempDir;

const SCHEMA: &str = "
cqrs: 1
domain: door
imports: [types/common.yaml]
aggregates:
  Door:
    id: Label
    events: { Opened: { fields: { by: Label } } }
    commands:
      Open: { fields: { by: Label }, emit: Opened }
";

const TYPES: &str = "
cqrs: 1
types: { Label: string }
";

/// A package whose build script notes each of its runs.
struct Package {
    folder: TempDir,
}

impl Package {
    /// Packages of one name would share what cargo knows of them, for they share a target folder.
    fn new(name: &str, build_script: &str) -> Self {
        let package = Self { folder: tempfile::tempdir().unwrap() };
        let codegen = env!("CARGO_MANIFEST_DIR");
        package.write(
            "Cargo.toml",
            &format!(
                "[workspace]\n[package]\nname = {name:?}\nedition = \"2024\"\n\
                 [build-dependencies]\ncqrs-codegen = {{ path = {codegen:?}, default-features = false }}\n"
            ),
        );
        fs::copy(format!("{codegen}/../Cargo.lock"), package.path("Cargo.lock")).unwrap();
        let noted = package.path("runs");
        package.write(
            "build.rs",
            &format!(
                "use std::io::Write as _;\nfn main() -> std::process::ExitCode {{\n\
                 let mut runs = std::fs::File::options().create(true).append(true).open({noted:?}).unwrap();\n\
                 writeln!(runs).unwrap();\n{build_script}\n}}\n"
            ),
        );
        let rust = "pub const RUST: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/door.rs\"));\n";
        package.write("src/lib.rs", rust);
        package.write("schemas/door.yaml", SCHEMA);
        package.write("schemas/types/common.yaml", TYPES);
        package.write("schemas/other.yaml", "cqrs: 1\ndomain: other\n");
        package
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn touch(&self, file: &str) {
        let file = fs::File::options().append(true).open(self.path(file)).unwrap();
        file.set_modified(SystemTime::now()).unwrap();
    }

    fn build(&self) -> Output {
        Command::new(env!("CARGO"))
            .args(["build", "--offline", "--color", "never"])
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_script"))
            .env_remove("RUSTFLAGS")
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    fn builds(&self) -> String {
        let output = self.build();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{text}");
        text
    }

    fn fails(&self) -> String {
        let output = self.build();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.path("runs")).unwrap().lines().count()
    }
}

#[test]
fn a_touched_schema_or_import_compiles_again_and_nothing_else_does() {
    let package = Package::new(
        "touched",
        "cqrs_codegen::configure().out_dir(\"out\").compile(&[\"schemas/door.yaml\"])",
    );
    package.write("src/lib.rs", "");
    fs::create_dir(package.path("out")).unwrap();
    package.builds();
    assert_eq!(package.runs(), 1);

    package.builds();
    for unrelated in ["src/lib.rs", "schemas/other.yaml", "out/door.rs"] {
        package.touch(unrelated);
        package.builds();
    }
    assert_eq!(package.runs(), 1, "nothing that the schema is made of has changed");

    let written = || fs::metadata(package.path("out/door.rs")).unwrap().modified().unwrap();
    let before = written();
    package.touch("schemas/door.yaml");
    package.builds();
    assert_eq!(package.runs(), 2);
    package.touch("schemas/types/common.yaml");
    package.builds();
    assert_eq!(package.runs(), 3);
    assert_eq!(written(), before, "the same Rust is not written again");

    package.write("schemas/types/common.yaml", &TYPES.replace("string", "uuid"));
    package.builds();
    assert_eq!(package.runs(), 4);
    assert!(fs::read_to_string(package.path("out/door.rs")).unwrap().contains("pub struct Label(pub Uuid);"));
}

#[test]
fn an_error_is_shown_at_its_place_and_leaves_the_old_rust_alone() {
    let package = Package::new(
        "refused",
        "cqrs_codegen::configure().out_dir(\"out\").compile(&[\"schemas/door.yaml\"])",
    );
    package.write("src/lib.rs", "");
    fs::create_dir(package.path("out")).unwrap();
    package.builds();
    let before = fs::read(package.path("out/door.rs")).unwrap();

    package.write("schemas/door.yaml", &SCHEMA.replace("emit: Opened", "emit: Openned"));
    let report = package.fails();
    assert!(report.contains("schemas/door.yaml:10:44"), "{report}");
    assert!(report.contains("did you mean `Opened`?"), "{report}");
    assert_eq!(fs::read(package.path("out/door.rs")).unwrap(), before);

    package.write("schemas/door.yaml", SCHEMA);
    package.builds();
}

#[test]
fn an_import_that_is_missing_is_watched_until_it_comes() {
    let package = Package::new("missing", "cqrs_codegen::compile(\"schemas/door.yaml\")");
    fs::remove_file(package.path("schemas/types/common.yaml")).unwrap();
    let report = package.fails();
    assert!(report.contains("schemas/types/common.yaml"), "{report}");
    package.write("schemas/types/common.yaml", TYPES);
    package.builds();
}

#[test]
fn a_warning_is_shown_and_stops_the_build_only_where_that_is_asked_for() {
    let schema = SCHEMA.replace("domain: door", "domain: door\nroles: [nobody]");
    let package = Package::new("warned", "cqrs_codegen::compile(\"schemas/door.yaml\")");
    package.write("schemas/door.yaml", &schema);
    let shown = package.builds();
    assert!(
        shown.contains("warning: warned@0.0.0: schemas/door.yaml:4:9:") && shown.contains("nobody"),
        "{shown}"
    );

    let package = Package::new(
        "denied",
        "cqrs_codegen::configure().deny_warnings(true).compile(&[\"schemas/door.yaml\"])",
    );
    package.write("schemas/door.yaml", &schema);
    assert!(package.fails().contains("nobody"));
}

#[test]
fn two_schemas_of_one_domain_are_refused() {
    let package = Package::new(
        "doubled",
        "cqrs_codegen::configure().compile(&[\"schemas/door.yaml\", \"schemas/again.yaml\"])",
    );
    package.write("schemas/again.yaml", SCHEMA);
    let report = package.fails();
    let message = "`schemas/door.yaml` and `schemas/again.yaml` are both the domain `door`: rename one";
    assert!(report.contains(message), "{report}");
}

#[test]
fn a_lock_is_held_against_the_schema_and_watched() {
    let package = Package::new("locked", "cqrs_codegen::compile(\"schemas/door.yaml\")");
    let outcome = cqrs_codegen::check(&Disk, &package.path("schemas/door.yaml"));
    let released = cqrs_codegen::evolution::model(&outcome.checked.unwrap());
    package.write("schemas/door.lock", &cqrs_evolution::lock::write(&released));
    let told = package.builds();
    assert!(!told.contains("warning"), "{told}");
    package.touch("schemas/door.lock");
    package.builds();
    assert_eq!(package.runs(), 2);

    // The schema itself stays as it is: a nested type is a part of what is stored.
    package.write("schemas/types/common.yaml", &TYPES.replace("string", "uuid"));
    let told = package.fails();
    assert!(told.contains("was of type `string` and is `uuid`") && told.contains("released here"), "{told}");
    package.write("schemas/types/common.yaml", TYPES);
    package.write("schemas/door.yaml", &SCHEMA.replace("{ by: Label } }", "{ by: Label, at: u8? } }"));
    let told = package.builds();
    assert!(!told.contains("N1043"), "what is new is no news to whoever builds it: {told}");
}
