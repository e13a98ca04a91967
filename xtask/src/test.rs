//! `cargo xtask test`: everything that must hold before a change is merged, in stages from cheap to dear.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use crate::failure::Failure;
use crate::rules;
use crate::stage::{Stage, run_all};
use crate::workspace::{Workspace, cargo};

/// Run every check and every test; a stage that fails does not stop the later ones.
#[derive(Args)]
pub(crate) struct Test {
    /// Leave out documentation, documentation tests and builds without default features.
    #[arg(long)]
    quick: bool,
    /// Run this stage alone; may be given several times.
    #[arg(long, value_enum, value_name = "STAGE", conflicts_with = "quick")]
    only: Vec<Step>,
}

/// The stages, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Step {
    /// `cargo fmt --check`
    Format,
    /// Arrows between packages, licences and sources of dependencies, sizes of files
    Rules,
    /// `cargo clippy` on all targets and features, warnings denied
    Clippy,
    /// Unit and integration tests
    Tests,
    /// Examples in the documentation
    Doctests,
    /// Packages without their default features, warnings denied
    Features,
    /// `cargo doc`, warnings denied
    Docs,
}

const ALL_TARGETS: [&str; 4] = ["--workspace", "--all-targets", "--all-features", "--locked"];
const EVERYTHING: [&str; 3] = ["--workspace", "--all-features", "--locked"];

impl Test {
    /// Runs the stages that were asked for; true when all succeeded.
    pub(crate) fn run(&self) -> Result<bool, Failure> {
        let workspace = Workspace::read()?;
        let stages: Vec<_> = self.steps().into_iter().map(|step| stage(step, &workspace)).collect();
        Ok(run_all(&stages))
    }

    fn steps(&self) -> BTreeSet<Step> {
        if !self.only.is_empty() {
            return self.only.iter().copied().collect();
        }
        let slow = [Step::Doctests, Step::Features, Step::Docs];
        Step::value_variants().iter().copied().filter(|step| !(self.quick && slow.contains(step))).collect()
    }
}

fn stage(step: Step, workspace: &Workspace) -> Stage<'_> {
    match step {
        Step::Format => Stage {
            name: "format",
            shows: "the code is formatted",
            work: Box::new(|| cargo(["fmt", "--all", "--check"], &[])),
        },
        Step::Rules => Stage {
            name: "rules",
            shows: "packages, dependencies and files keep the rules of the house",
            work: Box::new(|| rules::check(workspace)),
        },
        Step::Clippy => Stage {
            name: "clippy",
            shows: "no warning on any target",
            work: Box::new(|| {
                cargo(words(&["clippy", "--keep-going"], &ALL_TARGETS, &["--", "-D", "warnings"]), &[])
            }),
        },
        Step::Tests => Stage {
            name: "tests",
            shows: "unit and integration tests",
            work: Box::new(|| {
                let targets = ["--no-fail-fast", "--lib", "--bins", "--tests"];
                let tested = cargo(words(&["test"], &EVERYTHING, &targets), &[]);
                // The most likely reason of a failure is told last, where it is seen.
                tested.or_else(|failure| postgres_is_there().and(Err(failure)))
            }),
        },
        Step::Doctests => Stage {
            name: "doctests",
            shows: "the examples in the documentation run",
            work: Box::new(|| cargo(words(&["test"], &EVERYTHING, &["--no-fail-fast", "--doc"]), &[])),
        },
        Step::Features => Stage {
            name: "features",
            shows: "packages stand without their default features",
            work: Box::new(|| without_default_features(workspace)),
        },
        Step::Docs => Stage {
            name: "docs",
            shows: "the documentation builds without a warning",
            work: Box::new(|| {
                cargo(words(&["doc"], &EVERYTHING, &["--no-deps"]), &[("RUSTDOCFLAGS", "-D warnings")])
            }),
        },
    }
}

/// One package at a time, for features are united over all the packages of one call.
fn without_default_features(workspace: &Workspace) -> Result<(), Failure> {
    for member in workspace.members.iter().filter(|member| member.has_default_features()) {
        let build = ["clippy", "--package", &member.name, "--no-default-features", "--locked"];
        cargo(words(&build, &[], &["--", "-D", "warnings"]), &[])?;
    }
    Ok(())
}

/// Tests start PostgreSQL servers of their own, found as `cqrs-postgres-testserver` finds them.
fn postgres_is_there() -> Result<(), Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let packaged = std::fs::read_dir("/usr/lib/postgresql");
    let packaged = packaged.into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let is_there = std::env::split_paths(&path).chain(packaged).any(|folder| folder.join("initdb").is_file());
    if is_there { Ok(()) } else { Err(Failure::NoPostgres) }
}

fn words<'a>(command: &[&'a str], scope: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [command, scope, rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_leaves_out_what_is_slow_and_keeps_all_tests() {
        let steps = Test { quick: true, only: Vec::new() }.steps();
        assert!(steps.contains(&Step::Clippy) && steps.contains(&Step::Tests));
        assert!(!steps.contains(&Step::Docs) && !steps.contains(&Step::Doctests));
    }

    #[test]
    fn nothing_said_means_every_stage() {
        let steps = Test { quick: false, only: Vec::new() }.steps();
        assert_eq!(steps.len(), Step::value_variants().len());
    }

    #[test]
    fn stages_asked_for_run_alone_and_in_their_own_order() {
        let steps = Test { quick: false, only: vec![Step::Tests, Step::Format] }.steps();
        assert_eq!(steps.into_iter().map(|step| step as u8).collect::<Vec<_>>(), [0, 3]);
    }
}
