//! The Rust of each sample schema, as it is checked in under `tests/golden`.
//!
//! `UPDATE_EXPECT=1` writes it anew; the difference is then a matter of review. That it compiles without warnings is held by
//! `tests/generated.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics, its helpers included"
)]

use std::path::{Path, PathBuf};

use cqrs_codegen::load::{Disk, Load, LoadError};
use cqrs_codegen::render::{self, Colour};
use expect_test::expect_file;

fn schema(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schemas/{name}.yaml"))
}

fn rust(load: &dyn Load, path: &Path) -> String {
    let outcome = cqrs_codegen::check(load, path);
    let report = render::human_all(&outcome.diagnostics, &outcome.sources, Colour::Plain);
    assert!(report.is_empty(), "{report}");
    cqrs_codegen::emit::rust::module(&outcome.checked.unwrap(), &outcome.sources)
}

macro_rules! goldens {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/", stringify!($name), ".rs");
            expect_file![path].assert_eq(&rust(&Disk, &schema(stringify!($name))));
        }
    )*};
}

goldens! { banking shop ticketing obstacle_course }

#[test]
fn the_first_and_the_last_release_of_a_bank() {
    for name in ["first", "last"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let golden = root.join(format!("golden/{name}_release.rs"));
        expect_file![golden].assert_eq(&rust(&Disk, &root.join(format!("releases/{name}.yaml"))));
    }
}

/// Files under other names than those on the disk.
struct Elsewhere;

impl Load for Elsewhere {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        let name = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".yaml");
        Disk.load(&schema(name))
    }
}

#[test]
fn the_same_schema_gives_the_same_bytes_wherever_it_lies() {
    let here = rust(&Disk, &schema("banking"));
    assert_eq!(here, rust(&Elsewhere, Path::new("/somewhere/else/banking.yaml")));
    assert_eq!(here, rust(&Disk, &schema("banking")));
}
