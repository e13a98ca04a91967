//! How long rustc takes for generated code, beside the same types written by hand with serde alone.
//!
//! `cargo bench -p cqrs-codegen --bench rustc` makes packages, which differ in nothing but their one file: an empty
//! one, whose time is cargo's and the linker's own, the types by hand, and the generated code. Each is compiled anew
//! again and again, its dependencies never. A fourth reads and writes the types by hand as JSON: a derive of serde is generic,
//! and costs little until somebody uses it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that fails panics"
)]

mod by_hand;
#[path = "../schema/made_up.rs"]
mod made_up;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use cqrs_codegen::load::InMemory;

/// How large the schema is.
const AGGREGATES: usize = 10;

/// How often each package is compiled in each way.
const RUNS: usize = 7;

/// What cargo is asked for.
const WAYS: [&str; 2] = ["check", "build"];

/// One file to be compiled, with what it is.
struct Package {
    name: &'static str,
    title: &'static str,
    rust: String,
}

fn main() {
    // `cargo test --all-targets` runs this too, where nobody waits for figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let by_hand = by_hand::types(AGGREGATES);
    let packages = [
        Package { name: "empty", title: "an empty crate", rust: String::new() },
        Package {
            name: "by_hand_json",
            title: "types by hand, read and written as JSON",
            rust: by_hand::with_json(&by_hand),
        },
        Package { name: "by_hand", title: "types by hand, serde alone", rust: by_hand },
        Package { name: "generated", title: "generated", rust: generated() },
    ];
    let folder = write(&packages);
    for way in WAYS {
        cargo(&folder, &[way, "--workspace"]);
    }
    let [check, build] = WAYS.map(|way| median_times(&folder, way, &packages));
    println!(
        "{AGGREGATES} aggregates, {} events, {} commands, {AGGREGATES} projections and queries, {RUNS} runs\n",
        made_up::EVENTS * AGGREGATES,
        made_up::COMMANDS * AGGREGATES,
    );
    println!("| crate | lines | `cargo check` | `cargo build` |\n|---|--:|--:|--:|");
    for (package, (check, build)) in packages.iter().zip(check.iter().zip(&build)) {
        let lines = package.rust.lines().count();
        println!(
            "| {} | {lines} | {:.2} s | {:.2} s |",
            package.title,
            check.as_secs_f64(),
            build.as_secs_f64()
        );
    }
    for (index, package) in packages.iter().enumerate().take(packages.len() - 1).skip(1) {
        let (check, build) = (ratio(&check, index), ratio(&build, index));
        println!("| generated beside {} | | {check:.1} | {build:.1} |", package.title);
    }
}

fn generated() -> String {
    let schema = made_up::schema(AGGREGATES, true);
    let path = Path::new("made_up.yaml");
    let outcome = cqrs_codegen::check(&InMemory::default().with(path, schema.as_str()), path);
    let checked = outcome.checked.expect("the made-up schema is valid");
    cqrs_codegen::emit::rust::module(&checked, &outcome.sources)
}

/// Writes the packages into a workspace of their own, which a later run finds again with its dependencies compiled.
fn write(packages: &[Package]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustc");
    let framework = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let members: Vec<&str> = packages.iter().map(|package| package.name).collect();
    fs::create_dir_all(&folder).unwrap();
    let manifest =
        format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n[profile.dev]\nincremental = false\n");
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(framework.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for Package { name, rust, .. } in packages {
        let package = folder.join(name);
        fs::create_dir_all(package.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = {name:?}\nedition = \"2024\"\n[dependencies]\ncqrs-core = {{ path = {:?} }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n",
            framework.join("cqrs-core")
        );
        fs::write(package.join("Cargo.toml"), manifest).unwrap();
        fs::write(package.join("src/lib.rs"), rust).unwrap();
    }
    folder
}

/// The median time of each package; in each round all of them take their turns.
fn median_times(folder: &Path, way: &str, packages: &[Package]) -> Vec<Duration> {
    let mut times = vec![Vec::new(); packages.len()];
    for _ in 0..RUNS {
        for (package, times) in packages.iter().zip(&mut times) {
            let file = fs::File::options().append(true).open(folder.join(package.name).join("src/lib.rs"));
            file.unwrap().set_modified(SystemTime::now()).unwrap();
            let start = Instant::now();
            cargo(folder, &[way, "--package", package.name]);
            times.push(start.elapsed());
        }
    }
    for times in &mut times {
        times.sort_unstable();
    }
    times.iter().map(|times| times[RUNS / 2]).collect()
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("CARGO_INCREMENTAL")
        .env_remove("RUSTFLAGS")
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo {arguments:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// How many times as long the generated code, the last, takes as another package, each without what an empty one takes.
fn ratio(times: &[Duration], other: usize) -> f64 {
    let above_empty = |time: Duration| time.saturating_sub(times[0]).as_secs_f64();
    above_empty(times[times.len() - 1]) / above_empty(times[other])
}
