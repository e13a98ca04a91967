//! What a build script calls: compiles schemas into `OUT_DIR`, and tells cargo what to watch and what went wrong.
//!
//! A file is written only where its bytes change, and never while an error stands: what was generated before is then still
//! there. This and the command line are the only parts that touch disk and environment.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::diagnostic::Diagnostics;
use crate::emit;
use crate::evolution;
use crate::load::Disk;
use crate::render::{self, Colour};
use crate::source::SourceMap;

/// Compiles one schema; the whole of a build script.
///
/// The path is relative to the package. The Rust goes to `OUT_DIR` under the name of the schema's domain, and is included with
/// `cqrs_core::include_schema!("banking")`.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     cqrs_codegen::compile("schemas/banking.yaml")
/// }
/// ```
#[must_use = "`main` has to return it, so that cargo learns of errors"]
pub fn compile(schema: impl AsRef<Path>) -> ExitCode {
    configure().compile(&[schema])
}

/// Starts with the settings of [`compile`].
#[must_use]
pub fn configure() -> Configuration {
    Configuration { out_dir: None, deny_warnings: false }
}

/// How schemas are compiled.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     cqrs_codegen::configure().deny_warnings(true).compile(&["schemas/sales.yaml", "schemas/stock.yaml"])
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Configuration {
    out_dir: Option<PathBuf>,
    deny_warnings: bool,
}

impl Configuration {
    /// Writes to this folder, which must exist; `OUT_DIR` where nothing is said.
    #[must_use]
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Whether a warning stops the build, as an error does.
    #[must_use]
    pub fn deny_warnings(mut self, deny: bool) -> Self {
        self.deny_warnings = deny;
        self
    }

    /// Compiles every schema, and reports what is wrong with any of them.
    ///
    /// One schema with errors does not keep the others from being written.
    #[must_use = "`main` has to return it, so that cargo learns of errors"]
    pub fn compile(&self, schemas: &[impl AsRef<Path>]) -> ExitCode {
        let mut cargo = Cargo::default();
        let is_done = self.run(schemas, &mut cargo);
        let told = cargo.tell(&mut io::stdout().lock(), &mut io::stderr().lock());
        if is_done && told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn run(&self, schemas: &[impl AsRef<Path>], cargo: &mut Cargo) -> bool {
        let out_dir = match self.out_dir.clone().or_else(|| env::var_os("OUT_DIR").map(PathBuf::from)) {
            Some(folder) => folder,
            None => {
                return cargo.fail(
                    "`OUT_DIR` is not set: call this from a build script, or name a folder with `out_dir`",
                );
            }
        };
        let mut written: BTreeMap<String, PathBuf> = BTreeMap::new();
        let mut is_done = true;
        for schema in schemas {
            is_done &= self.schema(schema.as_ref(), &out_dir, &mut written, cargo);
        }
        is_done
    }

    fn schema(
        &self,
        schema: &Path,
        out_dir: &Path,
        written: &mut BTreeMap<String, PathBuf>,
        cargo: &mut Cargo,
    ) -> bool {
        let mut outcome = crate::check(&Disk, schema);
        evolution::hold(&mut outcome, &Disk, schema, evolution::today());
        // What is new is no news to whoever builds it.
        outcome.diagnostics.drop_notes();
        cargo.watch(&outcome.sources);
        cargo.report(&outcome.diagnostics, &outcome.sources);
        let is_clean = !(self.deny_warnings && outcome.has_problems());
        let Some(checked) = outcome.checked.filter(|_| is_clean) else { return false };
        let domain = checked.domain().name.as_str().to_owned();
        if let Some(first) = written.insert(domain.clone(), schema.to_owned()) {
            let (first, second) = (first.display(), schema.display());
            return cargo
                .fail(&format!("`{first}` and `{second}` are both the domain `{domain}`: rename one"));
        }
        let file = out_dir.join(format!("{domain}.rs"));
        match write_if_changed(&file, &emit::rust::module(&checked, &outcome.sources)) {
            Ok(()) => true,
            Err(error) => cargo.fail(&format!("cannot write `{}`: {error}", file.display())),
        }
    }
}

/// Leaves a file alone that has these bytes already, so that its time does not change.
fn write_if_changed(file: &Path, text: &str) -> io::Result<()> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    // Renamed into place: a build that is stopped half way leaves no half file.
    let half = file.with_extension("rs.part");
    fs::write(&half, text)?;
    fs::rename(&half, file)
}

/// What cargo is told: lines that it reads, and text for people.
#[derive(Debug, Default)]
struct Cargo {
    lines: Vec<String>,
    text: String,
}

impl Cargo {
    /// Cargo runs the build script again when one of these files changes, or comes to be.
    fn watch(&mut self, sources: &SourceMap) {
        for (_, file) in sources.files() {
            let line = format!("cargo::rerun-if-changed={}", file.path());
            if !self.lines.contains(&line) {
                self.lines.push(line);
            }
        }
    }

    fn report(&mut self, diagnostics: &Diagnostics, sources: &SourceMap) {
        for diagnostic in diagnostics.iter() {
            let span = diagnostic.primary.span;
            let (file, at) = (sources.file(span.file).path(), sources.start(span));
            let (kind, code) = (diagnostic.severity().word(), diagnostic.code.id);
            // A line for cargo ends where the line ends.
            let message = diagnostic.message.replace(['\n', '\r'], " ");
            self.lines.push(format!("cargo::{kind}={file}:{}:{}: {message} [{code}]", at.line, at.column));
        }
        if diagnostics.has_errors() {
            self.text.push_str(&render::human_all(diagnostics, sources, Colour::Plain));
        }
    }

    fn fail(&mut self, message: &str) -> bool {
        self.lines.push(format!("cargo::error={message}"));
        self.text.push_str(&format!("error: {message}\n"));
        false
    }

    fn tell(&self, lines: &mut dyn Write, text: &mut dyn Write) -> io::Result<()> {
        for line in &self.lines {
            writeln!(lines, "{line}")?;
        }
        lines.flush()?;
        text.write_all(self.text.as_bytes())
    }
}
